package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.Node.Origin;
import org.sallyport.gateway.api.node.Node.Permission;

class DispatchTargetsTest {

    private static final IdentityNetworks NETWORKS = IdentityNetworks.parse("10.0.0.0/8");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Node node(String id, String address, boolean active, Permission permission, boolean approved) {
        return new Node(id, "name of " + id, "AET_" + id, address, 104, active, permission, Origin.BACK_END, approved);
    }

    private static Event event(String type, String... nodes) {
        ObjectNode event = JSON.createObjectNode()
                .put("event_type", type)
                .put("correlation_id", "c")
                .put("entity_id", "e");
        ObjectNode payload = event.putObject("payload").put("subject_id", "s").put("session_id", "x");
        for (String node : nodes) {
            payload.withArray("nodes").add(node);
        }
        return Event.of(event);
    }

    private static List<String> judged(Event event, List<Node> nodes, List<Node> inForce, String... reachable) {
        return DispatchTargets.of(event, nodes, inForce, NETWORKS, node -> List.of(reachable)
                        .contains(node.id()))
                .stream()
                .map(target -> target.name() + "/"
                        + (target.node() == null
                                ? target.problem()
                                : target.node().address()))
                .toList();
    }

    @Test
    void eachNamedNodeIsJudged() {
        List<Node> nodes = List.of(
                node("good", "10.0.0.1", true, Permission.WRITE, true),
                node("off", "10.0.0.2", false, Permission.READ, true),
                node("new", "10.0.0.3", true, Permission.READ, false),
                node("outside", "192.0.2.1", true, Permission.READ, true));
        assertEquals(
                List.of(
                        "name of good/10.0.0.1",
                        "name of off/node not active",
                        "name of new/node not approved",
                        "name of outside/node not approved",
                        "unheard/node not known"),
                judged(event("session.dispatch", "good", "off", "new", "outside", "unheard"), nodes, List.of()));
    }

    @Test
    void aLocalNodeOfTheSameAeTitleWins() {
        List<Node> nodes = List.of(node("pacs", "10.0.0.1", true, Permission.READ, true));
        Node local =
                new Node("local", "local", "AET_pacs", "10.9.9.9", 11112, true, Permission.READ, Origin.LOCAL, true);
        Node closed =
                new Node("local", "local", "AET_pacs", "10.9.9.9", 11112, true, Permission.READ, Origin.LOCAL, false);
        assertEquals(
                List.of("name of pacs/10.9.9.9"), judged(event("session.dispatch", "pacs"), nodes, List.of(local)));
        assertEquals(
                List.of("name of pacs/node not approved"),
                judged(event("session.dispatch", "pacs"), nodes, List.of(closed)),
                "what is closed here the back end cannot open");
    }

    @Test
    void aNewScanGoesToAllThatAnswerMayReadAndAreApproved() {
        List<Node> nodes = List.of(
                node("good", "10.0.0.1", true, Permission.READ_WRITE, true),
                node("silent", "10.0.0.2", true, Permission.READ, true),
                node("writer", "10.0.0.3", true, Permission.WRITE, true),
                node("new", "10.0.0.4", true, Permission.READ, false),
                node("off", "10.0.0.5", false, Permission.READ, true));
        assertEquals(
                List.of("name of good/10.0.0.1"),
                judged(event("scan.new_scan_available", "ignored"), nodes, List.of(), "good", "writer", "new", "off"));
    }
}
