package org.sallyport.admin.shell.internal;

import java.util.Locale;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;

/** delivery:list. */
@Service
@Command(scope = "delivery", name = "list", description = "Lists deliveries, newest first")
public final class DeliveryList extends GatewayCommand {

    @Reference(optional = true)
    @Nullable
    DeliveryQueue queue;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Option(name = "--state", description = "WAITING, RUNNING, RETRYING, DELIVERED, PARKED or CANCELLED")
    @Nullable
    String state;

    private static State state(String text) {
        try {
            return State.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--state \"" + text + "\": must be WAITING, RUNNING, RETRYING, DELIVERED, PARKED or CANCELLED", e);
        }
    }

    @Override
    public @Nullable Object execute() throws Exception {
        Set<State> states = state == null ? Set.of() : Set.of(state(state));
        Listing list = new Listing("delivery", "study", "part", "destination", "state", "attempts", "due", "reason");
        need(queue, "the queue")
                .newest(count("--limit", limit), states)
                .forEach(d -> list.row(
                        d.id(),
                        d.studyInstanceUid(),
                        d.part(),
                        d.destination(),
                        d.state(),
                        d.attempts(),
                        d.dueAt(),
                        d.reason()));
        list.print(System.out, json);
        return null;
    }
}
