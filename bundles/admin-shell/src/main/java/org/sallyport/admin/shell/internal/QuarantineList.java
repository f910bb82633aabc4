package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.Quarantine;

/** quarantine:list. */
@Service
@Command(scope = "quarantine", name = "list", description = "Lists held objects and diagnostic copies, newest first")
public final class QuarantineList extends GatewayCommand {

    @IfThere
    @Nullable
    Quarantine quarantine;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("id", "kind", "at", "from", "address", "class", "bytes", "reason");
        need(quarantine, "the quarantine")
                .newest(count("--limit", limit))
                .forEach(q -> list.row(
                        q.id(),
                        q.description().kind(),
                        q.description().receivedAt(),
                        q.description().callingAet(),
                        q.description().address(),
                        q.description().sopClassUid(),
                        q.length(),
                        q.description().reason()));
        list.print(System.out, json);
        return null;
    }
}
