package org.sallyport.destination.dicom.internal;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Reference;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;

/**
 * Stores deliveries in a PACS by C-STORE. An attempt sends only what earlier ones have not stored; if asked for, the PACS commits itself to all of it
 * before the delivery counts as delivered.
 */
final class DicomDestination implements Destination, Closeable {

    /** Some ten MB. */
    private static final int MOST_REMEMBERED = 100_000;

    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration PROBE = Duration.ofSeconds(3);

    private final DicomSettings settings;
    private final Transcoder transcoder;
    private final StoredInstances memory = new StoredInstances(MOST_REMEMBERED);
    private final CommitmentDesk desk;

    DicomDestination(DicomSettings settings) throws IOException {
        this(settings, new ImageTranscoder());
    }

    DicomDestination(DicomSettings settings, Transcoder transcoder) throws IOException {
        this.settings = settings;
        this.transcoder = transcoder;
        this.desk = new CommitmentDesk(settings.callingAet());
        DicomSettings.Commitment commitment = settings.commitment();
        if (commitment != null && commitment.port() != 0) {
            desk.listen(settings, commitment);
        }
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        if (delivery.identity() != IdentityMode.PSEUDONYMOUS) {
            return DeliveryOutcome.refused(
                    "this destination sends de-identified images only: a delivery of originals cannot go to it yet");
        }
        return send(delivery);
    }

    /** Whatever the images hold: the caller has decided that the peer may have it. */
    DeliveryOutcome send(Delivery delivery) throws InterruptedException {
        Set<String> stored = memory.of(delivery.id());
        List<DeliveryInstance> due = delivery.instances().stream()
                .filter(instance -> !stored.contains(instance.sopInstanceUid()))
                .toList();
        Tally tally = new Tally();
        for (Plan.Batch batch : Plan.of(due)) {
            send(new Sending(settings, transcoder, delivery, batch, tally, memory, stored.size()), batch);
            if (delivery.isCancelled()) {
                break;
            }
        }
        DeliveryOutcome failure = tally.failure(due.size());
        if (failure == null && settings.commitment() != null) {
            failure = commit(delivery, settings.commitment());
        }
        if (failure != null) {
            return failure;
        }
        memory.forget(delivery.id());
        String warnings = tally.warned() == 0 ? "" : ", " + tally.warned() + " with a warning";
        String committed = settings.commitment() == null ? "" : ", committed";
        return DeliveryOutcome.delivered(settings.calledAet() + warnings + committed);
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
        }
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    // ---- storage commitment

    /** @return null if the PACS committed itself to everything */
    private @Nullable DeliveryOutcome commit(Delivery delivery, DicomSettings.Commitment commitment)
            throws InterruptedException {
        String transaction = Uids.fromUuid(UUID.randomUUID());
        CompletableFuture<Report> report = desk.expect(transaction);
        AtomicReference<@Nullable DeliveryOutcome> refused = new AtomicReference<>();
        AtomicReference<@Nullable Association> open = new AtomicReference<>();
        try {
            apart(1, () -> refused.set(ask(delivery, commitment, transaction, report, open)), () -> {
                Association association = open.get();
                if (association != null) {
                    association.kill();
                }
            });
            Report found = report.getNow(null);
            if (found != null) {
                return judge(delivery, found);
            }
            DeliveryOutcome outcome = refused.get();
            return outcome != null
                    ? outcome
                    : DeliveryOutcome.later("the PACS did not report within "
                            + commitment.timeout().toSeconds() + " s whether it keeps the images");
        } finally {
            desk.forget(transaction);
        }
    }

    /** @return null if the PACS was asked and the wait has ended, with a report or without */
    private @Nullable DeliveryOutcome ask(
            Delivery delivery,
            DicomSettings.Commitment commitment,
            String transaction,
            CompletableFuture<Report> report,
            AtomicReference<@Nullable Association> open) {
        try {
            return tryToAsk(delivery, commitment, transaction, report, open);
        } catch (AssociationException e) {
            return DeliveryOutcome.later("storage commitment: " + e.getMessage());
        } catch (IOException e) {
            return DeliveryOutcome.later(
                    "storage commitment: no connection: " + e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DeliveryOutcome.later("storage commitment: ended");
        }
    }

    private @Nullable DeliveryOutcome tryToAsk(
            Delivery delivery,
            DicomSettings.Commitment commitment,
            String transaction,
            CompletableFuture<Report> report,
            AtomicReference<@Nullable Association> open)
            throws IOException, InterruptedException {
        List<ProposedContext> contexts = List.of(new ProposedContext(
                1,
                StorageCommitment.SOP_CLASS,
                List.of(
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
        List<Reference> references = delivery.instances().stream()
                .map(instance -> new Reference(instance.sopClassUid(), instance.sopInstanceUid()))
                .toList();
        try (Association association = AssociationRequester.open(
                settings.host(),
                settings.port(),
                settings.calledAet(),
                settings.callingAet(),
                contexts,
                settings.options())) {
            open.set(association);
            association.onEventReport(desk::take);
            if (association.context(StorageCommitment.SOP_CLASS).isEmpty()) {
                association.release();
                return DeliveryOutcome.refused("the PACS offers no storage commitment: set storage-commitment = false,"
                        + " or allow it there");
            }
            CommandSet answer =
                    StorageCommitment.request(association, new StorageCommitment.Request(transaction, references));
            if (answer.status() != 0) {
                association.release();
                String why = "the PACS answered the request for storage commitment with " + Sending.text(answer);
                return StoreStatus.of(answer.status()) == StoreStatus.LATER
                        ? DeliveryOutcome.later(why)
                        : DeliveryOutcome.refused(why);
            }
            awaitReport(association, delivery, commitment, report);
            return null;
        }
    }

    private void awaitReport(
            Association association,
            Delivery delivery,
            DicomSettings.Commitment commitment,
            CompletableFuture<Report> report)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + commitment.timeout().toNanos();
        boolean connected = true;
        while (!report.isDone() && System.nanoTime() - deadline < 0 && !delivery.isCancelled()) {
            checkInterrupt();
            if (connected) {
                try {
                    association.serveEventReport(SLICE, report::isDone);
                } catch (AssociationException e) {
                    if (commitment.port() == 0) {
                        throw e;
                    }
                    // The PACS need not keep it open: it may report on one of its own.
                    connected = false;
                }
            } else {
                awaitSlice(report);
            }
        }
        if (connected) {
            association.release();
        }
    }

    private static void awaitSlice(CompletableFuture<Report> report) throws InterruptedException {
        try {
            report.get(SLICE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The caller looks at the time.
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
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
        try (Association association = AssociationRequester.open(
                settings.host(),
                settings.port(),
                settings.calledAet(),
                settings.callingAet(),
                AssociationRequester.verification(),
                settings.options().withTimeouts(short_))) {
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

    @Override
    public void close() throws IOException {
        desk.close();
    }
}
