package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.node.ArchiveClient;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;

/** Asks archives by DIMSE, as our AE title, on an association of its own for each call and on the caller's thread. */
@Component(service = ArchiveClient.class, configurationPid = "org.sallyport.scp")
public final class NetArchiveClient implements ArchiveClient {

    /** Query/Retrieve information models (PS3.4 C.6): patients are found by the Patient Root's only. */
    static final String PATIENT_FIND = "1.2.840.10008.5.1.4.1.2.1.1";

    static final String STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    static final String STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";

    /** Nothing that the JDK would ask a name server for. */
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final int MOST_MATCHES = 10_000;

    /** Of all matches together: they are held in memory. */
    private static final long MOST_BYTES = 32L << 20;

    private static final int CANCELLED = 0xFE00;

    private final Supplier<String> aet;
    private final Timeouts timeouts;
    private final NodeTable nodes;
    private final AuditLog audit;

    @Activate
    public NetArchiveClient(
            ScpConfiguration configuration,
            @Reference DicomReceiver receiver,
            @Reference NodeTable nodes,
            @Reference AuditLog audit) {
        this(() -> receiver.status().aet(), ScpSettings.of(configuration).timeouts(), nodes, audit);
    }

    /** @param aet ours at the moment: it may follow the back end */
    NetArchiveClient(Supplier<String> aet, Timeouts timeouts, NodeTable nodes, AuditLog audit) {
        this.aet = aet;
        this.timeouts = timeouts;
        this.nodes = nodes;
        this.audit = audit;
    }

    /** One call, for the audit log. */
    private final class Access {

        private final String action;
        private final Node node;
        private final AccessRequest request;

        /** Refused calls are audited, and end here. */
        Access(String action, String text, AccessRequest request, String what) throws IOException {
            this.action = action;
            this.request = request;
            String refusal = request.refusal();
            if (refusal != null) {
                record(text, "refused", refusal);
                throw new AccessDeniedException(refusal);
            }
            this.node = node(text);
            if (!mayBeGivenIdentity(node)) {
                String why = "node " + node.id() + " may not be given identity, and a query is identity: mark it"
                        + " identity = original, or approve it (node:approve), at a literal address of this machine or a"
                        + " private network";
                record(subject(), "refused", why);
                throw new AccessDeniedException(why);
            }
            record(subject(), "done", what);
        }

        private String subject() {
            return node.id() + " (" + node.aet() + ")";
        }

        private void record(String subject, String outcome, String detail) throws IOException {
            audit.record(
                    action,
                    request.actor(),
                    request.source(),
                    subject,
                    request.reason().strip(),
                    outcome,
                    detail);
        }

        /** What came of it, before anybody is told. */
        void ended(String counts) throws IOException {
            record(subject(), "done", counts);
        }

