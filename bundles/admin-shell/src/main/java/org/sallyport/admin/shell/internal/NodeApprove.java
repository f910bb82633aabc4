package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.Node;

/** node:approve. */
@Service
@Command(
        scope = "node",
        name = "approve",
        description = "Approves a node of the back end for identity, as it stands now")
public final class NodeApprove extends GatewayCommand {

    @IfThere
    @Nullable
    BackEndRules rules;

    @Argument(index = 0, name = "id", required = true, description = "Id of the node, as node:list shows it")
    String id = "";

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    @Override
    public @Nullable Object execute() throws Exception {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("say why: --reason \"...\"");
        }
        Node node = need(rules, "the back end (ITH_URL)").approve(id, user(), "shell", reason);
        Sheet sheet = new Sheet();
        sheet.put("node", node.id());
        sheet.put("aet", node.aet());
        sheet.put("address", node.address());
        sheet.put("port", node.port());
        tell(
                sheet,
                "node " + node.id() + " (" + node.aet() + " at " + node.address() + ":" + node.port()
                        + ") is approved");
        return null;
    }
}
