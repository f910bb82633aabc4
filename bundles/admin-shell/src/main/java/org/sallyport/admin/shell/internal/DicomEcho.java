package org.sallyport.admin.shell.internal;

import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;

/** dicom:echo. */
@Service
@Command(scope = "dicom", name = "echo", description = "C-ECHO to a peer")
public final class DicomEcho extends GatewayCommand {

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @IfThere
    @Nullable
    NodeDirectory nodes;

    @Argument(
            index = 0,
            name = "aet",
            required = true,
            description = "AE title to call; alone, a node's id, name or AE title")
    String aet = "";

    @Argument(index = 1, name = "host", description = "Host name or address")
    String host = "";

    @Argument(index = 2, name = "port", description = "Port")
    int port;

    @Override
    public @Nullable Object execute() throws Exception {
        if (host.isEmpty()) {
            List<Node> found = Node.named(aet, need(nodes, "the node directory").nodes());
            if (found.size() != 1) {
                throw new IllegalArgumentException(
                        found.isEmpty()
                                ? "there is no such node (node:list); for another peer, give AE title, host and port"
                                : "several nodes are called so: name one by its id (node:list)");
            }
            Node node = found.get(0);
            long millis = need(receiver, "the DICOM receiver").echo(node);
            System.out.println(
                    "node " + node.id() + (node.tls() == null ? "" : " over TLS") + " answered in " + millis + " ms");
            return null;
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": must be 1–65535");
        }
        long millis = need(receiver, "the DICOM receiver").echo(aet, host, port);
        Sheet sheet = new Sheet();
        sheet.put("aet", aet);
        sheet.put("host", host);
        sheet.put("port", port);
        sheet.put("milliseconds", millis);
        tell(sheet, aet + " at " + host + ":" + port + " answered in " + millis + " ms");
        return null;
    }
}
