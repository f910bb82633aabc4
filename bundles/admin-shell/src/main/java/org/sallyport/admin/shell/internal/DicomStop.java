package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** dicom:stop. */
@Service
@Command(scope = "dicom", name = "stop", description = "Closes the DICOM listener; running associations end first")
public final class DicomStop extends GatewayCommand {

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @Override
    public @Nullable Object execute() throws Exception {
        DicomReceiver found = need(receiver, "the DICOM receiver");
        found.stop();
        DicomReceiver.Status status = found.status();
        Sheet sheet = new Sheet();
        sheet.put("aet", status.aet());
        sheet.put("port", status.port());
        tell(sheet, "the DICOM listener is closed");
        return null;
    }
}
