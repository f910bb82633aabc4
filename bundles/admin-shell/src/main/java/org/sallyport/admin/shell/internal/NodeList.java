package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.NodeDirectory;

/** node:list. */
@Service
@Command(scope = "node", name = "list", description = "Lists the nodes in force")
public final class NodeList extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    NodeDirectory nodes;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("id", "aet", "address", "port", "active", "permission", "origin", "approved");
        need(nodes, "the node directory")
                .nodes()
                .forEach(n -> list.row(
                        n.id(), n.aet(), n.address(), n.port(), n.active(), n.permission(), n.origin(), n.approved()));
        list.print(System.out, json);
        return null;
    }
}
