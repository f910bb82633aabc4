package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** patient:merge. */
@Service
@Command(
        scope = "patient",
        name = "merge",
        description = "Two pseudonyms are one person: new studies of the first get the second; what there is stays")
public final class PatientMerge extends VaultCommand {

    @Argument(index = 0, name = "pseudonym", required = true, description = "That is given no more")
    String pseudonym = "";

    @Argument(index = 1, name = "into", required = true, description = "That new studies get")
    String into = "";

    @Override
    public @Nullable Object execute() throws Exception {
        vault().merge(pseudonym, into, request(pseudonym + " into " + into));
        Sheet sheet = new Sheet();
        sheet.put("pseudonym", pseudonym);
        sheet.put("into", into);
        tell(sheet, "new studies of " + pseudonym + " get " + into);
        return null;
    }
}
