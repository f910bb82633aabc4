package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:drain. */
@Service
@Command(scope = "destination", name = "drain", description = "Delivers what is queued there and queues nothing new")
public final class DestinationDrain extends ChangingCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        DestinationDirectory engine = need(destinations, "the delivery engine");
        DestinationShow.known(engine, name);
        change("destination.drain", name, () -> {
            if (!engine.drain(name)) {
                throw new IllegalArgumentException(DestinationShow.absent(name));
            }
            return "destination " + name + " ends its queue and gets nothing new until destination:resume";
        });
        return null;
    }
}
