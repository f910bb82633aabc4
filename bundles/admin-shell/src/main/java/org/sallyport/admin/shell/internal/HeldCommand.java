package org.sallyport.admin.shell.internal;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.HeldObjects;

/** A command that decides about what is held; the service checks role and reason, and audits. */
abstract class HeldCommand extends ReasonedCommand {

    @IfThere
    @Nullable
    HeldObjects held;

    final HeldObjects held() {
        return need(held, "the quarantine's gate");
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
