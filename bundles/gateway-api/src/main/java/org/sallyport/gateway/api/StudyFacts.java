package org.sallyport.gateway.api;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a study without its identity: pseudonymous and treated values only.
 *
 * @param studyInstanceUid the pseudonymous Study Instance UID
 * @param patientName the pseudonym, {@code ANON-…}; Patient ID is the same
 * @param studyDate the shifted Study Date, {@code YYYYMMDD}, or null
 * @param studyDescription the treated Study Description, or null if the profile removed it
 * @param modalities the modalities of the study's series
 * @param callingAet AE title that sent the (first) image
 * @param series number of series in this delivery
 * @param instances number of instances in this delivery
 * @param bytes length of all Part 10 files of this delivery
 * @param attributes for filters and templates: {@code Modality} ({@code String[]}), {@code Images} ({@code Integer}), {@code CallingAET},
 *     {@code CalledAET}, {@code CallingAddress}, {@code StationName}, {@code InstitutionName}, {@code Manufacturer}, {@code BodyPartExamined},
 *     {@code StudyDescription}, {@code SeriesDescription}, {@code StudyDate}, {@code StudyTime}, {@code Profile}: a {@code String}, or a
 *     {@code String[]} where the images differ; treated values only, absent where the profile removes them
 */
public record StudyFacts(
        String studyInstanceUid,
        String patientName,
        @Nullable String studyDate,
        @Nullable String studyDescription,
        Set<String> modalities,
        String callingAet,
        int series,
        int instances,
        long bytes,
        Map<String, Object> attributes) {

    public StudyFacts {
        modalities = Set.copyOf(modalities);
        attributes = Map.copyOf(attributes);
    }

    /** The same with another length. */
    public StudyFacts withBytes(long length) {
        return new StudyFacts(
                studyInstanceUid,
                patientName,
                studyDate,
                studyDescription,
                modalities,
                callingAet,
                series,
                instances,
                length,
                attributes);
    }

    /** Patient ID equals Patient's Name: one pseudonym serves both. */
    public String patientId() {
        return patientName;
    }
}
