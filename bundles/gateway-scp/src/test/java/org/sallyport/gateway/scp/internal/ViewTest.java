package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.Node.Permission;
import org.sallyport.gateway.scp.internal.query.View;

/** Who may get originals (docs/query-retrieve.md), who sees pseudonyms, and who gets nothing. */
class ViewTest {

    private static final IdentityNetworks PRIVATE = IdentityNetworks.parse("");

    private static Node node(
            String aet, String address, Permission permission, boolean approved, @Nullable String certificate) {
        return new Node(aet, aet, aet, address, 104, true, permission, Node.Origin.LOCAL, approved, certificate, null);
    }

    private static View view(Node node, String aet, @Nullable String certificate, String from) throws Exception {
        return new AccessRules(Mode.PUBLIC, List.of(node))
                .view(new Caller(aet, certificate), InetAddress.getByName(from), PRIVATE);
    }

    @Test
    void originalsAreForApprovedNodesAtTheirAddressInsideANetworkForIdentity() throws Exception {
        Node viewer = node("VIEWER", "10.1.2.3", Permission.READ, true, null);
        assertEquals(View.ORIGINAL, view(viewer, "VIEWER", null, "10.1.2.3"));
        assertEquals(View.PSEUDONYMOUS, view(viewer, "VIEWER", null, "10.1.2.4"), "anybody can say an AE title");
        assertEquals(View.PSEUDONYMOUS, view(viewer, "OTHER", null, "10.1.2.3"));
        Node plain = node("VIEWER", "10.1.2.3", Permission.READ, false, null);
        assertEquals(View.PSEUDONYMOUS, view(plain, "VIEWER", null, "10.1.2.3"), "not approved");
        Node outside = node("VIEWER", "192.0.2.7", Permission.READ, true, null);
        assertEquals(View.PSEUDONYMOUS, view(outside, "VIEWER", null, "192.0.2.7"), "outside of the networks");
        Node named = node("VIEWER", "localhost", Permission.READ, true, null);
        assertEquals(View.PSEUDONYMOUS, view(named, "VIEWER", null, "127.0.0.1"), "what a name means may change");
        Node certified = node("VIEWER", "10.1.2.3", Permission.READ, true, "ab");
        assertEquals(View.ORIGINAL, view(certified, "VIEWER", "ab", "10.9.9.9"));
        assertEquals(View.PSEUDONYMOUS, view(certified, "VIEWER", "cd", "10.1.2.3"));
        assertEquals(View.PSEUDONYMOUS, view(certified, "VIEWER", "ab", "192.0.2.7"));
    }

    @Test
    void readingNeedsAPermissionAndStrangersGetNothingUnlessTheSettingSaysSo() {
        AccessRules rules = new AccessRules(
                Mode.PUBLIC,
                List.of(
                        node("READER", "10.0.0.1", Permission.READ, false, null),
                        node("WRITER", "10.0.0.2", Permission.WRITE, false, null)));
        assertTrue(rules.mayRead(new Caller("READER", null), false));
        assertFalse(rules.mayRead(new Caller("WRITER", null), true));
        assertFalse(rules.mayRead(new Caller("STRANGER", null), false));
        assertTrue(rules.mayRead(new Caller("STRANGER", null), true));
        AccessRules closed = new AccessRules(Mode.PRIVATE, rules.nodes());
        assertTrue(closed.mayRead(new Caller("READER", null), false));
        assertFalse(closed.mayRead(new Caller("STRANGER", null), true), "in private mode nobody is a stranger");
    }

    private static QuerySettings settings(Map<String, Object> values) {
        return QuerySettings.of((QueryConfiguration) Proxy.newProxyInstance(
                QueryConfiguration.class.getClassLoader(),
                new Class<?>[] {QueryConfiguration.class},
                (proxy, method, given) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    @Test
    void settingsAreCheckedAndNamed() {
        QuerySettings defaults = settings(Map.of());
        assertFalse(defaults.unknownCallers());
        assertFalse(defaults.whenDelivered());
        assertTrue(defaults.reportOnNew());
        assertEquals(1, defaults.associationsTo("PACS"));
        QuerySettings some = settings(Map.of("move$_$associations", "2, PACS=4", "unknown$_$callers", "pseudonymous"));
        assertEquals(4, some.associationsTo("PACS"));
        assertEquals(2, some.associationsTo("OTHER"));
        assertTrue(some.unknownCallers());
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "move$_$associations", "17",
                        "unknown$_$callers", "all",
                        "commitment", "never",
                        "commitment$_$report", "old",
                        "name$_$index$_$memory", 0,
                        "max$_$matches", 0)
                .entrySet()) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> settings(Map.of(wrong.getKey(), wrong.getValue())));
            String key = wrong.getKey().replace("$_$", "-");
            assertTrue(
                    String.valueOf(e.getMessage()).startsWith(key)
                            && String.valueOf(e.getMessage()).endsWith("(org.sallyport.query.cfg)"),
                    e.getMessage());
        }
    }
}
