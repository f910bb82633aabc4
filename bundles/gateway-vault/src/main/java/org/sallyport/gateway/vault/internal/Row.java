package org.sallyport.gateway.vault.internal;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.vault.internal.Assignments.Patient;

/** A row of the vault journal. None holds readable identity. */
sealed interface Row {

    /**
     * A patient is first seen.
     *
     * @param lookup keyed digest of issuer and id
     * @param idLookup of the id alone, the first bytes of it; zeros = it tells nobody apart, null = older than these
     */
    record NewPatient(byte[] lookup, byte @Nullable [] idLookup, Patient patient) implements Row {}

    /**
     * A study is first seen.
     *
     * @param pseudonym null = the one that its patient has at this row
     */
    record NewStudy(
            UUID uid,
            int patient,
            int generation,
            int shiftDays,
            @Nullable String pseudonym,
            boolean keepsUids) implements Row {}

    /**
     * A patient has another pseudonym too.
     *
     * @param isPresent whether new studies get it from now on
     */
    record Name(int patient, String pseudonym, boolean isPresent) implements Row {}

    /** Who is found by this is that patient. */
    record Link(byte[] lookup, byte[] idLookup, int patient) implements Row {}

    /** What belongs together: counts as a whole or not at all. */
    record Several(List<Row> rows) implements Row {}

    /** New patients are of another generation from now on. */
    record NewGeneration(int generation) implements Row {}

    /** An administrator said who is the same person, or that they are not. */
    record Merge(Merges.Change change) implements Row {}

    /** What is left of the row of a patient who was erased. */
    record ErasedPatient(Patient patient) implements Row {}

    /** A patient is erased. */
    record Erase(int patient, Instant at) implements Row {}

    /**
     * A key of another vault, whose mappings were taken over.
     *
     * @param kind what it is for
     * @param number from 0, for each kind by itself
     * @param wrapped under the key-encryption key
     */
    record ForeignKey(Kind kind, int number, byte[] wrapped) implements Row {

        enum Kind {
            /** A generation: pseudonym key and digest key. */
            GENERATION,
            /** Recognises patients. */
            LOOKUP
        }
    }
}
