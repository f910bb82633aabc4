package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** delivery:retry. */
@Service
@Command(
        scope = "delivery",
        name = "retry",
        description = "Tries a waiting, retrying or parked delivery now, and lets a stopped destination work again")
public final class DeliveryRetry extends ChangingCommand {

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
        change("delivery.retry", "delivery " + id + " to " + record.destination(), () -> {
            if (!waiting.retryNow(id)) {
                throw new IllegalArgumentException(
                        "delivery " + id + " is " + record.state() + ": nothing to try again");
            }
            engine.wake(record.destination());
            return "delivery " + id + " to " + record.destination() + " is tried now";
        });
        return null;
    }
}
