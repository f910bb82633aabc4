package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** dicom:echo. */
@Service
@Command(scope = "dicom", name = "echo", description = "C-ECHO to a peer")
public final class DicomEcho extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    DicomReceiver receiver;

    @Argument(index = 0, name = "aet", required = true, description = "AE title to call")
    String aet = "";

    @Argument(index = 1, name = "host", required = true, description = "Host name or address")
    String host = "";

    @Argument(index = 2, name = "port", required = true, description = "Port")
    int port;

    @Override
    public @Nullable Object execute() throws Exception {
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
