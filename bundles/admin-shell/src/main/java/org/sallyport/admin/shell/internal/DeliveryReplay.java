package org.sallyport.admin.shell.internal;

import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.vault.AccessRequest;

/** delivery:replay. */
@Service
@Command(
        scope = "delivery",
        name = "replay",
        description = "Delivers a whole study to a destination once more, whatever its filter says")
public final class DeliveryReplay extends ChangingCommand {

    @IfThere
    @Nullable
    RouteDirectory routes;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Argument(index = 1, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Option(
            name = "--identity",
            description = "original: with the patient's identity; needs --reason and the role privacy-officer")
    @Nullable
    String identity;

    @Override
    public @Nullable Object execute() throws Exception {
        RouteDirectory engine = need(routes, "the delivery engine");
        String subject = study + " to " + name;
        AccessRequest originals = originals(identity, subject);
        change("delivery.replay", subject, () -> {
            List<Long> ids = engine.replay(study, name, originals);
            return ids.isEmpty()
                    ? "nothing is queued: all its parts are being delivered to " + name + " now, or it has none yet"
                    : "study " + study + " is queued for " + name + ": deliveries " + ids;
        });
        return null;
    }
}
