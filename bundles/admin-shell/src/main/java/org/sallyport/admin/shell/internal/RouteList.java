package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.RouteDirectory;

/** route:list. */
@Service
@Command(scope = "route", name = "list", description = "Lists which studies each destination takes")
public final class RouteList extends GatewayCommand {

    @IfThere
    @Nullable
    RouteDirectory routes;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("destination", "there", "filter", "problem");
        need(routes, "the delivery engine")
                .routes()
                .forEach(r -> list.row(r.destination(), r.there(), r.filter(), r.problem()));
        list.print(System.out, json);
        return null;
    }
}
