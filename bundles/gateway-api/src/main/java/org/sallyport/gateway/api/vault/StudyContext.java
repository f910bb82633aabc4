package org.sallyport.gateway.api.vault;

import org.osgi.annotation.versioning.ProviderType;

/** The keys and values fixed for one study at first sight. Thread-safe; holds no readable identity. */
@ProviderType
public interface StudyContext {

    /** {@code ANON-} and at least 12 hexadecimal digits; Patient's Name and Patient ID alike. */
    String pseudonym();

    /** The pseudonymous Study Instance UID. */
    String studyInstanceUid();

    /** The generation of the pseudonym key that this study is treated under. */
    int keyGeneration();

    /** Whole days, 1–3,650, that dates are moved into the past. */
    int dateShiftDays();

    /** Maps a UID: HMAC under the generation → UUID → {@code 2.25.…}. The same for every patient; pure. */
    String mapUid(String originalUid);

    /** Whether UIDs stay as they are, because the study went out with them from an earlier proxy; {@link #mapUid} gives them back then. */
    default boolean keepsUids() {
        return false;
    }

    /** A fresh keyed digest (HMAC-SHA-256) for original data sets of this study; owned by the caller, not thread-safe. */
    KeyedDigest newOriginalDigest();
}
