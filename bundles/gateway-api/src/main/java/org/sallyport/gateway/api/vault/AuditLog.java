package org.sallyport.gateway.api.vault;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hash-chained record of who did what with identity and with the gateway's rules. Thread-safe. */
public interface AuditLog {

    /**
     * Appends and forces a record.
     *
     * @param action a fixed word such as {@code identity.read}, {@code node.approve}, {@code quarantine.release}
     * @param outcome {@code done}, {@code refused}, or {@code failed} of what was allowed and did not come to its end
     * @param detail plain words without identity, or null
     */
    void record(
            String action,
            String actor,
            String source,
            String subject,
            String reason,
            String outcome,
            @Nullable String detail)
            throws VaultException;

    /** The newest records, newest first; limit 1–10,000. */
    List<Entry> newest(int limit) throws VaultException;

    /** Walks the whole chain. */
    Verification verify() throws VaultException;

    /** One record; {@code hash} covers it and its predecessor's hash. */
    record Entry(
            long number,
            Instant at,
            String action,
            String actor,
            String source,
            String subject,
            String reason,
            String outcome,
            @Nullable String detail,
            String hash) {}

    /**
     * @param brokenAt number of the first record that does not fit its predecessor, or null if the chain is whole
     */
    record Verification(long records, @Nullable Long brokenAt, String message) {
        public boolean isWhole() {
            return brokenAt == null;
        }
    }
}
