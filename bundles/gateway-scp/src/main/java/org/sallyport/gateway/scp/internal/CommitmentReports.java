package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.CommitmentListener.Reporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports of storage commitment (PS3.4 J.3.3) that PACS bring to our ports, and whom they are for. The list of those is changed by Declarative Services
 * and read by associations' threads.
 */
final class CommitmentReports {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentReports.class);

    private static final List<String> SYNTAXES =
            List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid());

    private final List<CommitmentListener> listeners = new CopyOnWriteArrayList<>();

    void add(CommitmentListener listener) {
        listeners.add(listener);
    }

    void remove(CommitmentListener listener) {
        listeners.remove(listener);
    }

    boolean expects(Reporter reporter) {
        return listeners.stream().anyMatch(listener -> listener.expects(reporter));
    }

    static boolean isProposed(ProposedContext context) {
        return context.abstractSyntax().equals(StorageCommitment.SOP_CLASS);
    }

    /** The transfer syntax of a report, of those that are proposed. */
    static Optional<String> syntax(ProposedContext context) {
        return context.transferSyntaxes().stream().filter(SYNTAXES::contains).findFirst();
    }

    /** The PACS is provider of the class, also where it opens the association (PS3.4 J.3.3). */
    static List<RoleSelection> roles(AssociateRequest request) {
        return request.userInformation().roles().stream()
                .filter(role -> role.sopClassUid().equals(StorageCommitment.SOP_CLASS) && role.scp())
                .map(role -> new RoleSelection(role.sopClassUid(), false, true))
                .toList();
    }

    /** Takes an N-EVENT-REPORT-RQ. @return the status of its response */
    int take(Association association, Association.Message message) throws IOException {
        StorageCommitment.Report told;
        try {
            told = StorageCommitment.readReport(message);
        } catch (DicomDataException e) {
            LOG.warn(
                    "a report of storage commitment of {} cannot be read: {}",
                    association.callingAet(),
                    e.getMessage());
            return CommandSet.PROCESSING_FAILURE;
        }
        Map<String, Integer> failed = new HashMap<>();
        told.failed().forEach(one -> failed.put(one.sopInstanceUid(), one.reason()));
        CommitmentListener.Report report =
                new CommitmentListener.Report(told.transactionUid(), told.committed(), failed);
        Reporter reporter = reporter(association);
        if (listeners.stream().anyMatch(listener -> listener.report(reporter, report))) {
            return CommandSet.SUCCESS;
        }
        LOG.warn(
                "{} ({}) reports a storage commitment that nobody waits for",
                reporter.callingAet(),
                association.address().getHostAddress());
        return CommandSet.PROCESSING_FAILURE;
    }

    static Reporter reporter(Association association) {
        return new Reporter(association.callingAet(), association.calledAet(), association.address());
    }
}
