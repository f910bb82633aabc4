package org.sallyport.admin.shell.internal;

import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.vault.AccessRequest;

/** route:apply. */
@Service
@Command(
        scope = "route",
        name = "apply",
        description = "Queues a study for destinations that take it by now and were never given it")
public final class RouteApply extends ChangingCommand {

    @IfThere
    @Nullable
    RouteDirectory routes;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Option(
            name = "--identity",
            description = "original: with the patient's identity; needs --reason and the role privacy-officer")
    @Nullable
    String identity;

    @Override
    public @Nullable Object execute() throws Exception {
        RouteDirectory engine = need(routes, "the delivery engine");
        AccessRequest originals = originals(identity, study);
        change("route.apply", study, () -> {
            Map<String, List<Long>> added = engine.apply(study, originals);
            return added.isEmpty()
                    ? "nothing is missing: route:test says which destinations take it"
                    : "study " + study + " is queued: deliveries " + added;
        });
        return null;
    }
}
