package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:pause. */
@Service
@Command(
        scope = "destination",
        name = "pause",
        description = "Begins no more deliveries there; what runs goes on, and studies are queued for it as before")
public final class DestinationPause extends ChangingCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        DestinationDirectory engine = need(destinations, "the delivery engine");
        DestinationShow.known(engine, name);
        change("destination.pause", name, () -> {
            if (!engine.pause(name)) {
                throw new IllegalArgumentException(DestinationShow.absent(name));
            }
            return "destination " + name + " is paused until destination:resume";
        });
        return null;
    }
}
