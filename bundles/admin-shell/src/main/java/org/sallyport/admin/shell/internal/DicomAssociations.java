package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** dicom:associations. */
@Service
@Command(scope = "dicom", name = "associations", description = "Lists the associations that are open now")
public final class DicomAssociations extends GatewayCommand {

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("calling", "called", "address", "since", "messages", "bytes");
        need(receiver, "the DICOM receiver")
                .associations()
                .forEach(a -> list.row(a.callingAet(), a.calledAet(), a.address(), a.since(), a.messages(), a.bytes()));
        list.print(System.out, json);
        return null;
    }
}
