package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Seals and opens identity with AES-256-GCM. What comes out names its key and is bound to its place: opened anywhere else it fails.
 * Written and read in segments of at most 1 MiB, so that memory is bounded whatever the length. Thread-safe; the
 * streams are not.
 */
public interface IdentityVault {

    /**
     * Seals under the patient's data key.
     *
     * @param place where the ciphertext lies, for example {@code frame/<frame id>}; at most 200 characters, no identity
     * @param to receives the ciphertext; flushed but not closed by {@code close()} of the returned stream
     * @return takes the plain bytes; only after {@code close()} is the ciphertext complete
     */
    OutputStream seal(StudyContext study, String place, OutputStream to) throws VaultException;

    /** Seals what belongs to no known patient (quarantine, diagnostic copies, spooled values) under a key of the vault. */
    OutputStream sealHeld(String place, OutputStream to) throws VaultException;

    /**
     * Opens what {@link #seal} or {@link #sealHeld} made, after checking and auditing the request. Bytes are handed out only after their segment was
     * authenticated; a truncated or exchanged ciphertext fails with {@link VaultException} while it is read.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason; audited too
     */
    InputStream open(String place, InputStream sealed, AccessRequest request) throws IOException;

    /**
     * One request for many ciphertexts: those of a study or patient that is given back as a whole. A vault that does not audit it once audits each.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason; audited too
     */
    default Opening begin(AccessRequest request) throws IOException {
        return (place, from) -> open(place, from, request);
    }

    /**
     * Checks the role and the reason of a request that concerns identity otherwise, and audits it.
     *
     * @param action a fixed word such as {@code quarantine.release}
     * @throws AccessDeniedException if the request lacks the role or the reason; audited too
     */
    void admit(String action, AccessRequest request) throws VaultException;

    /** What {@link #begin} allowed. Thread-safe. */
    interface Opening {

        /** As {@link IdentityVault#open(String, InputStream, AccessRequest)}, for the request that was made. */
        InputStream open(String place, InputStream sealed) throws IOException;
    }

    /**
     * Opens what this process itself sealed a moment ago under the same place (a spooled value on its way into a pack). Not audited
     * because nothing leaves the gateway.
     */
    InputStream openOwnSpool(String place, InputStream sealed) throws IOException;

    /**
     * A key by which something is found again without saying what it is: a keyed digest (HMAC-SHA-256, 128 bits of it) as 33 characters. The same value of
     * the same kind gives the same key.
     *
     * @param kind for example {@code accession}
     */
    String lookupKey(String kind, String value);

    /** A keyed digest (HMAC-SHA-256) under a key of the vault, for recognising equal diagnostic copies. */
    KeyedDigest newHeldDigest();
}
