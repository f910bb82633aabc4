package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** delivery:cancel. */
@Service
@Command(
        scope = "delivery",
        name = "cancel",
        description = "Ends a delivery that is not delivered; it stays in the list as cancelled")
public final class DeliveryCancel extends ChangingCommand {

    @IfThere
    @Nullable
    DeliveryQueue queue;

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "delivery", required = true, description = "Number, as delivery:list shows it")
    long id;

    @Override
    public @Nullable Object execute() throws Exception {
        DeliveryQueue waiting = need(queue, "the queue");
        DestinationDirectory engine = need(destinations, "the delivery engine");
        DeliveryRecord record = DeliveryShow.known(waiting, id);
        change("delivery.cancel", "delivery " + id + " to " + record.destination(), () -> {
            if (!waiting.cancel(id, "cancelled by " + user() + ": " + reason())) {
                throw new IllegalArgumentException("delivery " + id + " is " + record.state() + ": nothing to cancel");
            }
            // The claim is gone already: wherever it runs, its outcome does not count.
            boolean interrupted = engine.interrupt(id);
            return "delivery " + id + " to " + record.destination() + " is cancelled"
                    + (interrupted ? "; it ran and was interrupted" : "");
        });
        return null;
    }
}
