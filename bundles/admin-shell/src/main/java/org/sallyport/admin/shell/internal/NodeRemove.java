package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** node:remove. */
@Service
@Command(scope = "node", name = "remove", description = "Removes a local node")
public final class NodeRemove extends GatewayCommand {

    @Argument(index = 0, name = "name", required = true, description = "Name of the node, as node:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        NodeFiles.remove(name);
        Sheet sheet = new Sheet();
        sheet.put("node", name);
        tell(sheet, "node " + name + " is removed");
        return null;
    }
}
