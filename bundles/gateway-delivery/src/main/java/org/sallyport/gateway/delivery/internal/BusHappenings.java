package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.sallyport.gateway.api.delivery.DeliveryEvents;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the OSGi event bus, while there is one, from a thread of its own: the bus may start its threads in the caller's, and what is started in a lane's worker
 * counts as its plug-in's. Thread-safe.
 */
final class BusHappenings implements Happenings {

    private static final Logger LOG = LoggerFactory.getLogger(BusHappenings.class);

    private static final int MOST_WAITING = 10_000;
    private static final long ENDS_SECONDS = 5;

    private final ThreadPoolExecutor thread;
    private volatile @Nullable EventAdmin bus;

    BusHappenings() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                60,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                task -> new Thread(group, task, "delivery-events"));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Tells what is still to be told, then nothing more. */
    void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(ENDS_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void setBus(EventAdmin bus) {
        this.bus = bus;
    }

    /** The next one may have been set before. */
    synchronized void unsetBus(EventAdmin gone) {
        if (bus == gone) {
            bus = null;
        }
    }

    @Override
    public void delivered(DeliveryRecord delivery, String receipt) {
        tell(DeliveryEvents.DELIVERED, of(delivery, receipt));
    }

    @Override
    public void parked(DeliveryRecord delivery, String reason) {
        tell(DeliveryEvents.PARKED, of(delivery, reason));
    }

    @Override
    public void retrying(DeliveryRecord delivery, String reason, Duration pause) {
        Map<String, Object> properties = of(delivery, reason);
        properties.put(DeliveryEvents.PAUSE_SECONDS, pause.toSeconds());
        tell(DeliveryEvents.RETRYING, properties);
    }

    @Override
    public void destination(DestinationDirectory.View view) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(DeliveryEvents.DESTINATION, view.name());
        properties.put(DeliveryEvents.STATE, view.state().name());
        properties.put(DeliveryEvents.MESSAGE, view.message() == null ? "" : view.message());
        tell(DeliveryEvents.DESTINATION_STATE, properties);
    }

    private static Map<String, Object> of(DeliveryRecord delivery, String message) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(DeliveryEvents.DELIVERY, delivery.id());
        properties.put(DeliveryEvents.STUDY, delivery.studyInstanceUid());
        properties.put(DeliveryEvents.PART, delivery.part());
        properties.put(DeliveryEvents.DESTINATION, delivery.destination());
        properties.put(DeliveryEvents.ATTEMPT, delivery.attempts());
        properties.put(DeliveryEvents.MESSAGE, message);
        return properties;
    }

    private void tell(String topic, Map<String, Object> properties) {
        EventAdmin now = bus;
        if (now == null) {
            return;
        }
        try {
            thread.execute(() -> post(now, new Event(topic, properties)));
        } catch (RejectedExecutionException e) {
            lost(topic, e);
        }
    }

    private static void post(EventAdmin bus, Event event) {
        try {
            bus.postEvent(event);
        } catch (RuntimeException e) {
            lost(event.getTopic(), e);
        }
    }

    /** The bus is going away, or refuses: what happened has happened, and is in queue and log. */
    private static void lost(String topic, RuntimeException e) {
        LOG.warn("the event {} could not be posted: {}", topic, e.getClass().getSimpleName());
    }
}
