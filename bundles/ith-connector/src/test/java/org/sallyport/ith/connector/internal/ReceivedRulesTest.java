package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.vault.VaultException;

class ReceivedRulesTest {

    private static final Node PACS = node("n1", "PACS", "10.0.0.5", 104);

    @TempDir
    private Path folder;

    private final FakeAudit audit = new FakeAudit();

    @Test
    void beforeTheFirstConfigurationTheyArePrivateWithoutNodes() throws IOException {
        ReceivedRules rules = open();
        assertEquals(Mode.PRIVATE, rules.mode());
        assertEquals(List.of(), rules.nodes());
        assertTrue(rules.proxyActive());
        assertNull(rules.workspaceId());
        assertThrows(IllegalArgumentException.class, () -> rules.approve("n1", "ann", "shell", "why"));
    }

    @Test
    void theConfigurationIsInForceAtOnce() throws IOException {
        ReceivedRules rules = open();
        assertTrue(rules.use(configuration(true, PACS)));
        assertEquals(Mode.PUBLIC, rules.mode());
        assertEquals(List.of(PACS), rules.nodes());
        assertEquals("ws", rules.workspaceId());
        assertFalse(rules.use(configuration(true, PACS)), "nothing changed");
        assertTrue(rules.use(configuration(false, PACS)));
        assertFalse(rules.proxyActive());
    }

