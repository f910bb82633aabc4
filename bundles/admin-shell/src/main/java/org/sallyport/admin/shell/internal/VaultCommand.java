package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Option;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.VaultAdministration;

/** A command that changes keys or patients; the service checks role and reason, and audits. */
abstract class VaultCommand extends GatewayCommand {

    @IfThere
    @Nullable
    VaultAdministration vault;

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    final VaultAdministration vault() {
        return need(vault, "the vault");
    }

    final AccessRequest request(String subject) {
        return new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, subject);
    }
}
