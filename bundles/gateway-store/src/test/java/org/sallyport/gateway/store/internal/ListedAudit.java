package org.sallyport.gateway.store.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;

/** Keeps records as lines of text. */
final class ListedAudit implements AuditLog {

    final List<String> records = new ArrayList<>();

    @Override
    public void record(
            String action,
            String actor,
            String source,
            String subject,
            String reason,
            String outcome,
            @Nullable String detail) {
        records.add(String.join("|", action, actor, subject, reason, outcome, String.valueOf(detail)));
    }

    @Override
    public List<Entry> newest(int limit) {
        return List.of();
    }

    @Override
    public Verification verify() {
        return new Verification(0, null, "");
    }
}
