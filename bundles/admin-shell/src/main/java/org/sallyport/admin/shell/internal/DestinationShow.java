package org.sallyport.admin.shell.internal;

import java.util.Arrays;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** destination:show. */
@Service
@Command(
        scope = "destination",
        name = "show",
        description = "Shows a destination: its state, settings, queue and threads")
public final class DestinationShow extends GatewayCommand {

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @Argument(index = 0, name = "destination", required = true, description = "Name, as destination:list shows it")
    String name = "";

    @Option(name = "--running", description = "List the deliveries under way instead")
    boolean running;

    static String absent(String name) {
        return "no destination " + name + ": destination:list shows which there are";
    }

    /** @throws IllegalArgumentException if there is none of that name */
    static void known(DestinationDirectory engine, String name) {
        if (engine.destinations().stream().noneMatch(view -> view.name().equals(name))) {
            throw new IllegalArgumentException(absent(name));
        }
    }

    @Override
    public @Nullable Object execute() throws Exception {
        DestinationDirectory.Detail detail = need(destinations, "the delivery engine")
                .destination(name)
                .orElseThrow(() -> new IllegalArgumentException(absent(name)));
        if (running) {
            Listing list = new Listing("delivery", "study", "part", "since", "done", "images", "bytes", "of");
            detail.running()
                    .forEach(r -> list.row(
                            r.delivery(),
                            r.studyInstanceUid(),
                            r.part(),
                            r.since(),
                            r.instancesDone(),
                            r.instances(),
                            r.bytesDone(),
                            r.bytes()));
            list.print(System.out, json);
            return null;
        }
        Sheet sheet = new Sheet();
        sheet.put("destination", detail.view().name());
        sheet.put("state", detail.view().state());
        sheet.put("message", detail.view().message());
        sheet.put("filter", detail.view().filter());
        detail.settings().forEach(sheet::put);
        Arrays.stream(DeliveryQueue.State.values())
                .forEach(state -> sheet.put(
                        state.name().toLowerCase(Locale.ROOT), detail.queue().getOrDefault(state, 0L)));
        sheet.put("abandoned-threads", detail.abandoned());
        sheet.put("plugin-threads", detail.pluginThreads());
        sheet.print(System.out, json);
        return null;
    }
}
