package org.sallyport.admin.shell.internal;

import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory.Comparison;

/** route:test. */
@Service
@Command(
        scope = "route",
        name = "test",
        description = "Says for each destination whether a study, as it is now, would be queued for it, and why")
public final class RouteTest extends GatewayCommand {

    @IfThere
    @Nullable
    RouteDirectory routes;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("destination", "taken", "why", "filter", "compared", "deliveries");
        need(routes, "the delivery engine")
                .explain(study)
                .forEach(e -> list.row(
                        e.destination(),
                        e.taken(),
                        e.why(),
                        e.filter(),
                        e.comparisons().stream().map(RouteTest::words).toList(),
                        e.deliveries()));
        list.print(System.out, json);
        return null;
    }

    private static String words(Comparison comparison) {
        List<String> values = comparison.values();
        return comparison.text() + " is " + comparison.holds() + ": " + comparison.attribute()
                + (values.isEmpty() ? " is absent" : " = " + String.join(", ", values));
    }
}
