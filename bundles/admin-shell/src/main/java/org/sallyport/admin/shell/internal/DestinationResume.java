package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:resume. */
@Service
@Command(
        scope = "destination",
        name = "resume",
        description = "Lets a paused, drained or stopped destination work again")
public final class DestinationResume extends ChangingCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        DestinationDirectory engine = need(destinations, "the delivery engine");
        DestinationShow.known(engine, name);
        change("destination.resume", name, () -> {
            if (!engine.resume(name)) {
                throw new IllegalArgumentException(DestinationShow.absent(name));
            }
            return "destination " + name + " works again";
        });
        return null;
    }
}
