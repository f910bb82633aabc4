package org.sallyport.admin.shell.internal;

import java.nio.file.Path;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** node:add. */
@Service
@Command(scope = "node", name = "add", description = "Adds a local node, or changes the one of that name")
public final class NodeAdd extends GatewayCommand {

    @Argument(index = 0, name = "name", required = true, description = "Name of the node: 1–40 of a–z, 0–9, -")
    String name = "";

    @Argument(index = 1, name = "aet", required = true, description = "AE title")
    String aet = "";

    @Argument(index = 2, name = "address", required = true, description = "Host name or address")
    String address = "";

    @Argument(index = 3, name = "port", required = true, description = "Port, 1–65535")
    int port;

    @Option(name = "--permission", description = "read, write or read_write (default)")
    @Nullable
    String permission;

    @Option(name = "--identity", description = "pseudonymous (default) or original")
    @Nullable
    String identity;

    @Option(name = "--certificate", description = "SHA-256 of the certificate by which alone it may come, over TLS")
    @Nullable
    String certificate;

    @Override
    public @Nullable Object execute() throws Exception {
        Path file = NodeFiles.write(
                name,
                aet,
                address,
                port,
                permission == null ? "read_write" : permission,
                identity == null ? "pseudonymous" : identity,
                certificate == null ? "" : certificate);
        Sheet sheet = new Sheet();
        sheet.put("node", name);
        sheet.put("file", file);
        tell(sheet, "node " + name + " written to " + file);
        return null;
    }
}
