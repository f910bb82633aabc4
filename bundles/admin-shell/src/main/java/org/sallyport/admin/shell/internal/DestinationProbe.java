package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:probe. */
@Service
@Command(
        scope = "destination",
        name = "probe",
        description = "Asks a destination whether its receiver can be reached, for ten seconds at most")
public final class DestinationProbe extends GatewayCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        ProbeResult result = need(destinations, "the delivery engine")
                .probe(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "destination " + name + " is not there now: destination:list shows which are"));
        Sheet sheet = new Sheet();
        sheet.put("destination", name);
        sheet.put("state", result.state());
        sheet.put("text", result.text());
        sheet.print(System.out, json);
        if (result.state() == ProbeResult.State.UNREACHABLE) {
            throw new IllegalStateException("destination " + name + " cannot be reached");
        }
        return null;
    }
}
