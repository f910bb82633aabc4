package org.sallyport.ith.connector.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.VaultException;

/** Remembers what was recorded, as text. */
final class FakeAudit implements AuditLog {

    final List<String> records = new ArrayList<>();
    boolean broken;

    @Override
    public void record(
            String action,
            String actor,
            String source,
            String subject,
            String reason,
            String outcome,
            @Nullable String detail)
            throws VaultException {
        if (broken) {
            throw new VaultException("the audit log cannot be written");
        }
        records.add(String.join("|", action, actor, source, subject, reason, outcome, String.valueOf(detail)));
    }

    @Override
    public List<Entry> newest(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Verification verify() {
        throw new UnsupportedOperationException();
    }
}
