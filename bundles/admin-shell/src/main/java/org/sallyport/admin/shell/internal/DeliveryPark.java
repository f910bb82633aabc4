package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** delivery:park. */
@Service
@Command(
        scope = "delivery",
        name = "park",
        description = "Parks a delivery that waits, retries or runs, until delivery:retry")
public final class DeliveryPark extends ChangingCommand {

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
        change("delivery.park", "delivery " + id + " to " + record.destination(), () -> {
            if (!waiting.parkNow(id, "parked by " + user() + ": " + reason())) {
                throw new IllegalArgumentException("delivery " + id + " is " + record.state() + ": nothing to park");
            }
            // The claim is gone already: wherever it runs, its outcome does not count.
            boolean interrupted = engine.interrupt(id);
            return "delivery " + id + " to " + record.destination() + " is parked"
                    + (interrupted ? "; it ran and was interrupted" : "");
        });
        return null;
    }
}
