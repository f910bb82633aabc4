package org.sallyport.gateway.api.vault;

import org.jspecify.annotations.Nullable;

/**
 * Whom a received data set says it is about. Holds identity: it has no {@code toString} that shows it and is never logged.
 *
 * @param issuer Issuer of Patient ID (0010,0021), else the calling AE's {@code default-issuer}, else null
 * @param patientId Patient ID (0010,0020) as decoded and trimmed, or null
 * @param studyInstanceUid the original Study Instance UID
 */
public record PatientIdentity(
        @Nullable String issuer, @Nullable String patientId, String studyInstanceUid) {

    @Override
    public String toString() {
        return "PatientIdentity[sealed]";
    }
}
