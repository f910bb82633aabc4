package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds patients, studies and series by pseudonymous or original keys, and tells their original values: of images that are here, of images that
 * were cleaned up after delivery, and of studies that an earlier proxy sent. Thread-safe.
 */
public interface IdentityDirectory {

    /**
     * Checks and audits a request, once for all that is read through what it returns.
     *
     * @throws AccessDeniedException if the request lacks the role or the reason; audited too
     */
    Reading begin(AccessRequest request) throws IOException;

    /**
     * What one request may read. Thread-safe. A UID that is asked for may be the pseudonymous or the original one; UIDs that are told are pseudonymous
     * where nothing else is said. Unknown keys give an empty answer; an {@link IOException} means that the vault, a pack or the index cannot be read.
     */
    interface Reading {

        /**
         * A patient as the newest of the studies tells that have this pseudonym or another one of the same patient.
         *
         * @param pseudonym the present one or an earlier one of the patient
         */
        Optional<Patient> patient(String pseudonym) throws IOException;

        Optional<Study> study(String studyInstanceUid) throws IOException;

        Optional<Series> series(String seriesInstanceUid) throws IOException;

        /** The series of a study in the order of their numbers; empty for a study that is not known. */
        List<Series> seriesOf(String studyInstanceUid) throws IOException;

        Optional<Instance> instance(String sopInstanceUid) throws IOException;

        /** Study Instance UIDs of a patient, under whichever of the patient's pseudonyms, newest first. */
        List<String> studiesOf(String pseudonym) throws IOException;

        /**
         * The present pseudonyms of those who have this id.
         *
         * @param issuer Issuer of Patient ID (0010,0021); null = whoever issued it
         */
        List<String> pseudonyms(@Nullable String issuer, String patientId) throws IOException;

        /** Study Instance UIDs by Accession Number (0008,0050). */
        List<String> studiesByAccessionNumber(String accessionNumber) throws IOException;
    }

    /**
     * @param pseudonym the one that new studies get
     * @param pseudonyms all that the patient has or had
     * @param values original values at the level of the patient by DICOM keyword; several values of one attribute with a backslash between
     */
    record Patient(String pseudonym, Set<String> pseudonyms, Map<String, String> values) {

        public Patient {
            pseudonyms = Set.copyOf(pseudonyms);
            values = Map.copyOf(values);
        }

        /** Patient's Name (0010,0010). */
        public @Nullable String name() {
            return values.get("PatientName");
        }

        /** Patient ID (0010,0020). */
        public @Nullable String id() {
            return values.get("PatientID");
        }

        @Override
        public String toString() {
            return "Patient[" + pseudonym + "]";
        }
    }

    /**
     * @param studyInstanceUid pseudonymous
     * @param pseudonym the patient's, as this study carries it
     * @param values original values at the level of the study ({@code StudyInstanceUID}, {@code StudyDate}, {@code StudyTime}, {@code StudyDescription},
     *     {@code AccessionNumber}, {@code ReferringPhysicianName}…) by keyword
     * @param patientValues those at the level of the patient, as this study tells them
     * @param series how many series are known
     * @param isComplete whether all its images were completed to parts
     */
    record Study(
            String studyInstanceUid,
            String pseudonym,
            Map<String, String> values,
            Map<String, String> patientValues,
            int series,
            boolean isComplete) {

        public Study {
            values = Map.copyOf(values);
            patientValues = Map.copyOf(patientValues);
        }

        /** An original value of the study: {@code value("AccessionNumber")}; null = it has none. */
        public @Nullable String value(String keyword) {
            return values.get(keyword);
        }

        @Override
        public String toString() {
            return "Study[" + studyInstanceUid + "]";
        }
    }

    /**
     * @param seriesInstanceUid pseudonymous
     * @param studyInstanceUid pseudonymous
     * @param number Series Number (0020,0011), or null
     * @param values original values at the level of the series ({@code SeriesInstanceUID}, {@code SeriesDescription}, {@code ProtocolName}…) by keyword
     */
    record Series(
            String seriesInstanceUid,
            String studyInstanceUid,
            @Nullable Integer number,
            String modality,
            Map<String, String> values) {

        public Series {
            values = Map.copyOf(values);
        }

        /** Series Description (0008,103E). */
        public @Nullable String description() {
            return values.get("SeriesDescription");
        }

        @Override
        public String toString() {
            return "Series[" + seriesInstanceUid + "]";
        }
    }

    /**
     * @param sopInstanceUid pseudonymous, like the other two
     * @param originalSopInstanceUid as the image came
     */
    record Instance(
            String sopInstanceUid, String seriesInstanceUid, String studyInstanceUid, String originalSopInstanceUid) {

        @Override
        public String toString() {
            return "Instance[" + sopInstanceUid + "]";
        }
    }
}
