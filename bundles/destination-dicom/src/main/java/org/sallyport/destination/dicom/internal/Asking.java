package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Reference;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;

/**
 * Asks a PACS once to commit itself to a delivery's images, and waits for its report, on the same association or on one that the PACS opens to the
 * gateway's port. {@link #ask} is one thread's; {@link #end} may be called from any; the rest is read when {@link #ask} has ended.
 */
final class Asking {

    private static final Duration SLICE = Duration.ofMillis(250);

    private final Delivery delivery;
    private final Link link;
    private final DicomSettings.Commitment commitment;
    private final CommitmentDesk desk;
    private volatile @Nullable Association open;
    private volatile boolean ended;
    private volatile @Nullable DeliveryOutcome outcome;
    private volatile @Nullable Report found;

    Asking(Delivery delivery, Link link, DicomSettings.Commitment commitment, CommitmentDesk desk) {
        this.delivery = delivery;
        this.link = link;
        this.commitment = commitment;
        this.desk = desk;
    }

    /** What the PACS reported, or null. */
    @Nullable
    Report report() {
        return found;
    }

    /** Why there is no report. */
    DeliveryOutcome outcome() {
        DeliveryOutcome told = outcome;
        return told != null
                ? told
                : DeliveryOutcome.later("the PACS did not report within "
                        + commitment.timeout().toSeconds() + " s whether it keeps the images");
    }

    /** Breaks it off. */
    void end() {
        ended = true;
        Association association = open;
        if (association != null) {
            association.kill();
        }
    }

    void ask() {
        try {
            outcome = tryToAsk();
        } catch (AssociationException e) {
            outcome = DeliveryOutcome.later("storage commitment: " + e.getMessage());
        } catch (IOException e) {
            outcome = DeliveryOutcome.later(
                    "storage commitment: no connection: " + e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome = DeliveryOutcome.later("storage commitment: ended");
        }
    }

    /** @return null if the PACS was asked and the wait has ended, with a report or without */
    private @Nullable DeliveryOutcome tryToAsk() throws IOException, InterruptedException {
        List<ProposedContext> contexts = List.of(new ProposedContext(
                1,
                StorageCommitment.SOP_CLASS,
                List.of(
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
        List<Reference> references = delivery.instances().stream()
                .map(instance -> new Reference(instance.sopClassUid(), instance.sopInstanceUid()))
                .toList();
        String transaction = Uids.fromUuid(UUID.randomUUID());
        try (Association association = link.open(contexts)) {
            open = association;
            if (association.context(StorageCommitment.SOP_CLASS).isEmpty()) {
                association.release();
                return DeliveryOutcome.refused(
                        "the PACS offers no storage commitment: set storage-commitment = no," + " or allow it there");
            }
            CompletableFuture<Report> report = desk.expect(transaction, link, association.address());
            association.onEventReport(desk::take);
            CommandSet answer =
                    StorageCommitment.request(association, new StorageCommitment.Request(transaction, references));
            if (answer.status() != 0) {
                association.release();
                String why = "the PACS answered the request for storage commitment with " + Sending.text(answer);
                return StoreStatus.of(answer.status()) == StoreStatus.LATER
                        ? DeliveryOutcome.later(why)
                        : DeliveryOutcome.refused(why);
            }
            awaitReport(association, report);
            found = report.getNow(null);
            return null;
        } finally {
            desk.forget(transaction);
        }
    }

    private boolean isOver(CompletableFuture<Report> report) {
        return report.isDone() || ended || delivery.isCancelled();
    }

    private void awaitReport(Association association, CompletableFuture<Report> report)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + commitment.timeout().toNanos();
        boolean connected = true;
        while (!isOver(report) && System.nanoTime() - deadline < 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (connected) {
                connected = serve(association, report);
            } else {
                awaitSlice(report);
            }
        }
        if (connected && !ended) {
            association.release();
        }
    }

    /** @return whether the association is still there: the PACS need not keep it, it may report on one of its own */
    private static boolean serve(Association association, CompletableFuture<Report> report) throws IOException {
        try {
            association.serveEventReport(SLICE, report::isDone);
            return true;
        } catch (AssociationException e) {
            return false;
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
}
