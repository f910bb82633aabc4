package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.node.CommitmentListener;

/**
 * Stores deliveries in a PACS by C-STORE. An attempt sends only what earlier ones have not stored; if asked for, the PACS commits itself to all of it
 * before the delivery counts as delivered.
 */
final class DicomDestination implements Destination {

    /** Some ten MB. */
    private static final int MOST_REMEMBERED = 100_000;

    private static final Duration PROBE = Duration.ofSeconds(3);

    /** Less than the ten seconds that an interrupted delivery has. */
    private static final Duration ENDING = Duration.ofSeconds(7);

    private final DicomSettings settings;
    private final Transcoder transcoder;
    private final StoredInstances memory = new StoredInstances(MOST_REMEMBERED);
    private final CommitmentDesk desk;

    DicomDestination(DicomSettings settings) {
        this.settings = settings;
        this.transcoder = new ImageTranscoder();
        DicomSettings.Commitment commitment = settings.commitment();
        this.desk = new CommitmentDesk(commitment == null ? Set.of() : commitment.from());
    }

    /** Whether the PACS is asked to commit itself. */
    boolean isToCommit() {
        return settings.commitment() != null;
    }

    /** Takes reports that come to the gateway's port. */
    CommitmentListener desk() {
        return desk;
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        return send(delivery);
    }

    /** Whatever the images hold: the caller has decided that the peer may have it. */
    DeliveryOutcome send(Delivery delivery) throws InterruptedException {
        Link link;
        try {
            link = settings.link();
        } catch (IOException e) {
            return DeliveryOutcome.later(String.valueOf(e.getMessage()));
        }
        Set<String> stored = memory.of(delivery.id());
        List<DeliveryInstance> due = delivery.instances().stream()
                .filter(instance -> !stored.contains(instance.sopInstanceUid()))
                .toList();
        Tally tally = new Tally();
        for (Plan.Batch batch : Plan.of(due)) {
            send(new Sending(link, transcoder, delivery, batch, tally, memory, stored.size()), batch);
            if (delivery.isCancelled()) {
                break;
            }
        }
        DeliveryOutcome failure = tally.failure(due.size());
        if (failure == null && settings.commitment() != null) {
            failure = commit(delivery, link, settings.commitment());
        }
        if (failure != null) {
            return failure;
        }
        memory.forget(delivery.id());
        String warnings = tally.warned() == 0 ? "" : ", " + tally.warned() + " with a warning";
        String committed = settings.commitment() == null ? "" : ", committed";
        return DeliveryOutcome.delivered(link.peer().calledAet() + warnings + committed);
    }

    private void send(Sending sending, Plan.Batch batch) throws InterruptedException {
        int threads = Math.min(settings.associations(), batch.instances().size());
        apart(threads, sending::work, sending::end);
    }

    /**
     * Runs a task in threads of its own and waits for them: a thread that reads from a socket does not hear an interrupt, ours does.
     *
     * @param end breaks the task off
     * @throws InterruptedException after it has been broken off
     */
    private void apart(int threads, Runnable task, Runnable end) throws InterruptedException {
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(
                threads, made -> new Thread(made, "dicom-" + settings.name() + "-" + number.incrementAndGet()));
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(task));
            }
            for (Future<?> each : running) {
                // Every wait inside has a deadline of its own.
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("sending failed", e.getCause());
        } finally {
            pool.shutdownNow();
            end.run();
            awaitEnd(pool);
        }
    }

    /** Instances are not to be read any more, and have to be closed, when a delivery returns. An interrupt does not shorten it and stays set. */
    private static void awaitEnd(ExecutorService pool) {
        long deadline = System.nanoTime() + ENDING.toNanos();
        boolean interrupted = false;
        boolean over = false;
        while (!over) {
            try {
                pool.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                over = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- storage commitment

    /** @return null if the PACS committed itself to everything */
    private @Nullable DeliveryOutcome commit(Delivery delivery, Link link, DicomSettings.Commitment commitment)
            throws InterruptedException {
        Asking asking = new Asking(delivery, link, commitment, desk);
        apart(1, asking::ask, asking::end);
        Report found = asking.report();
        return found == null ? asking.outcome() : judge(delivery, found);
    }

    /** What the PACS does not keep is sent again at the next attempt. */
    private @Nullable DeliveryOutcome judge(Delivery delivery, Report report) {
        Set<String> committed = Set.copyOf(report.committed());
        List<String> missing = delivery.instances().stream()
                .map(DeliveryInstance::sopInstanceUid)
                .filter(uid -> !committed.contains(uid))
                .toList();
        if (missing.isEmpty()) {
            return null;
        }
        memory.remove(delivery.id(), missing);
        List<Integer> reasons = new ArrayList<>();
        report.failed().stream().map(Failure::reason).distinct().limit(5).forEach(reasons::add);
        String told = reasons.isEmpty()
                ? ""
                : ", reason "
                        + String.join(
                                ", ",
                                reasons.stream()
                                        .map(reason -> reason < 0 ? "not told" : String.format("%04X", reason))
                                        .toList());
        return DeliveryOutcome.later("the PACS does not commit itself to " + missing.size() + " of "
                + delivery.instances().size() + " images" + told + "; they are sent again");
    }

    // ---- probe

    @Override
    public ProbeResult probe() {
        Timeouts short_ = new Timeouts(PROBE, PROBE, PROBE);
        Link link;
        try {
            link = settings.link();
        } catch (IOException e) {
            return ProbeResult.unreachable(String.valueOf(e.getMessage()));
        }
        try (Association association =
                link.with(link.options().withTimeouts(short_)).open(AssociationRequester.verification())) {
            int status = association.echo();
            association.release();
            return status == 0
                    ? ProbeResult.reachable("answers C-ECHO")
                    : ProbeResult.unreachable(String.format("answers C-ECHO with %04X", status));
        } catch (AssociationException e) {
            return ProbeResult.unreachable(
                    e.kind() == Kind.REJECTED ? "rejects us: " + e.getMessage() : String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return ProbeResult.unreachable("no connection: " + e.getClass().getSimpleName());
        }
    }

    @Override
    public boolean replacesExisting() {
        return settings.replacesExisting();
    }
}
