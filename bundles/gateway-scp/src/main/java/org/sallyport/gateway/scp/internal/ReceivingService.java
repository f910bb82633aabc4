package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** C-ECHO, C-STORE and N-EVENT-REPORT for one association (PS3.7 9.1.5, 9.1.1, 10.1.1). Owned by its thread. */
final class ReceivingService implements AssociationPolicy.Service {

    private static final Logger LOG = LoggerFactory.getLogger(ReceivingService.class);

    private static final int DOES_NOT_MATCH = 0xA900;

    private final Association association;
    private final NodeTable nodes;
    private final CommitmentReports reports;
    private final Intake intake;
    private final StorageClasses storageClasses;
    private final @Nullable QuerySession query;
    private Intake.@Nullable Session session;

    /** How many objects were kept, by presentation context: what to look at when a sender is thought to convert. */
    private final Map<PresentationContext, Integer> kept = new LinkedHashMap<>();

    private int refused;

    /** @param query null = queries are not served */
    ReceivingService(
            Association association,
            NodeTable nodes,
            CommitmentReports reports,
            Intake intake,
            StorageClasses storageClasses,
            @Nullable QuerySession query) {
        this.association = association;
        this.nodes = nodes;
        this.reports = reports;
        this.intake = intake;
        this.storageClasses = storageClasses;
        this.query = query;
    }

    @Override
    public void handle(Association.Message message) throws IOException {
        CommandSet command = message.command();
        switch (command.commandField()) {
            case CommandSet.C_ECHO_RQ -> association.send(message.context(), command.response(CommandSet.SUCCESS));
            case CommandSet.C_STORE_RQ -> association.send(message.context(), store(message));
            case CommandSet.N_EVENT_REPORT_RQ ->
                association.send(message.context(), command.response(reports.take(association, message)));
            case CommandSet.C_CANCEL_RQ -> LOG.debug("nothing to cancel");
            default -> {
                if (query != null && isQuery(command)) {
                    query.handle(message);
                } else if (query != null && isCommitment(message)) {
                    query.action(message);
                } else if (!command.isResponse()) {
                    association.send(message.context(), command.response(CommandSet.UNRECOGNIZED_OPERATION));
                }
            }
        }
    }

    private static boolean isQuery(CommandSet command) {
        int field = command.commandField();
        return field == CommandSet.C_FIND_RQ || field == CommandSet.C_GET_RQ || field == CommandSet.C_MOVE_RQ;
    }

    private static boolean isCommitment(Association.Message message) {
        return message.command().commandField() == CommandSet.N_ACTION_RQ
                && message.context().abstractSyntax().equals(StorageCommitment.SOP_CLASS);
    }

    private CommandSet store(Association.Message message) throws IOException {
        CommandSet command = message.command();
        String sopClass = command.affectedSopClassUid();
        String sopInstance = command.affectedSopInstanceUid();
        if (!nodes.rules().mayStore(Caller.of(association))) {
            LOG.warn("{} may not store", association.callingAet());
            return command.response(CommandSet.NOT_AUTHORIZED).withComment("this AE title may not store");
        }
        if (sopClass == null || sopInstance == null || !Uids.isValid(sopInstance)) {
            return command.response(DOES_NOT_MATCH).withComment("SOP Class or Instance UID missing or malformed");
        }
        if (!sopClass.equals(message.context().abstractSyntax())) {
            return command.response(DOES_NOT_MATCH).withComment("SOP Class UID is not that of the context");
        }
        if (!storageClasses.accepts(sopClass) && !sopClass.equals(AssociationRequester.VERIFICATION)) {
            // A context in which only we store, by C-GET.
            return command.response(CommandSet.SOP_CLASS_NOT_SUPPORTED).withComment("this SOP class is not accepted");
        }
        if (sopClass.equals(AssociationRequester.VERIFICATION)) {
            return command.response(CommandSet.SOP_CLASS_NOT_SUPPORTED).withComment("Verification stores nothing");
        }
        if (!command.hasDataSet()) {
            return command.response(CommandSet.MISTYPED_ARGUMENT).withComment("C-STORE-RQ without a data set");
        }
        TransferSyntax syntax = TransferSyntax.of(message.context().transferSyntax())
                .orElseThrow(() -> new IllegalStateException("a transfer syntax was accepted that is not known"));
        Intake.Session open;
        try {
            open = session();
        } catch (IOException e) {
            LOG.error("no session for {} could be opened", association.callingAet(), e);
            return command.response(IntakeResult.Why.OUT_OF_RESOURCES.status())
                    .withComment("not kept: storage is not ready, try again later");
        }
        IntakeResult result = open.receive(new ReceivedObject(sopClass, sopInstance, syntax), message.dataSet());
        if (result instanceof IntakeResult.Rejected rejected) {
            refused++;
            return command.response(rejected.why().status()).withComment(rejected.comment());
        }
        kept.merge(message.context(), 1, Integer::sum);
        return command.response(CommandSet.SUCCESS);
    }

    private Intake.Session session() throws IOException {
        Intake.Session open = session;
        if (open == null) {
            open = intake.open(new Sender(
                    association.callingAet(),
                    association.calledAet(),
                    association.address().getHostAddress()));
            session = open;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        if (query != null) {
            query.close();
        }
        if (session != null) {
            session.close();
            LOG.info(
                    "{} ({}) sent {} in PDUs of up to {} bytes; {} refused; takes PDUs of up to {} bytes",
                    association.callingAet(),
                    association.address().getHostAddress(),
                    kept.entrySet().stream().map(ReceivingService::text).collect(Collectors.joining(", ")),
                    association.longestPdu(),
                    refused,
                    association.peer().maxPduLength());
        }
    }

    private static String text(Map.Entry<PresentationContext, Integer> entry) {
        return entry.getKey().abstractSyntax() + " in " + entry.getKey().transferSyntax() + ": " + entry.getValue();
    }
}
