package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.ConfigurationAdmin;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.Node.Permission;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.testkit.Certificates;

/** Nodes from both sides, and what they may do. */
class NodesTest {

    private static AccessRules rules(Mode mode, Node... nodes) {
        return new AccessRules(mode, List.of(nodes));
    }

    /** In the clear. */
    private static Caller by(String aet) {
        return new Caller(aet, null);
    }

    private static Node node(String aet, boolean active, Permission permission) {
        return Configurations.backEnd(aet, active, permission);
    }

    @Test
    void inPrivateModeOnlyActiveNodesAssociate() {
        AccessRules rules =
                rules(Mode.PRIVATE, node("CT", true, Permission.READ_WRITE), node("OLD", false, Permission.READ_WRITE));
        assertTrue(rules.mayAssociate(by("CT")));
        assertFalse(rules.mayAssociate(by("OLD")));
        assertFalse(rules.mayAssociate(by("STRANGER")));
        assertFalse(rules.mayAssociate(by("ct")), "AE titles are case-sensitive");
        assertFalse(rules.mayAssociate(by("")));
        assertFalse(rules(Mode.PRIVATE).mayAssociate(by("CT")));
    }

    @Test
    void inPrivateModeStoringNeedsThePermission() {
        AccessRules rules = rules(
                Mode.PRIVATE,
                node("BOTH", true, Permission.READ_WRITE),
                node("SENDER", true, Permission.WRITE),
                node("READER", true, Permission.READ),
                node("OLD", false, Permission.WRITE));
        assertTrue(rules.mayStore(by("BOTH")));
        assertTrue(rules.mayStore(by("SENDER")));
        assertFalse(rules.mayStore(by("READER")));
        assertTrue(rules.mayAssociate(by("READER")), "it may echo");
        assertFalse(rules.mayStore(by("OLD")));
        assertFalse(rules.mayStore(by("STRANGER")));
    }

    @Test
    void inPublicModeAnyoneMayButNodesThatAreSwitchedOff() {
        AccessRules rules =
                rules(Mode.PUBLIC, node("READER", true, Permission.READ), node("OLD", false, Permission.WRITE));
        for (String aet : List.of("STRANGER", "READER")) {
            assertTrue(rules.mayAssociate(by(aet)), aet);
            assertTrue(rules.mayStore(by(aet)), aet);
        }
        assertFalse(rules.mayAssociate(by("OLD")));
        assertFalse(rules.mayStore(by("OLD")));
    }

    @Test
    void aNodeThatIsKnownByACertificateHasToProveIt() {
        String own = "ab".repeat(32);
        Node bound = Configurations.local("CT", Map.of("certificate", own)).node();
        for (Mode mode : Mode.values()) {
            AccessRules rules = rules(mode, bound);
            assertTrue(rules.mayAssociate(new Caller("CT", own)));
            assertTrue(rules.mayStore(new Caller("CT", own)));
            for (Caller other : List.of(by("CT"), new Caller("CT", "cd".repeat(32)))) {
                assertFalse(rules.mayAssociate(other), mode + ": " + other);
                assertFalse(rules.mayStore(other), mode + ": " + other);
            }
        }
        // Two devices of one AE title, each with a certificate of its own and rights of its own.
        AccessRules two = rules(
                Mode.PRIVATE,
                bound,
                Configurations.local("CT", Map.of("certificate", "cd".repeat(32), "permission", "read"))
                        .node());
        assertTrue(two.mayStore(new Caller("CT", own)));
        assertTrue(two.mayAssociate(new Caller("CT", "cd".repeat(32))));
        assertFalse(two.mayStore(new Caller("CT", "cd".repeat(32))));
        // A certificate is no way around being switched off.
        assertFalse(rules(
                        Mode.PUBLIC,
                        Configurations.local("CT", Map.of("certificate", own, "active", "no"))
                                .node())
                .mayAssociate(new Caller("CT", own)));
    }

    @Test
    void aFingerprintIsTakenAsItIsPrinted() {
        Node node = Configurations.local("CT", Map.of("certificate", " " + "A0:".repeat(31) + "A0 "))
                .node();
        assertEquals("a0".repeat(32), node.certificate());
    }

    @Test
    void aLocalNodeWinsOverTheBackEndsOfTheSameTitle() {
        Node local = Configurations.local("CT", Map.of("permission", "read")).node();
        List<Node> merged = NodeMerge.merge(
                List.of(local),
                List.of(node("CT", true, Permission.READ_WRITE), node("MR", true, Permission.READ_WRITE)));
        assertEquals(List.of("n-CT", "id-MR"), merged.stream().map(Node::id).toList());
        assertFalse(new AccessRules(Mode.PRIVATE, merged).mayStore(by("CT")));
    }

    @Test
    void ofTwoBackEndNodesWithOneTitleTheActiveOneCounts() {
        List<Node> merged = NodeMerge.merge(
                List.of(), List.of(node("PACS", false, Permission.WRITE), node("PACS", true, Permission.WRITE)));
        assertEquals(2, merged.size());
        assertTrue(new AccessRules(Mode.PRIVATE, merged).mayStore(by("PACS")));
    }

    @Test
    void withoutABackEndTheSettingDecides() {
        assertEquals(Mode.PUBLIC, new NodeTable(Configurations.settings(Map.of("mode", "public"))).mode());
        assertEquals(Mode.PRIVATE, new NodeTable(Configurations.settings(Map.of())).mode());
        assertTrue(new NodeTable(Configurations.settings(Map.of())).proxyActive());
    }

