package org.sallyport.gateway.scp.internal.find;

import java.io.IOException;
import java.util.Set;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.scp.internal.query.View;

/**
 * Who asks, and what of it stands in the audit log.
 *
 * @param aet calling AE title
 * @param address where the association comes from
 * @param view what the caller sees
 */
public record Asker(String aet, String address, View view) {

    /** Under which originals are read: the caller's right to them was found before. */
    public AccessRequest request(String reason) {
        return new AccessRequest(aet, Set.of(Roles.PRIVACY_OFFICER), address, reason, "patients");
    }

    /**
     * Writes what was done with identity; nothing for who sees pseudonyms.
     *
     * @param counts plain words without values
     */
    public void audit(AuditLog log, String action, String reason, String counts) throws IOException {
        if (view == View.ORIGINAL) {
            log.record(action, aet, address, "patients", reason, "done", counts);
        }
    }
}
