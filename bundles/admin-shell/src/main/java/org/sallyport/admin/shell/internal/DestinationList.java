package org.sallyport.admin.shell.internal;

import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:list. */
@Service
@Command(scope = "destination", name = "list", description = "Lists destinations and what they are doing")
public final class DestinationList extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    DestinationDirectory destinations;

    @Reference(optional = true)
    @Nullable
    ServiceComponentRuntime components;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("destination", "state", "running", "filter", "message");
        Map<String, String> failed = new TreeMap<>();
        FailedComponents.destinations(components).forEach(one -> failed.put(one.destination(), one.message()));
        for (DestinationDirectory.View d :
                need(destinations, "the delivery engine").destinations()) {
            boolean misconfigured = d.state() == DestinationDirectory.State.MISSING && failed.containsKey(d.name());
            if (!misconfigured) {
                failed.remove(d.name());
                list.row(d.name(), d.state(), d.running(), d.filter(), d.message());
            }
        }
        failed.forEach((name, message) -> list.row(name, DestinationDirectory.State.MISCONFIGURED, 0, null, message));
        list.print(System.out, json);
        return null;
    }
}
