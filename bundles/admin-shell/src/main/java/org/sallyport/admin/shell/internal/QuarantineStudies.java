package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** quarantine:studies. */
@Service
@Command(
        scope = "quarantine",
        name = "studies",
        description = "Lists studies that do not go out because identity was found in them")
public final class QuarantineStudies extends HeldCommand {

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("study", "reason");
        held().studies().forEach(list::row);
        list.print(System.out, json);
        return null;
    }
}
