package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.servlet.AsyncContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.sallyport.gateway.api.delivery.DeliveryEvents;
import org.sallyport.gateway.api.store.StudyActivityListener;

/**
 * Hands events of the OSGi event bus, and that studies came in, to those who listen over HTTP, as server-sent events. They are pseudonymous; only the
 * properties named here are handed on. Thread-safe.
 */
@Component(
        service = {EventHub.class, EventHandler.class, StudyActivityListener.class},
        // Not by @EventTopics: that asks for a capability which Karaf's event bus does not name.
        property = {
            EventConstants.EVENT_TOPIC + "=" + DeliveryEvents.DELIVERED,
            EventConstants.EVENT_TOPIC + "=" + DeliveryEvents.PARKED,
            EventConstants.EVENT_TOPIC + "=" + DeliveryEvents.RETRYING,
            EventConstants.EVENT_TOPIC + "=" + DeliveryEvents.DESTINATION_STATE
        })
public final class EventHub implements EventHandler, StudyActivityListener {

    private static final Map<String, String> NAMES = Map.of(
            DeliveryEvents.DELIVERED, "delivered",
            DeliveryEvents.PARKED, "parked",
            DeliveryEvents.RETRYING, "retrying",
            DeliveryEvents.DESTINATION_STATE, "destination");

    /**
     * Limits of the stream.
     *
     * @param listeners at the same time
     * @param waiting events for each of them
     * @param heartbeat pause between comments that show that the connection lives
     * @param longest life of a connection; then the client comes again, and shows who it is
     */
    record Limits(int listeners, int waiting, Duration heartbeat, Duration longest) {

        static final Limits USUAL = new Limits(20, 256, Duration.ofSeconds(15), Duration.ofHours(1));
    }

    private final Limits limits;
    private final Clock clock;
    private final Set<EventListener> listeners = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService heart =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "events-heartbeat"));
    /** Guarded by this. */
    private boolean closed;

    @Activate
    public EventHub() {
        this(Limits.USUAL, Clock.systemUTC());
    }

    EventHub(Limits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        heart.scheduleWithFixedDelay(
                this::beat, limits.heartbeat.toMillis(), limits.heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * A connection listens from now on.
     *
     * @return false if there are too many
     */
    synchronized boolean join(AsyncContext context) throws IOException {
        if (closed || listeners.size() >= limits.listeners) {
            return false;
        }
        EventListener listener = new EventListener(
                context,
                limits.waiting,
                ServerSentEvent.of(
                        "dropped",
                        clock.instant(),
                        Map.of("message", "this listener was too slow: events are missing")),
                listeners::remove);
        listeners.add(listener);
        context.addListener(listener);
        listener.tell(ServerSentEvent.opening(), false);
        // Last: from here on the server calls.
        context.getResponse().getOutputStream().setWriteListener(listener);
        return true;
    }

    int listening() {
        return listeners.size();
    }

    /** How many of them are told that they are too slow, and end. */
    long ending() {
        return listeners.stream().filter(EventListener::isEnding).count();
    }

    private void tell(byte[] event) {
        listeners.forEach(listener -> listener.tell(event, false));
    }

    private void beat() {
        long now = System.nanoTime();
        for (EventListener listener : listeners) {
            boolean old = now - listener.since() > limits.longest.toNanos();
            listener.tell(
                    old
                            ? ServerSentEvent.of("end", clock.instant(), Map.of("message", "come again"))
                            : ServerSentEvent.heartbeat(),
                    old);
        }
    }

    @Override
    public void handleEvent(Event event) {
        String name = NAMES.get(event.getTopic());
        if (name != null && !listeners.isEmpty()) {
            tell(ServerSentEvent.of(name, clock.instant(), event));
        }
    }

    @Override
    public void committed(String studyInstanceUid, long session, Instant at) {
        // Too many to tell; the end of the session is told.
    }

    @Override
    public void sessionClosed(long session, Set<String> studyInstanceUids) {
        if (!listeners.isEmpty()) {
            for (String study : studyInstanceUids) {
                tell(ServerSentEvent.of("received", clock.instant(), Map.of(DeliveryEvents.STUDY, study)));
            }
        }
    }

    @Deactivate
    void close() {
        synchronized (this) {
            closed = true;
        }
        heart.shutdownNow();
        listeners.forEach(EventListener::end);
    }
}
