package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** quarantine:discard. */
@Service
@Command(
        scope = "quarantine",
        name = "discard",
        description = "Removes a held object or a diagnostic copy for good: nothing here can bring it back")
public final class QuarantineDiscard extends HeldCommand {

    @Argument(index = 0, name = "id", required = true, description = "As quarantine:list shows it")
    String id = "";

    @Override
    public @Nullable Object execute() throws Exception {
        held().discard(id(id), request(id));
        tell("id", id, "removed");
        return null;
    }
}
