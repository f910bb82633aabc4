package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;

/** Remembers what was recorded. */
final class FakeAudit implements AuditLog {

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
        records.add(action + " " + outcome);
    }

    @Override
    public List<Entry> newest(int limit) {
        return List.of();
    }

    @Override
    public Verification verify() {
        return new Verification(records.size(), null, "whole");
    }
}
