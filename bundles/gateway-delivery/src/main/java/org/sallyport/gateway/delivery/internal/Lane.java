package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One destination's own threads: a dispatcher that claims what is due and as many workers as it may have. Lanes share nothing but the queue, so that a
 * slow destination delays no other.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(24);
    private static final long LOOK_MILLIS = 2_000;
    private static final long SETTLE_SECONDS = 10;

    /** What all lanes use. */
    record Means(
            DeliveryQueue queue,
            StudyIndex index,
            InstanceStore store,
            RetryPauses pauses,
            String owner,
            Clock clock) {}

    private final Route route;
    private final Destination destination;
    private final Means means;
    private final Set<Long> running = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor workers;
    private final ScheduledExecutorService dispatcher;
    private volatile @Nullable String stopped;
    private volatile boolean closed;
    private boolean queueFailed;

    Lane(Route route, Destination destination, Means means) {
        this.route = route;
        this.destination = destination;
        this.means = means;
        AtomicInteger number = new AtomicInteger();
        // The dispatcher claims for free workers only; threads that are about to end their task do not count any more.
        this.workers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                60,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> new Thread(task, "delivery-" + route.name() + "-" + number.incrementAndGet()));
        this.dispatcher =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "delivery-" + route.name()));
        if (route.problem() == null) {
            dispatcher.scheduleWithFixedDelay(this::dispatch, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            dispatcher.scheduleWithFixedDelay(this::renew, 30, 30, TimeUnit.SECONDS);
        }
    }

    Route route() {
        return route;
    }

    Destination destination() {
        return destination;
    }

    DestinationDirectory.View view() {
        String reason = stopped;
        DestinationDirectory.State state = route.problem() != null
                ? DestinationDirectory.State.MISCONFIGURED
                : reason != null ? DestinationDirectory.State.STOPPED : DestinationDirectory.State.ACTIVE;
        String message = route.problem() != null ? route.problem() : reason;
        String filter = route.filter() == null ? null : route.filter().toString();
        return new DestinationDirectory.View(route.name(), state, message, filter, running.size());
    }

    /** Something new is in the queue. */
    void wake() {
        if (!closed && route.problem() == null) {
            dispatchAfter(Duration.ZERO);
        }
    }

    private void dispatchAfter(Duration pause) {
        try {
            dispatcher.schedule(this::dispatch, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is being closed", route.name());
        }
    }

    void resume() {
        stopped = null;
        wake();
    }

    private void dispatch() {
        try {
            int free = route.concurrency() - running.size();
            while (free > 0 && stopped == null && !closed) {
                List<DeliveryRecord> claimed = means.queue().claim(route.name(), free, means.owner(), LEASE);
                if (claimed.isEmpty()) {
                    break;
                }
                for (DeliveryRecord record : claimed) {
                    start(record);
                }
                free = route.concurrency() - running.size();
            }
            queueFailed = false;
        } catch (IOException | RuntimeException e) {
            if (!queueFailed && !closed) {
                LOG.warn("the queue of {} cannot be read; trying again", route.name(), e);
                queueFailed = true;
            }
        }
    }

    private void start(DeliveryRecord record) {
        running.add(record.id());
        try {
            workers.execute(() -> work(record));
        } catch (RejectedExecutionException e) {
            // Claimed while the lane was being closed. The interrupt was for the dispatcher, not for the database.
            Thread.interrupted();
            running.remove(record.id());
            giveBack(record);
        }
    }

    private void renew() {
        for (long id : running) {
            try {
                if (!means.queue().renew(id, means.owner(), LEASE)) {
                    LOG.warn("delivery {} to {} is no longer ours", id, route.name());
                }
            } catch (IOException | RuntimeException e) {
                LOG.warn("the claim of delivery {} could not be renewed: {}", id, e.getMessage());
            }
        }
    }

    private void work(DeliveryRecord record) {
        try {
            DeliveryOutcome outcome = attempt(record);
            // An interrupt was for the destination: a database would break off.
            Thread.interrupted();
            if (outcome == null) {
                giveBack(record);
            } else {
                settle(record, outcome);
            }
        } catch (IOException | RuntimeException e) {
            // The claim's lease brings it back.
            LOG.error("the outcome of delivery {} to {} could not be recorded", record.id(), route.name(), e);
        } finally {
            running.remove(record.id());
            wake();
        }
    }

    /** @return null if it was broken off because the lane is being closed */
    private @Nullable DeliveryOutcome attempt(DeliveryRecord record) {
        try {
            StudyRecord study = means.index()
                    .study(record.studyInstanceUid())
                    .orElseThrow(() -> new IOException("the index does not know the study"));
            List<StoredInstance> instances = means.index().instances(record.studyInstanceUid(), record.part());
            if (instances.isEmpty()) {
                throw new IOException("the index knows no images of this part");
            }
            if (record.identity() != IdentityMode.PSEUDONYMOUS) {
                return DeliveryOutcome.refused("originals are not delivered to this kind of destination");
            }
            if (!destination.replacesExisting() && instances.stream().anyMatch(instance -> instance.version() > 1)) {
                return DeliveryOutcome.refused(
                        "holds a changed version of an image, and the receiver keeps the first one it has");
            }
            StudyDelivery delivery = new StudyDelivery(record, study, instances, means.store(), () -> closed);
            DeliveryOutcome outcome = destination.deliver(delivery);
            return outcome == null ? DeliveryOutcome.later("the destination gave no outcome") : outcome;
        } catch (Exception | Error e) {
            if (closed) {
                // Interrupted, in one of the many ways in which that shows.
                return null;
            }
            // A plug-in's exception may quote anything: but for failed input and output, people and log are told its
            // class only.
            return DeliveryOutcome.later("failed with " + e.getClass().getSimpleName()
                    + (e instanceof IOException && e.getMessage() != null ? ": " + e.getMessage() : ""));
        }
    }

    private void settle(DeliveryRecord record, DeliveryOutcome outcome) throws IOException {
        DeliveryQueue queue = means.queue();
        long id = record.id();
        boolean ours;
        if (outcome instanceof DeliveryOutcome.Delivered delivered) {
            ours = queue.delivered(id, means.owner(), delivered.receipt());
            LOG.info(
                    "delivery {}: study {} part {} delivered to {}",
                    id,
                    record.studyInstanceUid(),
                    record.part(),
                    route.name());
        } else if (outcome instanceof DeliveryOutcome.Refused refused) {
            ours = queue.park(id, means.owner(), refused.reason());
            LOG.warn("delivery {} to {} is parked: {}", id, route.name(), refused.reason());
        } else if (outcome instanceof DeliveryOutcome.Stopped stop) {
            stopped = stop.reason();
            ours = queue.later(id, means.owner(), means.clock().instant(), stop.reason(), false);
            LOG.error("destination {} has stopped, and its deliveries wait: {}", route.name(), stop.reason());
        } else {
            DeliveryOutcome.Later later = (DeliveryOutcome.Later) outcome;
            Duration pause = pause(record, later.pause());
            Instant due = means.clock().instant().plus(pause);
            ours = queue.later(id, means.owner(), due, later.reason(), true);
            LOG.warn(
                    "delivery {} to {} is tried again in {} s: {}",
                    id,
                    route.name(),
                    pause.toSeconds(),
                    later.reason());
            wakeAfter(pause);
        }
        if (!ours) {
            LOG.warn("delivery {} to {} was taken over meanwhile; its outcome here does not count", id, route.name());
        }
    }

    private Duration pause(DeliveryRecord record, @Nullable Duration asked) {
        if (asked == null) {
            return means.pauses()
                    .after(record.attempts(), ThreadLocalRandom.current().nextDouble());
        }
        Duration positive = asked.isNegative() ? Duration.ZERO : asked;
        return positive.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : positive;
    }

    private void wakeAfter(Duration pause) {
        if (!closed && pause.toMillis() < LOOK_MILLIS) {
            dispatchAfter(pause.plusMillis(1));
        }
    }

    private void giveBack(DeliveryRecord record) {
        try {
            means.queue().later(record.id(), means.owner(), means.clock().instant(), "interrupted", false);
        } catch (IOException | RuntimeException e) {
            LOG.warn("delivery {} could not be given back; its lease will end: {}", record.id(), e.getMessage());
        }
    }

    /** Interrupts what runs, waits for it a while and reports what does not end. */
    void close() {
        closed = true;
        dispatcher.shutdownNow();
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(SETTLE_SECONDS, TimeUnit.SECONDS)) {
                LOG.error(
                        "destination {}: {} deliveries did not end when interrupted and are abandoned",
                        route.name(),
                        running.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Map<String, Object> attributes(StudyRecord study, List<StoredInstance> instances) {
        return StudyDelivery.facts(study, instances).attributes();
    }
}
