package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultAdministration;
import org.sallyport.gateway.api.vault.VaultAdministration.MergeChange;

/** patient:history. */
@Service
@Command(
        scope = "patient",
        name = "history",
        description = "Which patients were merged and split; audit:list tells by whom and why")
public final class PatientHistory extends GatewayCommand {

    @IfThere
    @Nullable
    VaultAdministration vault;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("at", "pseudonym", "what", "into");
        for (MergeChange change : need(vault, "the vault").merges()) {
            list.row(change.at(), change.pseudonym(), change.into() == null ? "split" : "merged", change.into());
        }
        list.print(System.out, json);
        return null;
    }
}
