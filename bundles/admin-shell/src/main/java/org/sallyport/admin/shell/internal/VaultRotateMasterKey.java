package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultAdministration.KeyState;

/** vault:rotate-master-key. */
@Service
@Command(
        scope = "vault",
        name = "rotate-master-key",
        description = "Wraps the master key under a new key of key-provider; nothing else is written")
public final class VaultRotateMasterKey extends VaultCommand {

    @Override
    public @Nullable Object execute() throws Exception {
        KeyState keys = vault().rotateMasterKey(request("master key"));
        Sheet sheet = new Sheet();
        sheet.put("provider", keys.provider());
        sheet.put("key", keys.key());
        tell(sheet, "the vault opens with " + keys.key() + " of " + keys.provider() + ": back up the vault folder");
        return null;
    }
}
