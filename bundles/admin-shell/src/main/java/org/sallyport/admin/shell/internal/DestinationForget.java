package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:forget. */
@Service
@Command(
        scope = "destination",
        name = "forget",
        description = "Queues no more studies for a missing destination; what is queued already stays")
public final class DestinationForget extends ChangingCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        DestinationDirectory engine = need(destinations, "the delivery engine");
        change("destination.forget", name, () -> {
            if (!engine.forget(name)) {
                throw new IllegalArgumentException(
                        "no missing destination " + name
                                + " is remembered: destination:list shows which there are; one that is there ends with its configuration");
            }
            return "destination " + name + " is forgotten";
        });
        return null;
    }
}
