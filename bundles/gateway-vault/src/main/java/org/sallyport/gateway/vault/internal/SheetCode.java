package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;

/** Sheets as JSON, deflated with the words that most of them have. Pure. */
final class SheetCode {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 4 << 20;
    /** Part of the format: another text would be another version. */
    private static final byte[] WORDS =
            ("\"SeriesNumber\":\"\"Modality\":\"CT\"MR\"ProtocolName\":\"\"OperatorsName\":\""
                            + "\"PerformingPhysicianName\":\"\"InstitutionName\":\"\"InstitutionAddress\":\"\"StationName\":\""
                            + "\"SeriesDescription\":\"\"SeriesDate\":\"20\"SeriesTime\":\"\"BodyPartExamined\":\"\"DeviceSerialNumber\":\""
                            + "\"ReferringPhysicianName\":\"\"AccessionNumber\":\"\"StudyID\":\"\"StudyDescription\":\"\"StudyTime\":\""
                            + "\"StudyDate\":\"20\"PatientSex\":\"M\"F\"PatientBirthDate\":\"19\"PatientID\":\"\"PatientName\":\""
                            + "{\"pseudonym\":\"ANON-\",\"study\":\"1.2.840.113619.1.3.12.2.1107.5.\",\"series\":\"1.2.840.1.3.12.2.1107.5.\",\"values\":{")
                    .getBytes(StandardCharsets.US_ASCII);

    private SheetCode() {}

    static void write(Sheet sheet, OutputStream to) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        node.put("pseudonym", sheet.pseudonym());
        if (sheet.studyInstanceUid() != null) {
            node.put("study", sheet.studyInstanceUid());
        }
        if (sheet.seriesInstanceUid() != null) {
            node.put("series", sheet.seriesInstanceUid());
        }
        ObjectNode values = node.putObject("values");
        sheet.values().forEach(values::put);
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setDictionary(WORDS);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream out = new DeflaterOutputStream(bytes, deflater)) {
                out.write(JSON.writeValueAsBytes(node));
            }
            bytes.writeTo(to);
        } finally {
            deflater.end();
        }
    }

    static Sheet read(InputStream from) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setDictionary(WORDS);
            byte[] json = new InflaterInputStream(new ByteArrayInputStream(from.readAllBytes()), inflater)
                    .readNBytes(LONGEST);
            JsonNode node = JSON.readTree(json);
            Map<String, String> values = new HashMap<>();
            node.path("values")
                    .properties()
                    .forEach(
                            field -> values.put(field.getKey(), field.getValue().asText()));
            return new Sheet(
                    node.path("pseudonym").asText(), text(node.get("study")), text(node.get("series")), values);
        } finally {
            inflater.end();
        }
    }

    private static @Nullable String text(@Nullable JsonNode node) {
        return node == null ? null : node.asText();
    }
}
