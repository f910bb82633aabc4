package org.sallyport.admin.shell.internal;

import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.InstanceStore;

/** delivery:show. */
@Service
@Command(scope = "delivery", name = "show", description = "Shows a delivery and, while it runs here, how far it is")
public final class DeliveryShow extends GatewayCommand {

    @IfThere
    @Nullable
    DeliveryQueue queue;

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @IfThere
    @Nullable
    InstanceStore store;

    @Argument(index = 0, name = "delivery", required = true, description = "Number, as delivery:list shows it")
    long id;

    @Option(name = "--limit", description = "How many receipts of images the table has, 1–10000; --json has all")
    int limit = 50;

    static DeliveryRecord known(DeliveryQueue queue, long id) throws Exception {
        return queue.delivery(id)
                .orElseThrow(() ->
                        new IllegalArgumentException("no delivery " + id + ": delivery:list shows which there are"));
    }

    @Override
    public @Nullable Object execute() throws Exception {
        int most = count("--limit", limit);
        DeliveryQueue all = need(queue, "the queue");
        DeliveryRecord d = known(all, id);
        Map<String, String> receipts = d.state() == State.DELIVERED ? all.receipts(id) : Map.of();
        Sheet sheet = new Sheet();
        sheet.put("delivery", d.id());
        sheet.put("study", d.studyInstanceUid());
        sheet.put("part", d.part());
        sheet.put("destination", d.destination());
        sheet.put("identity", d.identity());
        DeliveryQueue.Request request = d.request();
        sheet.put("requested-by", request == null ? null : request.actor());
        sheet.put("request-reason", request == null ? null : request.reason());
        sheet.put("state", d.state());
        sheet.put("priority", d.priority());
        sheet.put("attempts", d.attempts());
        sheet.put("created", d.createdAt());
        sheet.put("due", d.dueAt());
        sheet.put("failing-since", d.failingSince());
        sheet.put("ended", d.endedAt());
        sheet.put("reason", d.reason());
        sheet.put("images-at", DeliveryList.place(store, d));
        // Without the engine, what is in the queue is shown all the same.
        DestinationDirectory engine = destinations;
        if (engine != null) {
            engine.destination(d.destination()).stream()
                    .flatMap(detail -> detail.running().stream())
                    .filter(r -> r.delivery() == id)
                    .forEach(r -> {
                        sheet.put("since", r.since());
                        sheet.put("images-done", r.instancesDone());
                        sheet.put("images", r.instances());
                        sheet.put("bytes-done", r.bytesDone());
                        sheet.put("bytes", r.bytes());
                    });
        }
        sheet.put("receipts", json ? receipts : receipts.size());
        sheet.print(System.out, json);
        if (!json && !receipts.isEmpty()) {
            print(receipts, most);
        }
        return null;
    }

    private static void print(Map<String, String> receipts, int most) throws Exception {
        Listing list = new Listing("image", "receipt");
        receipts.entrySet().stream().limit(most).forEach(one -> list.row(one.getKey(), one.getValue()));
        list.print(System.out, false);
        if (receipts.size() > most) {
            System.out.println((receipts.size() - most) + " more: --limit, or --json for all");
        }
    }
}