    @Test
    void switchedOffLastsUntilTheNextConfiguration() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        rules.switchOff();
        assertFalse(rules.proxyActive());
        assertEquals(List.of(PACS), rules.nodes());
        assertTrue(rules.use(configuration(true, PACS)), "switched on again is a change");
        assertTrue(rules.proxyActive());
    }

    @Test
    void anApprovalIsAuditedAndSurvivesReopening() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        assertFalse(rules.nodes().get(0).approved());
        assertEquals(approved(PACS), rules.approve("n1", "ann", "shell", "our own PACS"));
        assertEquals(List.of("node.approve|ann|shell|n1|our own PACS|done|null"), audit.records);
        assertTrue(rules.nodes().get(0).approved());

        ReceivedRules reopened = open();
        reopened.use(configuration(true, PACS));
        assertEquals(List.of(approved(PACS)), reopened.nodes());
    }

    @Test
    void anyChangeOfWhereANodeIsWithdrawsItsApproval() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        rules.approve("n1", "ann", "shell", "our own PACS");
        for (Node changed : List.of(
                node("n2", "PACS", "10.0.0.5", 104),
                node("n1", "PACS2", "10.0.0.5", 104),
                node("n1", "pacs", "10.0.0.5", 104),
                node("n1", "PACS", "10.0.0.6", 104),
                node("n1", "PACS", "10.0.0.5", 105))) {
            rules.use(configuration(true, changed));
            assertFalse(rules.nodes().get(0).approved(), changed.toString());
        }
    }

    @Test
    void whatANodeIsCalledAndMayDoIsNoMatterOfItsApproval() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        rules.approve("n1", "ann", "shell", "our own PACS");
        rules.use(configuration(
                true,
                new Node(
                        "n1",
                        "renamed",
                        "PACS",
                        "10.0.0.5",
                        104,
                        false,
                        Node.Permission.READ,
                        Node.Origin.BACK_END,
                        false)));
        assertTrue(rules.nodes().get(0).approved());
    }

    @Test
    void aSecondApprovalOfAnIdReplacesTheFirst() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        rules.approve("n1", "ann", "shell", "our own PACS");
        Node moved = node("n1", "PACS", "10.0.0.6", 104);
        rules.use(configuration(true, moved));
        rules.approve("n1", "ann", "shell", "it moved");
        assertTrue(rules.nodes().get(0).approved());
        rules.use(configuration(true, PACS));
        assertFalse(rules.nodes().get(0).approved(), "where it was before counts no more");
    }

    @Test
    void severalNodesAreApprovedOneByOne() throws IOException {
        ReceivedRules rules = open();
        Node second = node("n2", "WS", "10.0.0.6", 104);
        rules.use(configuration(true, PACS, second));
        rules.approve("n2", "ann", "shell", "workstation");
        assertEquals(List.of(PACS, approved(second)), rules.nodes());
        rules.approve("n1", "ann", "shell", "PACS");
        assertEquals(List.of(approved(PACS), approved(second)), rules.nodes());
    }

    @Test
    void outsideTheNetworksApprovalIsRefusedAndAudited() throws IOException {
        for (String address : List.of("192.0.2.1", "pacs.hospital.example")) {
            ReceivedRules rules = open("trust$_$back$_$end$_$nodes", "yes");
            rules.use(configuration(true, node("n1", "PACS", address, 104)));
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> rules.approve("n1", "ann", "shell", "please"));
            assertEquals(
                    "node n1 lies outside identity-networks (org.sallyport.ith.cfg): it cannot be given identity",
                    e.getMessage());
            assertEquals("node.approve|ann|shell|n1|please|refused|outside identity-networks", audit.records.get(0));
            audit.records.clear();
            assertFalse(rules.nodes().get(0).approved());
        }
        assertFalse(Files.exists(folder.resolve("approved.json")));
    }

    @Test
    void narrowerNetworksWithdrawApprovals() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        rules.approve("n1", "ann", "shell", "our own PACS");
        ReceivedRules narrower = open("identity$_$networks", "10.0.1.0/24");
        narrower.use(configuration(true, PACS));
        assertFalse(narrower.nodes().get(0).approved());
    }

    @Test
    void withTrustNodesInsideTheNetworksAreApprovedAtOnce() throws IOException {
        ReceivedRules rules = open("trust$_$back$_$end$_$nodes", "yes");
        Node outside = node("n2", "WS", "8.8.8.8", 104);
        rules.use(configuration(true, PACS, outside));
        assertEquals(List.of(approved(PACS), outside), rules.nodes());
    }

    @Test
    void anUnknownNodeIsToldWithThoseThatThereAre() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS, node("n2", "WS", "10.0.0.6", 104)));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> rules.approve("n3", "ann", "shell", "why"));
        assertEquals("the back end names no node \"n3\"; it names n1, n2", e.getMessage());
    }

    @Test
    void whatCannotBeAuditedIsNotDone() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        audit.broken = true;
        assertThrows(VaultException.class, () -> rules.approve("n1", "ann", "shell", "why"));
        assertFalse(rules.nodes().get(0).approved());
        assertFalse(Files.exists(folder.resolve("approved.json")));
    }

    @Test
    void whatCannotBeKeptIsNotApproved() throws IOException {
        ReceivedRules rules = open();
        rules.use(configuration(true, PACS));
        Files.createDirectories(folder.resolve("approved.json.part/in-the-way"));
        assertThrows(IOException.class, () -> rules.approve("n1", "ann", "shell", "why"));
        assertFalse(rules.nodes().get(0).approved());
        assertEquals(
                List.of(
                        "node.approve|ann|shell|n1|why|done|null",
                        "node.approve|ann|shell|n1|why|refused|the approval could not be kept"),
                audit.records);
    }

    @Test
    void aListOfApprovalsThatIsNoneIsNamedAndNotOverwritten() throws IOException {
        for (String broken : List.of("{", "[{\"id\":", "{\"id\":\"n1\"}", "[1]", "nonsense")) {
            Files.writeString(folder.resolve("approved.json"), broken);
            IOException e = assertThrows(IOException.class, () -> open(), broken);
            assertTrue(
                    String.valueOf(e.getMessage())
                            .startsWith(folder.resolve("approved.json") + " is no list of approved nodes"),
                    e.getMessage());
            assertEquals(broken, Files.readString(folder.resolve("approved.json")));
        }
    }

    private ReceivedRules open() throws IOException {
        return open("filter", "");
    }

    private ReceivedRules open(String key, String value) throws IOException {
        return new ReceivedRules(
                new NodeApprovals(new KeptFile(folder.resolve("approved.json"))),
                Configurations.settings(Map.of(key, value)),
                audit);
    }

    private static ProxyConfiguration configuration(boolean active, Node... nodes) {
        return new ProxyConfiguration("p", "ws", active, Mode.PUBLIC, true, null, List.of(nodes), List.of());
    }

    private static Node node(String id, String aet, String address, int port) {
        return new Node(id, aet, aet, address, port, true, Node.Permission.READ_WRITE, Node.Origin.BACK_END, false);
    }

    private static Node approved(Node node) {
        return new Node(
                node.id(),
                node.name(),
                node.aet(),
                node.address(),
                node.port(),
                node.active(),
                node.permission(),
                node.origin(),
                true);
    }
}