    @Test
    void aBackEndThatIsConfiguredButNotThereMakesTheModePrivate() {
        NodeTable table =
                new NodeTable(Configurations.settings(Map.of("mode", "public", "back$_$end", "https://back.example")));
        assertEquals(Mode.PRIVATE, table.mode());
        FakeBackEnd backEnd = new FakeBackEnd();
        backEnd.mode = Mode.PUBLIC;
        table.setBackEnd(backEnd);
        assertEquals(Mode.PUBLIC, table.mode());
        table.unsetBackEnd(backEnd);
        assertEquals(Mode.PRIVATE, table.mode());
    }

    @Test
    void nodesComeAndGo() {
        NodeTable table = new NodeTable(Configurations.settings(Map.of()));
        LocalNode ct = Configurations.local("CT", Map.of());
        table.addNode(ct);
        FakeBackEnd old = new FakeBackEnd();
        old.nodes = List.of(node("MR", true, Permission.WRITE));
        table.setBackEnd(old);
        assertEquals(List.of("CT", "MR"), table.nodes().stream().map(Node::aet).toList());
        FakeBackEnd next = new FakeBackEnd();
        next.active = false;
        table.setBackEnd(next);
        table.unsetBackEnd(old);
        assertFalse(table.proxyActive(), "the new one is still there");
        table.removeNode(ct);
        assertEquals(List.of(), table.nodes());
    }

    @Test
    void aLocalNodeIsWhatItsConfigurationSays() throws Exception {
        LocalNode made = new LocalNode(
                Configurations.node(Map.of(
                        "aet",
                        " PACS ",
                        "address",
                        " pacs.example ",
                        "port",
                        11_112,
                        "permission",
                        "Read",
                        "identity",
                        "ORIGINAL")),
                Map.of("service.pid", "org.sallyport.node~ward-3"),
                Fakes.fake(ConfigurationAdmin.class, Map.of("listConfigurations", given -> null)));
        assertEquals(
                new Node(
                        "ward-3",
                        "ward-3",
                        "PACS",
                        "pacs.example",
                        11_112,
                        true,
                        Permission.READ,
                        Node.Origin.LOCAL,
                        true),
                made.node());
        assertFalse(Configurations.local("CT", Map.of()).node().approved(), "pseudonymous unless told otherwise");
        assertNull(made.node().tls(), "in the clear unless told otherwise");
    }

    @Test
    void aLocalNodeWithAnErrorIsNamedWithItsFile() {
        Map<String, Object> wrong = new HashMap<>();
        wrong.put("aet", "SEVENTEEN_LETTERS");
        wrong.put("address", "  ");
        wrong.put("port", 0);
        wrong.put("permission", "all");
        wrong.put("identity", "yes");
        wrong.put("active", "maybe");
        wrong.put("certificate", "12:34");
        wrong.put("tls", "on");
        wrong.put("tls$_$check$_$host", "never");
        Map<String, String> expected = Map.of(
                "tls", "tls \"on\": must be yes or no",
                "tls$_$check$_$host", "tls-check-host \"never\": must be yes or no",
                "active", "active \"maybe\": must be yes or no",
                "certificate", "certificate \"12:34\": must be a SHA-256 fingerprint, 64 hexadecimal digits",
                "aet", "aet \"SEVENTEEN_LETTERS\": must be 1–16 printable ASCII characters",
                "address", "address \"\": must be a host name or address",
                "port", "port 0: must be 1–65535",
                "permission", "permission \"all\": must be read, write or read_write",
                "identity", "identity \"yes\": must be pseudonymous or original");
        wrong.forEach((key, value) -> {
            Map<String, Object> values = new HashMap<>(Map.of("aet", "CT", "address", "192.0.2.1"));
            values.put(key, value);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new LocalNode("ct", Configurations.node(values), Configurations.secrets()));
            assertEquals(expected.get(key) + " (org.sallyport.node-ct.cfg)", e.getMessage());
        });
    }

    @Test
    void filesForTlsAreReadAtOnceAndSecretsNeverInTheClear(@TempDir Path folder) throws Exception {
        Path nothing = folder.resolve("nothing.pem");
        for (String key : List.of("tls$_$certificate", "tls$_$trusted")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Configurations.local("CT", Map.of("tls", "yes", key, nothing.toString())));
            assertEquals(
                    "tls-certificate, tls-key or tls-trusted: " + nothing
                            + " does not exist (org.sallyport.node-n-CT.cfg)",
                    e.getMessage());
        }
        Certificates ours = Certificates.make(folder, "ours", "ip:127.0.0.1");
        Map<String, Object> values = new HashMap<>(Map.of("aet", "CT", "address", "192.0.2.1", "tls", "yes"));
        values.put("tls$_$certificate", ours.pkcs12().toString());
        values.put("_tls$_$password", Certificates.PASSWORD);
        Node node = new LocalNode("ct", Configurations.node(values), Configurations.secrets()).node();
        assertTrue(Objects.requireNonNull(node.tls()).checksHostName());
        assertFalse(node.toString().contains(Certificates.PASSWORD), "a node is shown in logs");
        for (String tls : List.of("yes", "no")) {
            values.put("tls", tls);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new LocalNode(
                            "ct",
                            Configurations.node(values),
                            new Secrets(key -> Certificates.PASSWORD, " (org.sallyport.node-ct.cfg)")));
            assertTrue(String.valueOf(e.getMessage()).startsWith(".tls-password: stands in the clear"), e::toString);
        }
    }
}
