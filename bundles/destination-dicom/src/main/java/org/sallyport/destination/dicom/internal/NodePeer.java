package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;

/**
 * A node of the node list as it stands at the moment, so that a changed address is used and a node that was removed, switched off or may not read is
 * sent nothing.
 *
 * @param name id, name or AE title
 */
record NodePeer(String name, Supplier<@Nullable NodeDirectory> directory) implements Peer.Source {

    @Override
    public Peer peer() throws IOException {
        NodeDirectory nodes = directory.get();
        if (nodes == null) {
            throw new IOException("the node list is not there: see whether gateway-scp is active");
        }
        Node node = node(nodes.nodes());
        if (!node.active()) {
            throw new IOException("node " + name + " is switched off");
        }
        if (!node.permission().mayRead()) {
            throw new IOException("node " + name + " has not the permission to read: it gets nothing");
        }
        return Peer.of(node);
    }

    private Node node(List<Node> nodes) throws IOException {
        List<Node> found = Node.named(name, nodes);
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new IOException(
                found.isEmpty()
                        ? "there is no node " + name + ": node:list shows which there are"
                        : "several nodes are called " + name + ": name one by its id (node:list)");
    }
}
