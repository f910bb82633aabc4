package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reports of storage commitment come in, on the association of their request or on one that the PACS opens to the gateway's port, and whom they
 * are for. A transaction UID is random, so that a report cannot be made up by who has not seen its request, and counts only from the PACS that was
 * asked. Thread-safe.
 */
final class CommitmentDesk implements CommitmentListener {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentDesk.class);

    /** Who was asked under one transaction UID, and what is waited for. */
    private record Asked(Link link, InetAddress address, CompletableFuture<StorageCommitment.Report> report) {}

    private final Set<InetAddress> further;
    /** By transaction UID; no more than there are deliveries at the same time. */
    private final Map<String, Asked> waiting = new ConcurrentHashMap<>();

    /** @param further addresses from which the PACS may report beside the one at which it was asked */
    CommitmentDesk(Set<InetAddress> further) {
        this.further = Set.copyOf(further);
    }

    /**
     * Someone waits for the report of a transaction, until {@link #forget}.
     *
     * @param link by which the PACS is asked
     * @param address at which it is asked
     */
    CompletableFuture<StorageCommitment.Report> expect(String transactionUid, Link link, InetAddress address) {
        Asked asked = new Asked(link, address, new CompletableFuture<>());
        waiting.put(transactionUid, asked);
        return asked.report;
    }

    void forget(String transactionUid) {
        waiting.remove(transactionUid);
    }

    /** Takes an N-EVENT-REPORT-RQ on the association of its request. @return the status of its response */
    int take(Association.Message message) throws IOException {
        StorageCommitment.Report report;
        try {
            report = StorageCommitment.readReport(message);
        } catch (DicomDataException e) {
            LOG.warn("a report of storage commitment cannot be read: {}", e.getMessage());
            return CommandSet.PROCESSING_FAILURE;
        }
        Asked asked = waiting.get(report.transactionUid());
        if (asked == null) {
            LOG.warn("a report of storage commitment came that nobody waits for");
            return CommandSet.PROCESSING_FAILURE;
        }
        asked.report.complete(report);
        return CommandSet.SUCCESS;
    }

    @Override
    public boolean expects(Reporter reporter) {
        return waiting.values().stream().anyMatch(asked -> isFrom(asked, reporter));
    }

    private boolean isFrom(Asked asked, Reporter reporter) {
        return reporter.callingAet().equals(asked.link.peer().calledAet())
                && reporter.calledAet().equals(asked.link.callingAet())
                && (reporter.address().equals(asked.address) || further.contains(reporter.address()));
    }

    @Override
    public boolean report(Reporter reporter, Report told) {
        Asked asked = waiting.get(told.transactionUid());
        if (asked == null || !isFrom(asked, reporter)) {
            return false;
        }
        List<Failure> failed = new ArrayList<>();
        told.failed().forEach((uid, reason) -> failed.add(new Failure(uid, reason)));
        return asked.report.complete(new StorageCommitment.Report(told.transactionUid(), told.committed(), failed));
    }
}
