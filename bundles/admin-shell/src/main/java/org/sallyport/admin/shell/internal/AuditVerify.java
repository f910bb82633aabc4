package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;

/** audit:verify. */
@Service
@Command(scope = "audit", name = "verify", description = "Walks the whole chain of audit records")
public final class AuditVerify extends GatewayCommand {

    @IfThere
    @Nullable
    AuditLog audit;

    @Override
    public @Nullable Object execute() throws Exception {
        AuditLog.Verification found = need(audit, "the audit log").verify();
        Listing list = new Listing("records", "whole", "message");
        list.row(found.records(), found.isWhole(), found.message());
        list.print(System.out, json);
        if (!found.isWhole()) {
            throw new IllegalStateException("the audit log is not whole: " + found.message());
        }
        return null;
    }
}
