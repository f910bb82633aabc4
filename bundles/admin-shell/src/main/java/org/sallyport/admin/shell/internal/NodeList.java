package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;

/** node:list. */
@Service
@Command(scope = "node", name = "list", description = "Lists the nodes in force")
public final class NodeList extends GatewayCommand {

    @IfThere
    @Nullable
    NodeDirectory nodes;

    @Option(name = "--waiting", description = "Only active nodes of the back end that wait for node:approve")
    boolean waiting;

    private static boolean waits(Node node) {
        return node.origin() == Node.Origin.BACK_END && node.active() && !node.approved();
    }

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("id", "aet", "address", "port", "active", "permission", "origin", "approved");
        need(nodes, "the node directory").nodes().stream()
                .filter(node -> !waiting || waits(node))
                .forEach(n -> list.row(
                        n.id(), n.aet(), n.address(), n.port(), n.active(), n.permission(), n.origin(), n.approved()));
        list.print(System.out, json);
        return null;
    }
}
