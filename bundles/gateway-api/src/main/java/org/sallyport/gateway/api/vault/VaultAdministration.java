package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator decides about keys and patients. Each call with a request needs the role {@link Roles#ADMINISTRATOR} and a reason, and is audited, refused ones
 * too; the request's subject is what it is about. Thread-safe.
 */
public interface VaultAdministration {

    /**
     * Begins a new generation of the pseudonym key, for patients who are new from now on. Known patients keep pseudonym, UIDs and shift, in new studies
     * too.
     *
     * @return its number
     * @throws AccessDeniedException if the request lacks the role or the reason
     */
    int rotatePseudonymKey(AccessRequest request) throws VaultException;

    /**
     * Wraps the master key anew: under a new key of the provider that the settings name, which may be another one than before. No other file is written.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason
     * @throws IOException if a provider refuses; what was in force stays
     */
    KeyState rotateMasterKey(AccessRequest request) throws IOException;

    KeyState keys() throws IOException;

    /**
     * Two pseudonyms are one person: new studies of the first get pseudonym, keys and shift of the second. Studies that have begun keep theirs, and so do
     * their late images and results, under either of the ids.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason
     * @throws VaultException if one of them is nobody's, or they cannot be merged
     */
    void merge(String pseudonym, String into, AccessRequest request) throws VaultException;

    /**
     * A merge was wrong: new studies of the patient get the own pseudonym again. Studies that came meanwhile stay where they are.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason
     */
    void split(String pseudonym, AccessRequest request) throws VaultException;

    /**
     * Destroys a patient's data key, and what the patient is found by. What was sealed of the patient cannot be opened any more, by anybody, except from
     * back-ups of before. Images that come later are those of a new patient; late images of studies that have begun are held.
     *
     * @return when; back-ups of before still hold the key
     * @throws AccessDeniedException if the request lacks the role or the reason
     */
    Instant erase(String pseudonym, AccessRequest request) throws VaultException;

    /** All merges and splits, the oldest first. Who did it and why is in the audit log. */
    List<MergeChange> merges() throws VaultException;

    /**
     * @param provider that wraps the master key
     * @param key its id
     * @param pseudonymKeyGeneration of new patients
     */
    record KeyState(String provider, String key, int pseudonymKeyGeneration) {}

    /** @param into null = split */
    record MergeChange(
            Instant at, String pseudonym, @Nullable String into) {}
}
