package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.sallyport.gateway.api.vault.PatientIdentity;

/** Keyed digests that a vault recognises patients by. Immutable. */
final class PatientLookup {

    private static final Set<String> NO_IDS =
            Set.of("UNKNOWN", "UNK", "NONE", "NA", "N/A", "NULL", "ANONYMOUS", "ANON", "NOID", "TEST");

    private final Hmac key;

    PatientLookup(Hmac key) {
        this.key = key;
    }

    /** A missing or default id tells nobody apart: such a patient is known by the study. */
    byte[] of(PatientIdentity identity) {
        String id = id(identity);
        String issuer = issuer(identity);
        return isNoId(id)
                ? key.of(field("study"), field(identity.studyInstanceUid()))
                : key.of(field("patient"), field(issuer), field(id));
    }

    /** By the id alone, whoever issued it; zeros if it tells nobody apart. */
    byte[] byId(PatientIdentity identity) {
        String id = id(identity);
        return isNoId(id) ? new byte[32] : key.of(field("id"), field(id));
    }

    /** Of an id that is this patient's within one study only. */
    byte[] within(PatientIdentity identity) {
        return key.of(
                field("within"), field(issuer(identity)), field(id(identity)), field(identity.studyInstanceUid()));
    }

    private static String id(PatientIdentity identity) {
        return identity.patientId() == null ? "" : identity.patientId().strip();
    }

    private static String issuer(PatientIdentity identity) {
        return identity.issuer() == null ? "" : identity.issuer().strip();
    }

    static boolean isNoId(String id) {
        return NO_IDS.contains(id.toUpperCase(Locale.ROOT))
                || id.codePoints().noneMatch(c -> Character.isLetterOrDigit(c) && c != '0');
    }

    /** With its length, so that no two lists of fields give the same bytes. */
    static byte[] field(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
