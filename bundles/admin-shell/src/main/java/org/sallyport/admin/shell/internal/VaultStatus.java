package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultAdministration;
import org.sallyport.gateway.api.vault.VaultAdministration.KeyState;

/** vault:status. */
@Service
@Command(scope = "vault", name = "status", description = "Which keys are in force, by their ids")
public final class VaultStatus extends GatewayCommand {

    @IfThere
    @Nullable
    VaultAdministration vault;

    @Override
    public @Nullable Object execute() throws Exception {
        KeyState keys = need(vault, "the vault").keys();
        Listing list = new Listing("provider", "key", "pseudonym key");
        list.row(keys.provider(), keys.key(), keys.pseudonymKeyGeneration());
        list.print(System.out, json);
        return null;
    }
}
