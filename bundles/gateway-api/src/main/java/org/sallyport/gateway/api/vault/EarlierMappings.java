package org.sallyport.gateway.api.vault;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the pseudonyms that an earlier proxy has given, and what it kept of originals. Everything is sealed before it is written; taking the same over
 * again changes nothing. Thread-safe.
 */
public interface EarlierMappings {

    /**
     * @param issuers Issuer of Patient ID that the ids belong to, as images name it or the calling AE's default; an empty text = images that name none
     * @param dryRun true: says what would come of it, and writes nothing
     * @throws AccessDeniedException if the role {@link Roles#PRIVACY_OFFICER} or the reason is missing; audited too
     */
    Run begin(AccessRequest request, List<String> issuers, boolean dryRun) throws IOException;

    /** Owned by one thread. All patients come first, then studies, then series. What is not finished counts only as far as it can be repeated. */
    interface Run extends Closeable {

        /**
         * All pseudonyms that were given for one Patient ID, the oldest first. They become one patient's, the newest is used on, unless the names have
         * nothing in common or the id tells nobody apart: then each name stays a patient of its own, and new studies get another pseudonym.
         */
        PatientsOutcome patients(@Nullable String patientId, List<EarlierPatient> sameId) throws IOException;

        /** A study that went out with its own UIDs. */
        Outcome study(String pseudonym, String studyInstanceUid, Map<String, String> values) throws IOException;

        Outcome series(String studyInstanceUid, String seriesInstanceUid, Map<String, String> values)
                throws IOException;

        /** Makes everything durable. */
        void finish() throws IOException;

        /** What was not finished is dropped. */
        @Override
        void close() throws IOException;
    }

    /** @param values by DICOM keyword, several values with a backslash between; {@code PatientName} and {@code PatientID} among them */
    record EarlierPatient(String pseudonym, Map<String, String> values) {

        public EarlierPatient {
            values = Map.copyOf(values);
        }

        @Override
        public String toString() {
            return "EarlierPatient[" + pseudonym + "]";
        }
    }

    /**
     * @param outcomes one for each pseudonym
     * @param keptApart whether they were not joined
     */
    record PatientsOutcome(List<Outcome> outcomes, boolean keptApart) {

        public PatientsOutcome {
            outcomes = List.copyOf(outcomes);
        }
    }

    enum Outcome {
        TAKEN,
        /** It was taken over before. */
        KNOWN,
        /** The patient was here already, and keeps the pseudonym that new studies get. */
        JOINED,
        /** The study is here already, under UIDs of this gateway; what the earlier proxy kept of it is taken all the same. */
        HERE,
        /** The pseudonym is no text of 1–64 letters, digits, dots, hyphens and underscores, or is another patient's. */
        BAD_PSEUDONYM,
        BAD_UID,
        /** No patient, or no study, was taken over that it belongs to. */
        NOBODY
    }
}
