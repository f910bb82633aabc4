package org.sallyport.ith.connector.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.Node;

/** Which nodes a dispatch goes to, and why not to others. Pure. */
final class DispatchTargets {

    private DispatchTargets() {}

    /**
     * @param name for people
     * @param node null = it cannot be sent to
     * @param problem why not; empty if it can
     */
    record Target(String name, @Nullable Node node, String problem) {}

    /**
     * The nodes that an event names; or for one that names none by its nature, all active nodes that answer, may read and are approved.
     *
     * @param fromBackEnd as the back end configures them, judged
     * @param inForce all nodes in force: a local one wins over the back end's of the same AE title
     * @param networks that identity may be sent into
     */
    static List<Target> of(
            Event event,
            List<Node> fromBackEnd,
            List<Node> inForce,
            IdentityNetworks networks,
            Predicate<Node> reachable) {
        List<Target> targets = new ArrayList<>();
        if (event.type().equals("scan.new_scan_available")) {
            for (Node node : fromBackEnd) {
                Node winner = winner(node, inForce);
                Target target = judged(node.name(), winner, networks);
                if (target.node() != null && winner.permission().mayRead() && reachable.test(node)) {
                    targets.add(target);
                }
            }
            return targets;
        }
        for (String id : event.nodes()) {
            Node found = fromBackEnd.stream()
                    .filter(node -> node.id().equals(id))
                    .findFirst()
                    .orElse(null);
            targets.add(
                    found == null
                            ? new Target(id, null, "node not known")
                            : judged(found.name(), winner(found, inForce), networks));
        }
        return targets;
    }

    private static Node winner(Node node, List<Node> inForce) {
        return inForce.stream()
                .filter(other ->
                        other.origin() == Node.Origin.LOCAL && other.aet().equals(node.aet()))
                .findFirst()
                .orElse(node);
    }

    private static Target judged(String name, Node node, IdentityNetworks networks) {
        if (!node.active()) {
            return new Target(name, null, "node not active");
        }
        if (!node.approved() || !networks.contains(node.address())) {
            return new Target(name, null, "node not approved");
        }
        return new Target(name, node, "");
    }
}
