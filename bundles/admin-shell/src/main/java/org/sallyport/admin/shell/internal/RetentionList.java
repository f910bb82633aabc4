package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.Retention.Removed;

/** retention:list. */
@Service
@Command(
        scope = "retention",
        name = "list",
        description = "Lists what receivers have accepted and is still here, and why it stays")
public final class RetentionList extends GatewayCommand {

    @IfThere
    @Nullable
    Retention retention;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Option(name = "--total", description = "Show what was removed so far instead")
    boolean total;

    @Override
    public @Nullable Object execute() throws Exception {
        Retention service = need(retention, "the clean-up");
        if (total) {
            Removed removed = service.total();
            Sheet sheet = new Sheet();
            sheet.put("images", removed.images());
            sheet.put("bytes", removed.bytes());
            sheet.print(System.out, json);
            return null;
        }
        Listing list =
                new Listing("delivery", "study", "part", "destination", "accepted", "images", "bytes", "stays because");
        service.accepted(count("--limit", limit))
                .forEach(a -> list.row(
                        a.delivery(),
                        a.studyInstanceUid(),
                        a.part(),
                        a.destination(),
                        a.at(),
                        a.images(),
                        a.bytes(),
                        a.keptBecause()));
        list.print(System.out, json);
        return null;
    }
}
