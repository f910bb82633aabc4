package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.Node.Permission;

/** Nodes from both sides, and what they may do. */
class NodesTest {

    private static AccessRules rules(Mode mode, Node... nodes) {
        return new AccessRules(mode, List.of(nodes));
    }

    private static Node node(String aet, boolean active, Permission permission) {
        return Configurations.backEnd(aet, active, permission);
    }

    @Test
    void inPrivateModeOnlyActiveNodesAssociate() {
        AccessRules rules =
                rules(Mode.PRIVATE, node("CT", true, Permission.READ_WRITE), node("OLD", false, Permission.READ_WRITE));
        assertTrue(rules.mayAssociate("CT"));
        assertFalse(rules.mayAssociate("OLD"));
        assertFalse(rules.mayAssociate("STRANGER"));
        assertFalse(rules.mayAssociate("ct"), "AE titles are case-sensitive");
        assertFalse(rules.mayAssociate(""));
        assertFalse(rules(Mode.PRIVATE).mayAssociate("CT"));
    }

    @Test
    void inPrivateModeStoringNeedsThePermission() {
        AccessRules rules = rules(
                Mode.PRIVATE,
                node("BOTH", true, Permission.READ_WRITE),
                node("SENDER", true, Permission.WRITE),
                node("READER", true, Permission.READ),
                node("OLD", false, Permission.WRITE));
        assertTrue(rules.mayStore("BOTH"));
        assertTrue(rules.mayStore("SENDER"));
        assertFalse(rules.mayStore("READER"));
        assertTrue(rules.mayAssociate("READER"), "it may echo");
        assertFalse(rules.mayStore("OLD"));
        assertFalse(rules.mayStore("STRANGER"));
    }

    @Test
    void inPublicModeAnyoneMayButNodesThatAreSwitchedOff() {
        AccessRules rules =
                rules(Mode.PUBLIC, node("READER", true, Permission.READ), node("OLD", false, Permission.WRITE));
        for (String aet : List.of("STRANGER", "READER")) {
            assertTrue(rules.mayAssociate(aet), aet);
            assertTrue(rules.mayStore(aet), aet);
        }
        assertFalse(rules.mayAssociate("OLD"));
        assertFalse(rules.mayStore("OLD"));
    }

    @Test
    void aLocalNodeWinsOverTheBackEndsOfTheSameTitle() {
        Node local = Configurations.local("CT", Map.of("permission", "read")).node();
        List<Node> merged = NodeMerge.merge(
                List.of(local),
                List.of(node("CT", true, Permission.READ_WRITE), node("MR", true, Permission.READ_WRITE)));
        assertEquals(List.of("n-CT", "id-MR"), merged.stream().map(Node::id).toList());
        assertFalse(new AccessRules(Mode.PRIVATE, merged).mayStore("CT"));
    }

    @Test
    void ofTwoBackEndNodesWithOneTitleTheActiveOneCounts() {
        List<Node> merged = NodeMerge.merge(
                List.of(), List.of(node("PACS", false, Permission.WRITE), node("PACS", true, Permission.WRITE)));
        assertEquals(2, merged.size());
        assertTrue(new AccessRules(Mode.PRIVATE, merged).mayStore("PACS"));
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
    void aLocalNodeIsWhatItsConfigurationSays() {
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
                Map.of("service.pid", "org.sallyport.node~ward-3"));
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
    }

    @Test
    void aLocalNodeWithAnErrorIsNamedWithItsFile() {
        Map<String, Object> wrong = new HashMap<>();
        wrong.put("aet", "SEVENTEEN_LETTERS");
        wrong.put("address", "  ");
        wrong.put("port", 0);
        wrong.put("permission", "all");
        wrong.put("identity", "yes");
        Map<String, String> expected = Map.of(
                "aet", "aet \"SEVENTEEN_LETTERS\": must be 1–16 printable ASCII characters",
                "address", "address \"\": must be a host name or address",
                "port", "port 0: must be 1–65535",
                "permission", "permission \"all\": must be read, write or read_write",
                "identity", "identity \"yes\": must be pseudonymous or original");
        wrong.forEach((key, value) -> {
            Map<String, Object> values = new HashMap<>(Map.of("aet", "CT", "address", "192.0.2.1"));
            values.put(key, value);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> new LocalNode("ct", Configurations.node(values)));
            assertEquals(expected.get(key) + " (org.sallyport.node-ct.cfg)", e.getMessage());
        });
    }
}
