package org.sallyport.gateway.api.store;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the index knows of an instance, in pseudonymous and treated values only. Kept in the pack frame too, so that the index can be rebuilt.
 *
 * @param originalDigest keyed digest of the original data set, 32 bytes
 * @param modality Modality (0008,0060) or {@code OT}
 * @param seriesNumber Series Number (0020,0011) or null
 * @param instanceNumber Instance Number (0020,0013) or null
 * @param attributes treated study and series attributes by keyword ({@code StudyDate}, {@code StudyTime}, {@code StudyDescription},
 *     {@code SeriesDescription}, {@code BodyPartExamined}, {@code Profile}…); at most 64 entries of at most 1,024 characters
 * @param lookupKeys keyed digests ({@link org.sallyport.gateway.api.vault.IdentityVault#lookupKey}) by which the study is found and routed; at most
 *     8 of 40 characters
 */
public record InstanceFacts(
        String studyInstanceUid,
        String seriesInstanceUid,
        String sopInstanceUid,
        String sopClassUid,
        String transferSyntaxUid,
        byte[] originalDigest,
        String pseudonym,
        int keyGeneration,
        int dateShiftDays,
        String modality,
        @Nullable Integer seriesNumber,
        @Nullable Integer instanceNumber,
        String callingAet,
        String calledAet,
        String address,
        Instant receivedAt,
        Map<String, String> attributes,
        Set<String> lookupKeys) {

    /** Attributes of whose original values lookup keys are kept, of the kind of their keyword: routes go by them, and most profiles remove them. */
    public static final Set<String> KEYED_ATTRIBUTES = Set.of("StationName", "InstitutionName");

    public InstanceFacts {
        originalDigest = originalDigest.clone();
        attributes = Map.copyOf(attributes);
        lookupKeys = Set.copyOf(lookupKeys);
    }

    /** Without lookup keys. */
    public InstanceFacts(
            String studyInstanceUid,
            String seriesInstanceUid,
            String sopInstanceUid,
            String sopClassUid,
            String transferSyntaxUid,
            byte[] originalDigest,
            String pseudonym,
            int keyGeneration,
            int dateShiftDays,
            String modality,
            @Nullable Integer seriesNumber,
            @Nullable Integer instanceNumber,
            String callingAet,
            String calledAet,
            String address,
            Instant receivedAt,
            Map<String, String> attributes) {
        this(
                studyInstanceUid,
                seriesInstanceUid,
                sopInstanceUid,
                sopClassUid,
                transferSyntaxUid,
                originalDigest,
                pseudonym,
                keyGeneration,
                dateShiftDays,
                modality,
                seriesNumber,
                instanceNumber,
                callingAet,
                calledAet,
                address,
                receivedAt,
                attributes,
                Set.of());
    }

    @Override
    public byte[] originalDigest() {
        return originalDigest.clone();
    }
}
