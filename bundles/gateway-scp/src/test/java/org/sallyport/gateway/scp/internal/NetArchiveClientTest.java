package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.node.ArchiveClient.Found;
import org.sallyport.gateway.api.node.ArchiveClient.Level;
import org.sallyport.gateway.api.node.ArchiveClient.Moved;
import org.sallyport.gateway.api.node.ArchiveClient.Query;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;

/** Against a scripted archive; dcmqrscp and Orthanc are asked by the integration tests. */
@Timeout(60)
class NetArchiveClientTest {

    private static final AccessRequest OFFICER =
            new AccessRequest("ann", Set.of("privacy-officer"), "shell", "looking for priors", "");

    /** Answers a request with its data set. */
    private interface Answer {
        void to(Association association, Association.Message message, DataSet identifier) throws IOException;
    }

    private final List<String> audited = new ArrayList<>();
    private final List<DataSet> asked = new ArrayList<>();
    private final List<String> called = new ArrayList<>();
    private boolean offered = true;
    private String our = "DICOMRCV";
    private Answer answer = (association, message, identifier) ->
            association.send(message.context(), message.command().response(CommandSet.SUCCESS));
    private AssociationServer archive;
    private NodeTable nodes;
    private NetArchiveClient client;

    @BeforeEach
    void open() throws IOException {
        archive = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 16_384, 5, Timeouts.DEFAULT), new Archive());
        nodes = new NodeTable(Configurations.settings(Map.of()));
        node("PACS", "original");
        client = new NetArchiveClient(() -> our, Timeouts.DEFAULT, nodes, new Audit());
    }

    @AfterEach
    void close() throws IOException {
        archive.close();
    }

    private void node(String aet, String identity) {
        node(aet, identity, archive.port());
    }

    private void node(String aet, String identity, int port) {
        nodes.addNode(Configurations.local(aet, Map.of("identity", identity, "address", "127.0.0.1", "port", port)));
    }

    private final class Archive implements AssociationPolicy {

        @Override
        public Decision decide(AssociateRequest request, Peer peer) {
            called.add(request.callingAet() + " > " + request.calledAet());
            return Decision.accept(request.contexts().stream()
                    .map(c -> new PresentationContext(
                            c.id(),
                            c.abstractSyntax(),
                            offered ? Result.ACCEPTANCE : Result.ABSTRACT_SYNTAX_NOT_SUPPORTED,
                            c.transferSyntaxes().get(0)))
                    .toList());
        }

        @Override
        public Service serve(Association association) {
            return new Service() {
                @Override
                public void handle(Association.Message message) throws IOException {
                    Association.Message before = asking;
                    if (before != null && message.command().commandField() == CommandSet.C_CANCEL_RQ) {
                        association.send(before.context(), before.command().response(0xFE00));
                        return;
                    }
                    asking = message;
                    DataSet identifier = message.readDataSet(Limits.DEFAULT);
                    asked.add(identifier);
                    answer.to(association, message, identifier);
                }

                @Override
                public void close() {
                    // Holds nothing.
                }
            };
        }

        private Association.@Nullable Message asking;
    }

    private final class Audit implements AuditLog {

        @Override
        public void record(
                String action,
                String actor,
                String source,
                String subject,
                String reason,
                String outcome,
                @Nullable String detail) {
            audited.add(String.join("|", action, actor, source, subject, reason, outcome, String.valueOf(detail)));
        }

        @Override
        public List<Entry> newest(int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Verification verify() {
            throw new UnsupportedOperationException();
        }
    }

    private static DataSet smith() {
        DataSet keys = new DataSet();
        keys.setString(Tag.PatientName, "SMITH*");
        keys.setString(Tag.PatientID);
        return keys;
    }

    private static Query query(int most) {
        return new Query(Level.STUDY, smith(), most);
    }

    private static void match(Association association, Association.Message message, String id) throws IOException {
        DataSet match = new DataSet();
        match.setString(Tag.PatientName, "SMITH^ANN");
        match.setString(Tag.PatientID, id);
        association.send(message.context(), message.command().response(CommandSet.PENDING, true), match);
    }

    private void matches(int count) {
        answer = (association, message, identifier) -> {
            for (int i = 1; i <= count; i++) {
                match(association, message, "ID-" + i);
            }
            association.send(message.context(), message.command().response(CommandSet.SUCCESS));
        };
    }

    private static String audit(String action, String subject, String outcome, String detail) {
        return action + "|ann|shell|" + subject + "|looking for priors|" + outcome + "|" + detail;
    }

    // ---- finding

    @Test
    void whatIsFoundIsAuditedBeforeItIsAskedAndBeforeItIsHandedOut() throws IOException {
        matches(2);
        Found found = client.find("PACS", query(10), OFFICER);
        assertEquals(
                List.of("ID-1", "ID-2"),
                found.matches().stream()
                        .map(match -> match.string(Tag.PatientID))
                        .toList());
        assertTrue(found.complete());
        assertEquals(List.of("DICOMRCV > PACS"), called);
        assertEquals("STUDY", asked.get(0).string(Tag.QueryRetrieveLevel));
        assertEquals("SMITH*", asked.get(0).string(Tag.PatientName));
        assertTrue(asked.get(0).contains(Tag.PatientID));
        assertEquals(
                List.of(
                        audit("archive.find", "n-PACS (PACS)", "done", "asks at level STUDY by PatientName"),
                        audit("archive.find", "n-PACS (PACS)", "done", "2 matches")),
                audited);
        assertFalse(audited.toString().contains("SMITH"), "no value is audited");
        assertFalse(found.toString().contains("SMITH"));
    }

    @Test
    void moreThanWantedIsSaidAndStopped() throws IOException {
        matches(3);
        Found exact = client.find("n-PACS", query(3), OFFICER);
        assertTrue(exact.complete());
        Found cut = client.find("n-PACS", query(2), OFFICER);
        assertEquals(2, cut.matches().size());
        assertFalse(cut.complete());
        assertTrue(audited.get(3).endsWith("2 matches, there are more"), audited::toString);
        assertThrows(IllegalArgumentException.class, () -> client.find("PACS", query(0), OFFICER));
        assertThrows(IllegalArgumentException.class, () -> client.find("PACS", query(10_001), OFFICER));
    }

    @Test
    void anArchiveThatFailsIsToldByItsStatusOnly() {
        answer = (association, message, identifier) -> association.send(
                message.context(), message.command().response(0xA900).withComment("no SMITH* here"));
        IOException e = assertThrows(IOException.class, () -> client.find("PACS", query(10), OFFICER));
        assertEquals("the archive failed, status A900", e.getMessage());
        assertTrue(audited.get(1).endsWith("|done|0 matches, status A900"), audited::toString);
    }

    @Test
    void anArchiveThatIsNotThereOrDoesNotOfferItIsAuditedToo() throws IOException {
        offered = false;
        IOException e = assertThrows(IOException.class, () -> client.find("PACS", query(10), OFFICER));
        assertEquals("node n-PACS does not offer this service to DICOMRCV", e.getMessage());
        try (Socket nobody = new Socket()) {
            // Bound and not listening: no other program's server answers there meanwhile.
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            node("GONE", "original", nobody.getLocalPort());
            assertThrows(IOException.class, () -> client.find("GONE", query(10), OFFICER));
        }
        assertEquals(4, audited.size());
        assertTrue(audited.get(3).endsWith("|done|no answer: ConnectException"), audited::toString);
    }

    // ---- over TLS

    private void openSecured(TlsPeers peers) throws IOException {
        archive.close();
        archive = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 16_384, 5, Timeouts.DEFAULT, peers.acceptor()),
                new Archive());
    }

    private void node(String aet, TlsPeers peers, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("identity", "original");
        nodes.addNode(Configurations.local(aet, peers.settings(archive.port(), all)));
    }

    @Test
    void anArchiveThatSpeaksTlsIsAskedOverTlsWithOurCertificate(@TempDir Path folder) throws Exception {
        TlsPeers peers = TlsPeers.make(folder);
        openSecured(peers);
        node("SEALED", peers, Map.of());
        matches(2);
        assertEquals(2, client.find("SEALED", query(10), OFFICER).matches().size());
        assertEquals("DICOMRCV", client.move("SEALED", "1.2.3", null, OFFICER).to());
        assertEquals(List.of("DICOMRCV > SEALED", "DICOMRCV > SEALED"), called);
    }

    @Test
    void nothingIsAskedWhereOneSideDoesNotTrustTheOther(@TempDir Path folder) throws Exception {
        TlsPeers peers = TlsPeers.make(folder);
        openSecured(peers);
        node(
                "UNKNOWN",
                peers,
                Map.of("tls$_$trusted", peers.stranger().certificate().toString()));
        node("WITHOUT", peers, Map.of("tls$_$certificate", "", "tls$_$key", ""));
        node("OTHER", peers, Map.of("tls$_$certificate", peers.stranger().pem().toString(), "tls$_$key", ""));
        node("CLEAR", "original");
        for (String aet : List.of("UNKNOWN", "WITHOUT", "OTHER", "CLEAR")) {
            IOException e = assertThrows(IOException.class, () -> client.find(aet, query(10), OFFICER), aet);
            assertFalse(String.valueOf(e.getMessage()).contains("SMITH"));
        }
        assertEquals(List.of(), called);
        assertEquals(List.of(), asked);
    }

    // ---- who may

    @Test
    void withoutRoleOrReasonNothingIsSent() {
        for (AccessRequest refused : List.of(
                new AccessRequest("ann", Set.of("administrator", "operator"), "shell", "looking for priors", ""),
                new AccessRequest("ann", Set.of("privacy-officer"), "shell", "  ", ""))) {
            assertThrows(AccessDeniedException.class, () -> client.find("PACS", query(10), refused));
            assertThrows(AccessDeniedException.class, () -> client.move("PACS", "1.2.3", null, refused));
        }
        assertEquals(List.of(), called);
        assertEquals(4, audited.size());
        assertEquals(
                "archive.find|ann|shell|PACS|looking for priors|refused|reading identity needs the role privacy-officer",
                audited.get(0));
        assertTrue(audited.stream().allMatch(record -> record.contains("|refused|")), audited::toString);
    }

    @Test
    void onlyANodeThatMayBeGivenIdentityIsAsked() {
        node("PSEUDO", "pseudonymous");
        nodes.addNode(Configurations.local("FAR", Map.of("identity", "original", "address", "198.51.100.1")));
        nodes.addNode(Configurations.local("OFF", Map.of("identity", "original", "active", "no")));
        nodes.addNode(Configurations.local("NAME", Map.of("identity", "original", "address", "localhost")));
        for (String aet : List.of("PSEUDO", "FAR", "NAME")) {
            AccessDeniedException e =
                    assertThrows(AccessDeniedException.class, () -> client.find(aet, query(10), OFFICER));
            assertTrue(String.valueOf(e.getMessage()).contains("may not be given identity"), e::toString);
        }
        for (String aet : List.of("OFF", "NOBODY")) {
            assertThrows(IllegalArgumentException.class, () -> client.find(aet, query(10), OFFICER));
        }
        assertEquals(List.of(), called);
        assertEquals(3, audited.size());
    }

    // ---- moving

    @Test
    void aStudyIsMovedToUsIfNobodyElseIsNamed() throws IOException {
        answer = (association, message, identifier) -> association.send(
                message.context(), message.command().response(0xB000).withSubOperations(new SubOperations(0, 8, 2, 1)));
        Moved moved = client.move("PACS", "1.2.3", null, OFFICER);
        assertEquals(new Moved("DICOMRCV", 0xB000, 8, 2, 1), moved);
        assertEquals("1.2.3", asked.get(0).string(Tag.StudyInstanceUID));
        assertEquals(
                List.of(
                        audit("archive.move", "n-PACS (PACS)", "done", "asks to send a study to DICOMRCV"),
                        audit(
                                "archive.move",
                                "n-PACS (PACS)",
                                "done",
                                "8 images sent to DICOMRCV, 2 failed, status B000")),
                audited);
        assertFalse(audited.toString().contains("1.2.3"), "the study's UID is identity there");
    }

    @Test
    void aStudyIsMovedToOthersThatMayBeGivenIdentityOnly() throws IOException {
        node("ARCHIVE2", "original");
        node("PSEUDO", "pseudonymous");
        assertEquals(
                "ARCHIVE2", client.move("PACS", "1.2.3", "ARCHIVE2", OFFICER).to());
        for (String aet : List.of("PSEUDO", "NOBODY", "SEVENTEEN_LETTERS", "")) {
            assertThrows(IllegalArgumentException.class, () -> client.move("PACS", "1.2.3", aet, OFFICER));
        }
        assertThrows(IllegalArgumentException.class, () -> client.move("PACS", "1.2.*", null, OFFICER));
        assertEquals(1, called.size());
    }

    /** The back end may give the gateway another AE title while it runs. */
    @Test
    void ourAeTitleIsTheOneOfTheMoment() throws IOException {
        our = "MOVED";
        assertEquals("MOVED", client.move("PACS", "1.2.3", null, OFFICER).to());
        assertEquals(List.of("MOVED > PACS"), called);
        assertThrows(IllegalArgumentException.class, () -> client.move("PACS", "1.2.3", "DICOMRCV", OFFICER));
    }
}
