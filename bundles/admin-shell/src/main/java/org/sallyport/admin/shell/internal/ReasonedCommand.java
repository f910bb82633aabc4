package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Option;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;

/** A command that is asked why. */
abstract class ReasonedCommand extends GatewayCommand {

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    /** For a service that checks role and reason, and audits. */
    final AccessRequest request(String subject) {
        return new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, subject);
    }
}
