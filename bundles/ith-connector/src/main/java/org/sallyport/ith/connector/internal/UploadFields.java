package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.support.http.Reply;
import org.sallyport.ith.connector.internal.IthSettings.MetadataForm;

/** The fields of an upload beside its file. Pure. */
final class UploadFields {

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_DESCRIPTION = 1000;

    /** Of a study of which nothing else is known. */
    private static final String UNTOLD_DESCRIPTION = "DICOM study";

    private UploadFields() {}

    /**
     * @param part from 1
     * @param parts how many archives the study goes up in
     */
    static List<Map.Entry<String, String>> of(
            UploadLabels study, List<DeliveryInstance> instances, int part, int parts, MetadataForm form) {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        String which = parts == 1 ? "" : " - Part " + part + "/" + parts;
        fields.add(Map.entry("name", limit(study.patientName(), LONGEST_NAME - which.length()) + which));
        fields.add(Map.entry("patient_id", limit(study.patientId(), LONGEST_NAME)));
        fields.add(Map.entry("study_description", limit(description(study), LONGEST_DESCRIPTION)));
        fields.addAll(metadata(study, instances, part, parts, form));
        fields.add(Map.entry("conflict_resolution", "skip_existing"));
        return fields;
    }

    /** A description that the profile removed is told by the modalities, if there are any: the back end may not take an empty one. */
    private static String description(UploadLabels study) {
        String description = study.studyDescription();
        if (description != null && !description.isBlank()) {
            return description;
        }
        String modalities = String.join("/", new TreeSet<>(study.modalities()));
        return modalities.isBlank() ? UNTOLD_DESCRIPTION : modalities;
    }

    private static List<Map.Entry<String, String>> metadata(
            UploadLabels study, List<DeliveryInstance> instances, int part, int parts, MetadataForm form) {
        long series = instances.stream()
                .map(DeliveryInstance::seriesInstanceUid)
                .distinct()
                .count();
        ObjectNode values = new ObjectMapper().createObjectNode();
        values.put("study_uid", study.studyInstanceUid());
        values.put("study_date", study.studyDate() == null ? "" : study.studyDate());
        values.put("series_count", series);
        values.put("instances_count", instances.size());
        if (parts > 1) {
            values.put("chunk_index", part);
            values.put("total_chunks", parts);
            values.put("scan_count", series);
        }
        return switch (form) {
            case OMIT -> List.of();
            case JSON -> List.of(Map.entry("metadata", text(values)));
            case LEGACY_KEYS -> {
                List<Map.Entry<String, String>> keys = new ArrayList<>();
                values.fieldNames().forEachRemaining(key -> keys.add(Map.entry("metadata", key)));
                yield keys;
            }
        };
    }

    private static String text(ObjectNode values) {
        try {
            return new ObjectMapper().writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers become JSON", e);
        }
    }

    private static String limit(String text, int longest) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return Reply.cut(line, longest);
    }
}
