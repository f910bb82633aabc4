package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:list. */
@Service
@Command(scope = "destination", name = "list", description = "Lists destinations and what they are doing")
public final class DestinationList extends GatewayCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("destination", "state", "running", "filter", "message");
        need(destinations, "the delivery engine")
                .destinations()
                .forEach(d -> list.row(d.name(), d.state(), d.running(), d.filter(), d.message()));
        list.print(System.out, json);
        return null;
    }
}
