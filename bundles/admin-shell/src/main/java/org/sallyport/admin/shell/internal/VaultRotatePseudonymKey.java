package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** vault:rotate-pseudonym-key. */
@Service
@Command(
        scope = "vault",
        name = "rotate-pseudonym-key",
        description = "Patients who are new from now on are mapped under another key; known ones keep what they have")
public final class VaultRotatePseudonymKey extends VaultCommand {

    @Override
    public @Nullable Object execute() throws Exception {
        int generation = vault().rotatePseudonymKey(request("pseudonym key"));
        Sheet sheet = new Sheet();
        sheet.put("generation", generation);
        tell(sheet, "new patients are of generation " + generation);
        return null;
    }
}
