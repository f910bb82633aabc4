package org.sallyport.destination.dicom.internal;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reports of storage commitment come in, on the association of their request or on one that the PACS opens, and whom they are for. A
 * transaction UID is random, so that a report cannot be made up by who has not seen its request. Thread-safe.
 */
final class CommitmentDesk implements AssociationPolicy, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentDesk.class);

    private static final int MOST_ASSOCIATIONS = 8;

    private final String ourAet;
    private final Map<String, CompletableFuture<Report>> waiting = new ConcurrentHashMap<>();
    private @Nullable AssociationServer server;

    CommitmentDesk(String ourAet) {
        this.ourAet = ourAet;
    }

    /** Listens for associations of the PACS as well. Once, before anything else. */
    void listen(DicomSettings settings, DicomSettings.Commitment commitment) throws IOException {
        server = AssociationServer.start(
                new AssociationServer.Settings(
                        commitment.address(),
                        commitment.port(),
                        settings.options().maxPduLength(),
                        MOST_ASSOCIATIONS,
                        settings.options().timeouts(),
                        settings.options().tls()),
                this);
    }

    /** Someone waits for the report of a transaction, until {@link #forget}. */
    CompletableFuture<Report> expect(String transactionUid) {
        CompletableFuture<Report> report = new CompletableFuture<>();
        waiting.put(transactionUid, report);
        return report;
    }

    void forget(String transactionUid) {
        waiting.remove(transactionUid);
    }

    /** Takes an N-EVENT-REPORT-RQ. @return the status of its response */
    int take(Association.Message message) throws IOException {
        Report report;
        try {
            report = StorageCommitment.readReport(message);
        } catch (DicomDataException e) {
            LOG.warn("a report of storage commitment cannot be read: {}", e.getMessage());
            return CommandSet.PROCESSING_FAILURE;
        }
        CompletableFuture<Report> asked = waiting.get(report.transactionUid());
        if (asked == null) {
            LOG.warn("a report of storage commitment came that nobody waits for");
            return CommandSet.PROCESSING_FAILURE;
        }
        asked.complete(report);
        return CommandSet.SUCCESS;
    }

    @Override
    public Decision decide(AssociateRequest request, InetAddress address) {
        if (!request.calledAet().equals(ourAet)) {
            return Decision.reject(Rejection.CALLED_AET_NOT_RECOGNIZED);
        }
        List<RoleSelection> roles = request.userInformation().roles().stream()
                .filter(role -> role.sopClassUid().equals(StorageCommitment.SOP_CLASS) && role.scp())
                .toList();
        return Decision.accept(
                        request.contexts().stream().map(CommitmentDesk::answer).toList())
                .withRoles(roles);
    }

    private static PresentationContext answer(ProposedContext asked) {
        String syntax = asked.transferSyntaxes().stream()
                .filter(uid -> uid.equals(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                        || uid.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid()))
                .findFirst()
                .orElse("");
        boolean known = asked.abstractSyntax().equals(StorageCommitment.SOP_CLASS)
                || asked.abstractSyntax().equals(AssociationRequester.VERIFICATION);
        Result result = !known
                ? Result.ABSTRACT_SYNTAX_NOT_SUPPORTED
                : syntax.isEmpty() ? Result.TRANSFER_SYNTAXES_NOT_SUPPORTED : Result.ACCEPTANCE;
        return new PresentationContext(asked.id(), asked.abstractSyntax(), result, syntax);
    }

    @Override
    public Service serve(Association association) {
        return new Service() {
            @Override
            public void handle(Association.Message message) throws IOException {
                CommandSet command = message.command();
                int status =
                        switch (command.commandField()) {
                            case CommandSet.N_EVENT_REPORT_RQ -> take(message);
                            case CommandSet.C_ECHO_RQ -> CommandSet.SUCCESS;
                            default -> CommandSet.UNRECOGNIZED_OPERATION;
                        };
                association.send(message.context(), command.response(status));
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