        Association associate(String sopClass) throws IOException {
            List<ProposedContext> contexts = List.of(new ProposedContext(
                    1,
                    sopClass,
                    List.of(
                            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
            String calling = aet.get();
            Association association = NodeAssociation.open(node, calling, contexts, timeouts);
            if (association.context(sopClass).isEmpty()) {
                association.release();
                throw new IOException("node " + node.id() + " does not offer this service to " + calling);
            }
            return association;
        }
    }

    /** Approved, and at loopback or in a network of RFC 1918, by a literal address: what a name means may change. */
    private static boolean mayBeGivenIdentity(Node node) {
        if (!node.approved() || !LITERAL.matcher(node.address()).matches()) {
            return false;
        }
        try {
            InetAddress address = InetAddress.getByName(node.address());
            return address.isLoopbackAddress() || address.isSiteLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Node node(String text) {
        List<Node> found = Node.named(text, nodes.nodes());
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    found.isEmpty()
                            ? "there is no such node: node:list shows which there are"
                            : "several nodes are called so: name one by its id (node:list)");
        }
        if (!found.get(0).active()) {
            throw new IllegalArgumentException("node " + found.get(0).id() + " is switched off");
        }
        return found.get(0);
    }

    @Override
    public Found find(String node, Query query, AccessRequest request) throws IOException {
        if (query.most() < 1 || query.most() > MOST_MATCHES) {
            throw new IllegalArgumentException("matches " + query.most() + ": must be 1–" + MOST_MATCHES);
        }
        Access access =
                new Access("archive.find", node, request, "asks at level " + query.level() + keys(query.keys()));
        String sopClass = query.level() == Level.PATIENT ? PATIENT_FIND : STUDY_FIND;
        DataSet identifier = query.keys().copy();
        identifier.setString(Tag.QueryRetrieveLevel, query.level().name());
        List<DataSet> matches = new ArrayList<>();
        boolean[] more = new boolean[1];
        Outcome outcome;
        try (Association association = access.associate(sopClass)) {
            outcome = new QueryRetrieve(association)
                    .find(
                            sopClass,
                            identifier,
                            new QueryRetrieve.Terms(query.most() + 1, Thread.currentThread()::isInterrupted),
                            match -> {
                                more[0] = matches.size() == query.most() || association.bytes() > MOST_BYTES;
                                return !more[0] && matches.add(match);
                            });
            association.release();
        } catch (IOException e) {
            access.ended("no answer: " + e.getClass().getSimpleName());
            throw e;
        }
        boolean ended = outcome.status() == 0 || outcome.status() == CANCELLED;
        access.ended(
                matches.size() + (more[0] ? " matches, there are more" : " matches") + (ended ? "" : status(outcome)));
        if (!ended) {
            throw new IOException("the archive failed" + status(outcome));
        }
        return new Found(matches, !more[0] && !outcome.stopped());
    }

    /** Which attributes are asked by: names, never values. */
    private static String keys(DataSet keys) {
        List<Element> matching =
                keys.elements().stream().filter(element -> !element.isEmpty()).toList();
        return matching.isEmpty()
                ? " for everything"
                : matching.stream()
                        .map(element -> Dictionary.contains(element.tag())
                                ? Dictionary.keywordOf(element.tag())
                                : Tag.format(element.tag()))
                        .collect(Collectors.joining(", ", " by ", ""));
    }

    /** Without the archive's comment, which may quote what was asked. */
    private static String status(Outcome outcome) {
        return String.format(", status %04X", outcome.status());
    }

    @Override
    public Moved move(String node, String studyInstanceUid, @Nullable String destinationAet, AccessRequest request)
            throws IOException {
        if (!Uids.isValid(studyInstanceUid)) {
            throw new IllegalArgumentException("the study is no UID");
        }
        String our = aet.get();
        String to = destinationAet == null ? our : destinationAet.strip();
        boolean ours = to.equals(our);
        if (!AeTitles.isValid(to)) {
            throw new IllegalArgumentException("the destination is no AE title");
        }
        if (!ours
                && nodes.nodes().stream()
                        .noneMatch(one -> one.aet().equals(to) && one.active() && mayBeGivenIdentity(one))) {
            throw new IllegalArgumentException(
                    "no node with the AE title " + to + " may be given identity: node:list shows which may (approved)");
        }
        Access access = new Access("archive.move", node, request, "asks to send a study to " + to);
        DataSet identifier = new DataSet();
        identifier.setString(Tag.QueryRetrieveLevel, Level.STUDY.name());
        identifier.setString(Tag.StudyInstanceUID, studyInstanceUid);
        Outcome outcome;
        try (Association association = access.associate(STUDY_MOVE)) {
            outcome = new QueryRetrieve(association)
                    .move(STUDY_MOVE, identifier, to, Thread.currentThread()::isInterrupted, numbers -> {});
            association.release();
        } catch (IOException e) {
            access.ended("no answer: " + e.getClass().getSimpleName());
            throw e;
        }
        Moved moved = new Moved(
                to,
                outcome.status(),
                outcome.subOperations().completed(),
                outcome.subOperations().failed(),
                outcome.subOperations().warning());
        access.ended(moved.completed() + " images sent to " + to + ", " + moved.failed() + " failed" + status(outcome));
        return moved;
    }
}
