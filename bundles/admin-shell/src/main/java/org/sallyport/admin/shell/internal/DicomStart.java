package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** dicom:start. */
@Service
@Command(scope = "dicom", name = "start", description = "Opens the DICOM listener")
public final class DicomStart extends GatewayCommand {

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @Override
    public @Nullable Object execute() throws Exception {
        DicomReceiver found = need(receiver, "the DICOM receiver");
        found.start();
        DicomReceiver.Status status = found.status();
        Sheet sheet = new Sheet();
        sheet.put("aet", status.aet());
        sheet.put("port", status.port());
        tell(sheet, "listening as " + status.aet() + " on port " + status.port());
        return null;
    }
}
