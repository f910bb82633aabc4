package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** patient:split. */
@Service
@Command(
        scope = "patient",
        name = "split",
        description = "Undoes patient:merge for new studies; those that came meanwhile stay where they are")
public final class PatientSplit extends VaultCommand {

    @Argument(index = 0, name = "pseudonym", required = true, description = "The first one of patient:merge")
    String pseudonym = "";

    @Override
    public @Nullable Object execute() throws Exception {
        vault().split(pseudonym, request(pseudonym));
        Sheet sheet = new Sheet();
        sheet.put("pseudonym", pseudonym);
        tell(sheet, "new studies of " + pseudonym + " get it again");
        return null;
    }
}
