package org.sallyport.gateway.scp.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.node.Node;

/** Puts local nodes and the back end's together: a local node wins over the back end's of the same AE title. */
final class NodeMerge {

    private NodeMerge() {}

    static List<Node> merge(Collection<Node> local, Collection<Node> backEnd) {
        List<Node> merged = new ArrayList<>(local);
        Set<String> taken = new HashSet<>();
        local.forEach(node -> taken.add(node.aet()));
        // Two back-end nodes may share an AE title (one PACS, two addresses): both are kept, the active one first.
        backEnd.stream()
                .filter(node -> !taken.contains(node.aet()))
                .sorted(Comparator.comparing(Node::active).reversed())
                .forEach(merged::add);
        return List.copyOf(merged);
    }
}
