package org.sallyport.admin.shell.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultAdministration;

/** A command that changes keys or patients; the service checks role and reason, and audits. */
abstract class VaultCommand extends ReasonedCommand {

    @IfThere
    @Nullable
    VaultAdministration vault;

    final VaultAdministration vault() {
        return need(vault, "the vault");
    }
}
