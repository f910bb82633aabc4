package org.sallyport.gateway.api.vault;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the vault knows of who is who, in pseudonymous terms. For the gateway's own bundles: whoever finds pseudonyms by ids for someone else asks
 * {@link IdentityDirectory}, which audits it. Thread-safe.
 */
public interface PatientRegister {

    /** The present pseudonym of the patient who has or had this one; null = nobody. */
    @Nullable
    String present(String pseudonym);

    /** All pseudonyms that the patient has or had who has or had this one; empty = nobody. */
    Set<String> all(String pseudonym);

    /** Whether it was the pseudonym of a patient who was erased: what was sealed of it cannot be opened any more. */
    boolean isErased(String pseudonym);

    /**
     * The present pseudonyms of those who have this id.
     *
     * @param issuer null = whoever issued it
     */
    List<String> find(@Nullable String issuer, String patientId);

    /** What an original UID may go by: mapped under each generation of the pseudonym key, and as it is. */
    List<String> candidates(String uid);
}
