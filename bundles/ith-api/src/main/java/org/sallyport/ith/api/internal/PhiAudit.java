package org.sallyport.ith.api.internal;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what the vault does not record itself: calls that were refused before they came to it, and under which pseudonymous key something was found
 * that was asked for by another. Each record is forced to disk, so refusals are recorded singly only up to a number a minute, for each address and for
 * all; the rest are counted, and the count stands in the next one. The count is guarded by the monitor.
 */
final class PhiAudit {

    static final String ACTION = "identity.read";

    private static final Logger LOG = LoggerFactory.getLogger(PhiAudit.class);
    private static final int REFUSALS_OF_ONE = 30;
    private static final int REFUSALS = 120;

    private final Supplier<@Nullable AuditLog> log;
    private final RateLimit ofOne;
    private final RateLimit ofAll;
    private long uncounted;

    PhiAudit(Supplier<@Nullable AuditLog> log, LongSupplier nanos) {
        this.log = log;
        this.ofOne = new RateLimit(REFUSALS_OF_ONE, nanos);
        this.ofAll = new RateLimit(REFUSALS, nanos);
    }

    static String reason(String endpoint) {
        return "ith-front-end:" + endpoint;
    }

    /** As the token claims it, marked as claimed. */
    static String actor(@Nullable Bearer bearer) {
        String name = bearer == null ? null : bearer.claimedName();
        return name == null ? "unnamed" : name + " (claimed)";
    }

    /** Never throws: the call is refused all the same. */
    void refused(Client client, @Nullable Bearer bearer, String endpoint, String subject, String why) {
        String detail;
        synchronized (this) {
            if (ofOne.take(client.limitKey()) > 0 || ofAll.take("") > 0) {
                uncounted++;
                return;
            }
            detail = uncounted == 0 ? why : why + "; " + uncounted + " more refused calls since the last record";
            uncounted = 0;
        }
        try {
            record(client, bearer, endpoint, subject, "refused", detail);
        } catch (VaultException e) {
            LOG.error("a refused call of the API for ITH's front end could not be audited: {}", e.getMessage());
        }
    }

    void told(Client client, Bearer bearer, String endpoint, String subject) throws VaultException {
        record(client, bearer, endpoint, subject, "done", "asked for by another key");
    }

    private void record(
            Client client, @Nullable Bearer bearer, String endpoint, String subject, String outcome, String detail)
            throws VaultException {
        AuditLog audit = log.get();
        if (audit == null) {
            throw new VaultException("the audit log is not there");
        }
        audit.record(ACTION, actor(bearer), client.source(), subject, reason(endpoint), outcome, detail);
    }
}
