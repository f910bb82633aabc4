package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.ith.connector.internal.IthSettings.MetadataForm;

class UploadFieldsTest {

    private static final UploadLabels FACTS = Instances.labels("CT HEAD", Set.of("CT"));
    private static final List<DeliveryInstance> TWO_SERIES = Instances.of(new int[] {1, 1}, new int[] {1});

    @Test
    void legacyKeysStandInTheOrderOfTheContract() {
        assertEquals(
                List.of(
                        Map.entry("name", Instances.PSEUDONYM),
                        Map.entry("patient_id", Instances.PSEUDONYM),
                        Map.entry("study_description", "CT HEAD"),
                        Map.entry("metadata", "study_uid"),
                        Map.entry("metadata", "study_date"),
                        Map.entry("metadata", "series_count"),
                        Map.entry("metadata", "instances_count"),
                        Map.entry("conflict_resolution", "skip_existing")),
                UploadFields.of(FACTS, TWO_SERIES, 1, 1, MetadataForm.LEGACY_KEYS));
    }

    @Test
    void aPartSaysWhichItIs() {
        assertEquals(
                List.of(
                        Map.entry("name", Instances.PSEUDONYM + " - Part 2/3"),
                        Map.entry("patient_id", Instances.PSEUDONYM),
                        Map.entry("study_description", "CT HEAD"),
                        Map.entry("metadata", "study_uid"),
                        Map.entry("metadata", "study_date"),
                        Map.entry("metadata", "series_count"),
                        Map.entry("metadata", "instances_count"),
                        Map.entry("metadata", "chunk_index"),
                        Map.entry("metadata", "total_chunks"),
                        Map.entry("metadata", "scan_count"),
                        Map.entry("conflict_resolution", "skip_existing")),
                UploadFields.of(FACTS, TWO_SERIES, 2, 3, MetadataForm.LEGACY_KEYS));
    }

    @Test
    void jsonIsOnePartWithValues() throws Exception {
        List<Map.Entry<String, String>> whole = UploadFields.of(FACTS, TWO_SERIES, 1, 1, MetadataForm.JSON);
        assertEquals(
                List.of("name", "patient_id", "study_description", "metadata", "conflict_resolution"),
                whole.stream().map(Map.Entry::getKey).toList());
        assertEquals(
                Map.of("study_uid", "2.25.1", "study_date", "20260228", "series_count", 2, "instances_count", 3),
                new ObjectMapper().readValue(whole.get(3).getValue(), Map.class));
        assertEquals(
                Map.of(
                        "study_uid", "2.25.1",
                        "study_date", "20260228",
                        "series_count", 2,
                        "instances_count", 3,
                        "chunk_index", 2,
                        "total_chunks", 3,
                        "scan_count", 2),
                new ObjectMapper()
                        .readValue(
                                UploadFields.of(FACTS, TWO_SERIES, 2, 3, MetadataForm.JSON)
                                        .get(3)
                                        .getValue(),
                                Map.class));
    }

    @Test
    void omitLeavesThemOut() {
        assertEquals(
                List.of("name", "patient_id", "study_description", "conflict_resolution"),
                UploadFields.of(FACTS, TWO_SERIES, 2, 3, MetadataForm.OMIT).stream()
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Test
    void aDescriptionThatTheProfileRemovedIsToldByTheModalities() {
        assertEquals("CT/PT", description(Instances.labels(null, Set.of("PT", "CT"))));
        assertEquals("MR", description(Instances.labels(" ", Set.of("MR"))));
    }

    @Test
    void valuesAreOneLineEach() {
        assertEquals(
                "a  b c--d",
                description(Instances.labels("a\r\nb\u0000c--d", Set.of("CT"))),
                "a line break would end the part's line");
    }

    @Test
    void aDescriptionIsNeverEmpty() {
        assertEquals("DICOM study", description(Instances.labels(null, Set.of())));
        assertEquals("DICOM study", description(Instances.labels(" ", Set.of())));
    }

    @Test
    void valuesAreCutAtTheirLongest() {
        assertEquals("d".repeat(1000), description(Instances.labels("d".repeat(1000), Set.of())));
        assertEquals("d".repeat(1000), description(Instances.labels("d".repeat(1001), Set.of())));
        UploadLabels long255 = new UploadLabels("N".repeat(300), "N".repeat(300), "2.25.1", null, "x", Set.of());
        List<Map.Entry<String, String>> fields = UploadFields.of(long255, TWO_SERIES, 1, 1, MetadataForm.OMIT);
        assertEquals("N".repeat(255), fields.get(0).getValue());
        assertEquals("N".repeat(255), fields.get(1).getValue());
        String part = UploadFields.of(long255, TWO_SERIES, 11, 12, MetadataForm.OMIT)
                .get(0)
                .getValue();
        assertEquals(255, part.length());
        assertTrue(part.endsWith("N - Part 11/12"), "the parts would all have one name: " + part);
    }

    @Test
    void aCharacterIsNotCutInTwo() {
        String cut = description(Instances.labels("d".repeat(999) + "\uD83E\uDE7B", Set.of()));
        assertEquals("d".repeat(999), cut);
        assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(cut));
    }

    private static String description(UploadLabels facts) {
        return UploadFields.of(facts, TWO_SERIES, 1, 1, MetadataForm.OMIT)
                .get(2)
                .getValue();
    }
}
