package org.sallyport.admin.shell.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.InstanceStore;

/** delivery:list. */
@Service
@Command(scope = "delivery", name = "list", description = "Lists deliveries, newest first")
public final class DeliveryList extends GatewayCommand {

    @IfThere
    @Nullable
    DeliveryQueue queue;

    @IfThere
    @Nullable
    InstanceStore store;

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

    /** Which appliance has a delivery's images. */
    static String place(@Nullable InstanceStore store, DeliveryRecord delivery) {
        return isHere(store, delivery) ? "here" : delivery.appliance();
    }

    private static boolean isHere(@Nullable InstanceStore store, DeliveryRecord delivery) {
        return store != null && store.appliance().equals(delivery.appliance());
    }

    @Override
    public @Nullable Object execute() throws Exception {
        Set<State> states = state == null ? Set.of() : Set.of(state(state));
        List<DeliveryRecord> deliveries = need(queue, "the queue").newest(count("--limit", limit), states);
        // Of interest only where several appliances share the queue.
        boolean elsewhere = json || deliveries.stream().anyMatch(d -> !isHere(store, d));
        List<String> columns = new ArrayList<>(
                List.of("delivery", "study", "part", "destination", "state", "attempts", "due", "reason"));
        if (elsewhere) {
            columns.add("images-at");
        }
        Listing list = new Listing(columns.toArray(new String[0]));
        for (DeliveryRecord d : deliveries) {
            List<@Nullable Object> row = new ArrayList<>();
            Collections.addAll(
                    row,
                    d.id(),
                    d.studyInstanceUid(),
                    d.part(),
                    d.destination(),
                    d.state(),
                    d.attempts(),
                    d.dueAt(),
                    d.reason());
            if (elsewhere) {
                row.add(place(store, d));
            }
            list.row(row.toArray());
        }
        list.print(System.out, json);
        return null;
    }
}
