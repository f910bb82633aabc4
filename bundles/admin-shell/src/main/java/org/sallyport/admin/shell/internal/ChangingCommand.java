package org.sallyport.admin.shell.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;

/** A command that changes what is delivered where: audited, and not done if it cannot be. */
abstract class ChangingCommand extends ReasonedCommand {

    @IfThere
    @Nullable
    AuditLog audit;

    /** What is done; a message for people. */
    interface Change {
        String make() throws Exception;
    }

    /**
     * Who asks for originals, if the option says so.
     *
     * @param identity of the option; null = it was not given
     */
    final @Nullable AccessRequest originals(@Nullable String identity, String subject) {
        if (identity == null) {
            return null;
        }
        if (!identity.equals("original")) {
            throw new IllegalArgumentException("--identity \"" + identity + "\": must be original, or be left out");
        }
        return request(subject);
    }

    final String reason() {
        return reason == null || reason.isBlank() ? "none given" : reason.strip();
    }

    /** Audits the change, then makes it; one that fails after all is audited as refused. */
    final void change(String action, String subject, Change change) throws Exception {
        AuditLog log = need(audit, "the audit log");
        log.record(action, user(), "shell", subject, reason(), "done", null);
        String message;
        try {
            message = change.make();
        } catch (Exception e) {
            log.record(
                    action, user(), "shell", subject, reason(), "refused", "it failed; nothing or not all was changed");
            throw e;
        }
        Sheet sheet = new Sheet();
        sheet.put("action", action);
        sheet.put("subject", subject);
        tell(sheet, message);
    }
}
