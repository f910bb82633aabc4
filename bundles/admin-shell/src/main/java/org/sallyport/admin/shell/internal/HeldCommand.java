package org.sallyport.admin.shell.internal;

import java.util.UUID;
import org.apache.karaf.shell.api.action.Option;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.HeldObjects;
import org.sallyport.gateway.api.vault.AccessRequest;

/** A command that decides about what is held; the service checks role and reason, and audits. */
abstract class HeldCommand extends GatewayCommand {

    @IfThere
    @Nullable
    HeldObjects held;

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    final HeldObjects held() {
        return need(held, "the quarantine's gate");
    }

    final AccessRequest request(String subject) {
        return new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, subject);
    }

    static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no id: " + text + "; quarantine:list shows them", e);
        }
    }

    final void tell(String key, String subject, String message) throws Exception {
        Sheet sheet = new Sheet();
        sheet.put(key, subject);
        tell(sheet, message);
    }
}
