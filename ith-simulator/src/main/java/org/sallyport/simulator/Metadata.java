package org.sallyport.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an upload says of its study, against what it holds. Pure. */
final class Metadata {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PART = Pattern.compile(" - Part ([0-9]{1,6})/([0-9]{1,6})$");
    private static final List<String> KEYS = List.of("study_uid", "study_date", "series_count", "instances_count");
    private static final List<String> OF_A_PART = List.of("chunk_index", "total_chunks", "scan_count");

    private Metadata() {}

    /**
     * @param fields of the form: {@code name}, and {@code metadata} as an array of keys, as text that is JSON, or not there
     * @throws IOException saying what does not fit
     */
    static void check(ObjectNode fields, List<Holdings.Instance> instances) throws IOException {
        Matcher part = PART.matcher(fields.get("name").asText());
        boolean several = part.find();
        int index = several ? Integer.parseInt(part.group(1)) : 1;
        int total = several ? Integer.parseInt(part.group(2)) : 1;
        if (several && (total < 2 || index > total)) {
            throw new IOException("part " + index + " of " + total);
        }
        List<String> expected = new ArrayList<>(KEYS);
        if (several) {
            expected.addAll(OF_A_PART);
        }
        JsonNode metadata = fields.path("metadata");
        if (metadata.isArray()) {
            List<String> keys = new ArrayList<>();
            metadata.forEach(key -> keys.add(key.asText()));
            if (!keys.equals(expected)) {
                throw new IOException("metadata " + keys + " instead of " + expected);
            }
        } else if (metadata.isTextual()) {
            checkValues(JSON.readTree(metadata.asText()), expected, index, total, instances);
        }
    }

    private static void checkValues(
            JsonNode values, List<String> expected, int index, int total, List<Holdings.Instance> instances)
            throws IOException {
        List<String> keys = new ArrayList<>();
        values.fieldNames().forEachRemaining(keys::add);
        long series =
                instances.stream().map(Holdings.Instance::series).distinct().count();
        boolean fits = keys.equals(expected)
                && values.get("study_uid").asText().equals(instances.get(0).study())
                && values.get("study_date").isTextual()
                && values.get("study_date").asText().matches("|[0-9]{8}")
                && is(values, "series_count", series)
                && is(values, "instances_count", instances.size());
        if (fits && total > 1) {
            fits = is(values, "chunk_index", index)
                    && is(values, "total_chunks", total)
                    && is(values, "scan_count", series);
        }
        if (!fits) {
            throw new IOException("metadata " + values + " of " + series + " series, " + instances.size()
                    + " instances, part " + index + " of " + total);
        }
    }

    private static boolean is(JsonNode values, String key, long number) {
        return values.get(key).isIntegralNumber() && values.get(key).asLong() == number;
    }
}
