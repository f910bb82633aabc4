package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StudyIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One destination's own threads: a dispatcher that claims what is due, and as many workers as it may have. Lanes share nothing but the queue, so that
 * a slow destination delays no other. The dispatcher alone claims, watches for calls that make no progress, and renews claims.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final long RENEW_SECONDS = 30;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(24);

    /** People are told of a call without progress after this part of the time limit. */
    private static final int TOLD_AFTER = 30;

    private static final Duration TOLD_AT_EARLIEST = Duration.ofSeconds(1);

    /** Threads that a destination may have lost before nothing more is begun there. */
    private static final int MOST_ABANDONED = 8;

    /** What all lanes use. */
    record Means(
            DeliveryQueue queue,
            StudyIndex index,
            InstanceStore store,
            RetryPauses pauses,
            Modes modes,
            Abandoned abandoned,
            PluginThreads threads,
            Happenings happenings,
            Supplier<@Nullable OriginalDeliveries> originals,
            Recipients recipients,
            Patience patience,
            String owner,
            Clock clock,
            ZoneId zone) {

        /** Those whose deliveries are made here: this one, and whose images can be read here. */
        Set<String> appliances() {
            Set<String> all = new HashSet<>(store.neighbours());
            all.add(store.appliance());
            return all;
        }
    }

    private final Route route;
    private final Destination destination;
    private final Means means;
    private final Attempt attempt;
    private final Breaker breaker;
    private final Bandwidth bandwidth;
    private final Turns turns;
    private final Prober prober;
    private final Map<Long, Call> running = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor workers;
    private final ScheduledExecutorService dispatcher;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable String stopped;
    private volatile boolean closed;

    // The dispatcher's own.
    private boolean queueFailed;
    private long lookMillis;
    private @Nullable ScheduledFuture<?> nextLook;

    /** Guarded by this. */
    private DestinationDirectory.@Nullable State announced;

    Lane(Route route, Destination destination, Means means) {
        this.route = route;
        this.destination = destination;
        this.means = means;
        this.attempt = new Attempt(route, destination, means);
        this.breaker = new Breaker(
                route.settings().breaker(),
                route.settings().breakerPause(means.pauses().trial()));
        this.bandwidth = new Bandwidth(route.settings().bandwidth());
        this.turns = new Turns(means.queue(), means.owner(), route.settings().partsInOrder());
        this.prober = new Prober(route.name(), destination, means.abandoned(), means.threads());
        this.lookMillis = means.patience().look().toMillis();
        AtomicInteger number = new AtomicInteger();
        // The dispatcher claims for free workers only; threads that are about to end their task do not count any more.
        this.workers = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> means.threads()
                        .caller(route.name(), "delivery-" + route.name() + "-" + number.incrementAndGet(), task));
        this.dispatcher =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "delivery-" + route.name()));
        announce();
        if (route.problem() == null) {
            wake();
            long watch =
                    Math.max(10, Math.min(5_000, route.settings().timeLimit().toMillis() / 10));
            dispatcher.scheduleWithFixedDelay(this::watch, watch, watch, TimeUnit.MILLISECONDS);
            dispatcher.scheduleWithFixedDelay(this::renew, RENEW_SECONDS, RENEW_SECONDS, TimeUnit.SECONDS);
        }
    }

    Route route() {
        return route;
    }

    Destination destination() {
        return destination;
    }

    // ---- what people see and say

    DestinationDirectory.View view() {
        return new DestinationDirectory.View(
                route.name(), state(), message(), route.filter() == null ? null : route.filterText(), running.size());
    }

    private DestinationDirectory.State state() {
        if (route.problem() != null) {
            return DestinationDirectory.State.MISCONFIGURED;
        }
        Modes.Mode mode = means.modes().of(route.name());
        if (mode == Modes.Mode.PAUSED) {
            return DestinationDirectory.State.PAUSED;
        }
        if (stopped != null || isFullOfAbandoned()) {
            return DestinationDirectory.State.STOPPED;
        }
        return mode == Modes.Mode.DRAINING ? DestinationDirectory.State.DRAINING : DestinationDirectory.State.ACTIVE;
    }

    private boolean isFullOfAbandoned() {
        return means.abandoned().count(route.name()) >= MOST_ABANDONED;
    }

    private @Nullable String message() {
        if (route.problem() != null) {
            return route.problem();
        }
        List<String> parts = new ArrayList<>();
        int lost = means.abandoned().count(route.name());
        if (lost > 0) {
            parts.add(lost + (lost == 1 ? " call did" : " calls did")
                    + " not end when interrupted and keeps a thread: update or restart its bundle");
        }
        String quiet = withoutProgress();
        if (quiet != null) {
            parts.add(quiet);
        }
        if (means.modes().of(route.name()) == Modes.Mode.PAUSED) {
            parts.add("paused until destination:resume");
        }
        String stop = stopped;
        if (stop != null) {
            parts.add(stop);
        }
        if (means.modes().isDraining(route.name())) {
            parts.add("ends its queue; nothing new is queued until destination:resume");
        }
        if (!isOpen()) {
            parts.add("waits for its window " + route.settings().window());
        }
        String broken = breaker.problem();
        if (broken != null) {
            parts.add(broken);
        }
        return parts.isEmpty() ? null : String.join("; ", parts);
    }

    /** Of calls that are interrupted for it only at the time limit, which may be hours away. */
    private @Nullable String withoutProgress() {
        Duration after = route.settings().timeLimit().dividedBy(TOLD_AFTER);
        if (after.compareTo(TOLD_AT_EARLIEST) < 0) {
            after = TOLD_AT_EARLIEST;
        }
        if (after.compareTo(means.patience().quiet()) > 0) {
            after = means.patience().quiet();
        }
        int calls = 0;
        long longest = 0;
        for (Call call : running.values()) {
            long idle = call.idleNanos();
            if (idle >= after.toNanos()) {
                calls++;
                longest = Math.max(longest, idle);
            }
        }
        if (calls == 0) {
            return null;
        }
        return (calls == 1 ? "1 call has made no progress for " : calls + " calls have made no progress for up to ")
                + Words.roughly(Duration.ofNanos(longest));
    }

    List<DestinationDirectory.Running> calls() {
        return running.values().stream().map(Call::view).toList();
    }

    ProbeResult probe() {
        return prober.probe(means.patience().probe());
    }

    /** A person lets it work again. */
    void resume() {
        stopped = null;
        breaker.reset();
        wake();
    }

    /** @return whether the delivery runs here */
    boolean interrupt(long delivery) {
        Call call = running.get(delivery);
        if (call != null) {
            call.cancel("a person has ended it");
        }
        return call != null;
    }

    /** Tells a change of state, once. One at a time: a thread that looked before another would tell what is no longer so after it. */
    synchronized void announce() {
        DestinationDirectory.View view = view();
        if (announced != view.state()) {
            announced = view.state();
            means.happenings().destination(view);
        }
    }

    // ---- the dispatcher

    /** Something new is in the queue, or a hand is free. */
    void wake() {
        if (!closed && route.problem() == null && woken.compareAndSet(false, true)) {
            dispatchAfter(Duration.ZERO);
        }
    }

    private @Nullable ScheduledFuture<?> dispatchAfter(Duration pause) {
        try {
            return dispatcher.schedule(this::dispatch, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is being closed", route.name());
            return null;
        }
    }

    private boolean isOpen() {
        TimeWindow window = route.settings().window();
        return window == null || window.isOpen(LocalTime.ofInstant(means.clock().instant(), means.zone()));
    }

    private int free() {
        boolean waits = closed
                || stopped != null
                || means.modes().of(route.name()) == Modes.Mode.PAUSED
                || isFullOfAbandoned()
                || !isOpen();
        return waits ? 0 : breaker.most(route.concurrency() - running.size(), running.size());
    }

    private void dispatch() {
        boolean asked = woken.getAndSet(false);
        boolean found = false;
        try {
            int free = free();
            while (free > 0) {
                List<DeliveryRecord> claimed = means.queue()
                        .claim(
                                route.name(),
                                free,
                                means.owner(),
                                LEASE,
                                means.store().neighbours());
                if (claimed.isEmpty()) {
                    break;
                }
                found = true;
                for (DeliveryRecord record : claimed) {
                    if (!turns.waits(record)) {
                        start(record);
                    }
                }
                free = free();
            }
            queueFailed = false;
        } catch (IOException | RuntimeException e) {
            if (!queueFailed && !closed) {
                LOG.warn("the queue of {} cannot be read; trying again", route.name(), e);
                queueFailed = true;
            }
        } finally {
            lookAgain(asked || found);
        }
        announce();
    }

    private void lookAgain(boolean busy) {
        long shortest = means.patience().look().toMillis();
        lookMillis = busy
                ? shortest
                : Math.min(2 * lookMillis, means.patience().longestLook().toMillis());
        long trial = breaker.remaining().toMillis();
        if (nextLook != null) {
            nextLook.cancel(false);
        }
        nextLook = dispatchAfter(Duration.ofMillis(trial > 0 ? Math.min(trial + 1, lookMillis) : lookMillis));
    }

    private void start(DeliveryRecord record) {
        Call call = new Call(record, means.clock().instant(), bandwidth);
        if (running.putIfAbsent(record.id(), call) != null) {
            // Its lease ended while it runs here, the machine having stood still: the claim is ours again, and goes on.
            LOG.warn("the lease of delivery {} to {} ended while it runs", record.id(), route.name());
            return;
        }
        breaker.begun();
        try {
            workers.execute(() -> work(call));
        } catch (RejectedExecutionException e) {
            // Claimed while the lane was being closed. The interrupt was for the dispatcher, not for the database.
            Thread.interrupted();
            running.remove(record.id());
            giveBack(record);
        }
    }

    private void renew() {
        for (Call call : running.values()) {
            try {
                if (!means.queue().renew(call.id(), means.owner(), LEASE)) {
                    LOG.warn("delivery {} to {} is no longer ours", call.id(), route.name());
                    call.cancel("it is no longer ours");
                }
            } catch (IOException | RuntimeException e) {
                LOG.warn("the claim of delivery {} could not be renewed: {}", call.id(), e.getMessage());
            }
        }
    }

    /** Interrupts calls that make no progress, and gives up those that do not end then. */
    private void watch() {
        for (Call call : running.values()) {
            try {
                watch(call);
            } catch (RuntimeException e) {
                // Thrown on, it would end the watch for good.
                LOG.error("{} to {} could not be looked after", call, route.name(), e);
            }
        }
    }

    private void watch(Call call) {
        Duration limit = route.settings().timeLimit();
        if (call.cancelled() == null && call.idleNanos() > limit.toNanos()) {
            LOG.error("{} to {} is interrupted", call, route.name());
            call.cancel("made no progress for " + LaneSettings.words(limit) + " and was interrupted");
        } else if (call.isCancelledFor(means.patience().grace().toNanos())) {
            abandon(call);
        }
    }

    private void abandon(Call call) {
        // On the list before it is ended: its thread takes it off again.
        means.abandoned().add(route.name(), call);
        if (!call.end()) {
            means.abandoned().remove(route.name(), call);
            return;
        }
        LOG.error("{} to {} did not end when interrupted; its thread is abandoned", call, route.name());
        running.remove(call.id(), call);
        try {
            later(call.record(), Words.of(call.cancelled()) + "; it did not end, and its thread is lost", null);
        } catch (IOException | RuntimeException e) {
            LOG.warn("delivery {} could not be given back; its lease will end: {}", call.id(), e.getMessage());
        }
        breaker.failed();
        wake();
    }

    // ---- workers

    private void work(Call call) {
        DeliveryOutcome outcome = attempt.make(call);
        if (!call.end()) {
            means.abandoned().remove(route.name(), call);
            LOG.warn("{} to {} ended after it was abandoned; its outcome does not count", call, route.name());
            return;
        }
        try {
            if (closed
                    && !(outcome instanceof DeliveryOutcome.Delivered)
                    && !(outcome instanceof DeliveryOutcome.Refused)) {
                giveBack(call.record());
            } else {
                settle(call, outcome);
            }
        } catch (IOException | RuntimeException e) {
            // The claim's lease brings it back.
            LOG.error("the outcome of delivery {} to {} could not be recorded", call.id(), route.name(), e);
        } finally {
            running.remove(call.id(), call);
            announce();
            wake();
        }
    }

    private void settle(Call call, DeliveryOutcome outcome) throws IOException {
        DeliveryRecord record = call.record();
        if (outcome instanceof DeliveryOutcome.Delivered delivered) {
            breaker.succeeded();
            String receipt = Words.receipt(delivered.receipt());
            Map<String, String> receipts = call.receipts(delivered.instanceReceipts());
            if (isOurs(record, means.queue().delivered(record.id(), means.owner(), receipt, receipts))) {
                LOG.info(
                        "delivery {}: study {} part {} delivered to {}",
                        record.id(),
                        record.studyInstanceUid(),
                        record.part(),
                        route.name());
                means.happenings().delivered(record, receipt);
                turns.handOn(record);
            }
        } else if (outcome instanceof DeliveryOutcome.Refused refused) {
            breaker.succeeded();
            park(record, Words.of(refused.reason()));
        } else if (outcome instanceof DeliveryOutcome.Stopped stop) {
            breaker.brokenOff();
            stopped = Words.of(stop.reason());
            isOurs(
                    record,
                    means.queue().later(record.id(), means.owner(), Duration.ZERO, Words.of(stop.reason()), false));
            LOG.error("destination {} has stopped, and its deliveries wait: {}", route.name(), stopped);
        } else {
            DeliveryOutcome.Later later = (DeliveryOutcome.Later) outcome;
            breaker.failed();
            later(record, Words.of(later.reason()), later.pause());
        }
    }

    private void park(DeliveryRecord record, String reason) throws IOException {
        if (isOurs(record, means.queue().park(record.id(), means.owner(), reason))) {
            LOG.warn("delivery {} to {} is parked: {}", record.id(), route.name(), reason);
            means.happenings().parked(record, reason);
            turns.handOn(record);
        }
    }

    private void later(DeliveryRecord record, String reason, @Nullable Duration asked) throws IOException {
        Duration giveUp = route.settings().giveUpAfter();
        if (giveUp != null && means.queue().hasFailedFor(record.id(), giveUp)) {
            park(record, "given up after " + LaneSettings.words(giveUp) + ": " + reason);
            return;
        }
        Duration pause = pause(record, asked);
        if (isOurs(record, means.queue().later(record.id(), means.owner(), pause, reason, true))) {
            LOG.warn(
                    "delivery {} to {} is tried again in {} s: {}",
                    record.id(),
                    route.name(),
                    pause.toSeconds(),
                    reason);
            means.happenings().retrying(record, reason, pause);
            if (!closed && pause.compareTo(means.patience().longestLook()) < 0) {
                dispatchAfter(pause.plusMillis(1));
            }
        }
    }

    private boolean isOurs(DeliveryRecord record, boolean changed) {
        if (!changed) {
            LOG.warn(
                    "delivery {} to {} was taken over or ended meanwhile; its outcome here does not count",
                    record.id(),
                    route.name());
        }
        return changed;
    }

    private Duration pause(DeliveryRecord record, @Nullable Duration asked) {
        if (asked == null) {
            return means.pauses()
                    .after(record.attempts(), ThreadLocalRandom.current().nextDouble());
        }
        Duration positive = asked.isNegative() ? Duration.ZERO : asked;
        return positive.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : positive;
    }

    private void giveBack(DeliveryRecord record) {
        try {
            means.queue().later(record.id(), means.owner(), Duration.ZERO, "interrupted", false);
        } catch (IOException | RuntimeException e) {
            LOG.warn("delivery {} could not be given back; its lease will end: {}", record.id(), e.getMessage());
        }
    }

    // ---- the end

    /** Interrupts what runs; to be followed by {@link #awaitEnd}. */
    void close() {
        closed = true;
        dispatcher.shutdownNow();
        running.values().forEach(call -> call.cancel("the destination goes away"));
        workers.shutdown();
    }

    /** Waits a while for what was interrupted, gives back what does not end, and reports it. Whoever is interrupted waits no longer. */
    void awaitEnd() {
        boolean interrupted = false;
        try {
            if (workers.awaitTermination(means.patience().settle().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            // Kept back: the database would break off.
            interrupted = true;
        }
        for (Call call : running.values()) {
            means.abandoned().add(route.name(), call);
            if (call.end()) {
                LOG.error("{} to {} did not end when interrupted; its thread is abandoned", call, route.name());
                giveBack(call.record());
            } else {
                means.abandoned().remove(route.name(), call);
            }
        }
        running.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
