package org.sallyport.gateway.api.vault;

import java.util.Optional;

/** Gives patients their pseudonyms and studies their keys. Thread-safe. */
public interface Pseudonymizer {

    /**
     * The keys under which this study is treated. The first call for a patient or a study writes the assignment to the
     * vault journal and forces it, so that what is returned is durable; later calls answer from memory. Concurrent first calls
     * for one patient give one pseudonym.
     *
     * @throws SecondPatientException if the study is known under another patient; nothing is assigned
     * @throws VaultException if the vault cannot be written or read
     */
    StudyContext assign(PatientIdentity identity) throws VaultException;

    /** The keys of a study by its pseudonymous Study Instance UID. */
    Optional<StudyContext> find(String pseudonymousStudyInstanceUid) throws VaultException;
}
