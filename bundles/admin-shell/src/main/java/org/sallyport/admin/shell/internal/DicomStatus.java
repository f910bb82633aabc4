package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** dicom:status. */
@Service
@Command(scope = "dicom", name = "status", description = "Shows the DICOM ports, and what is wrong with them")
public final class DicomStatus extends GatewayCommand {

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @Override
    public @Nullable Object execute() throws Exception {
        DicomReceiver ports = need(receiver, "the DICOM receiver");
        DicomReceiver.Status status = ports.status();
        Listing list = new Listing("aet", "port", "tls", "listening", "message");
        for (DicomReceiver.ListenerView port : ports.listeners()) {
            // What keeps images from being kept concerns both; a port that does not listen has a reason of its own.
            String message = port.problem() == null && status.listening() ? status.problem() : port.problem();
            list.row(status.aet(), port.port(), port.tls(), port.listening(), message);
        }
        list.print(System.out, json);
        return null;
    }
}
