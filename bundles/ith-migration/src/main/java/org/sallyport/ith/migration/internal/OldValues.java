package org.sallyport.ith.migration.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The column phi_metadata: a JSON object of DICOM keywords and texts. What is none of these is passed over, and counted. Not thread-safe. */
final class OldValues {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z][A-Za-z0-9]{1,63}");
    private static final int LONGEST_COLUMN = 1 << 20;
    private static final int LONGEST_VALUE = 32 * 1024;
    private static final int MOST = 256;

    /** What the old proxy wrote over each date. */
    private static final String NO_DATE = "19700101";

    private long passedOver;

    Map<String, String> read(@Nullable String column) {
        Map<String, String> values = new TreeMap<>();
        if (column == null || column.isBlank() || column.equals("null")) {
            return values;
        }
        JsonNode node = column.length() > LONGEST_COLUMN ? null : parse(column);
        if (node == null || !node.isObject()) {
            passedOver++;
            return values;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            if (value.isNull() || value.isTextual() && value.asText().isBlank()) {
                continue;
            }
            String text = text(value);
            if (!KEYWORD.matcher(field.getKey()).matches()
                    || text == null
                    || text.length() > LONGEST_VALUE
                    || values.size() == MOST) {
                passedOver++;
            } else {
                values.put(field.getKey(), text);
            }
        }
        return values;
    }

    /** Several values also as the list that they were. */
    private static @Nullable String text(JsonNode value) {
        if (value.isArray()) {
            StringBuilder joined = new StringBuilder();
            for (JsonNode one : value) {
                if (!one.isValueNode()) {
                    return null;
                }
                joined.append(joined.isEmpty() ? "" : "\\").append(one.asText());
            }
            return joined.toString();
        }
        return value.isTextual() ? PythonList.value(value.asText().strip()) : value.isNumber() ? value.asText() : null;
    }

    private static @Nullable JsonNode parse(String column) {
        try {
            JsonNode node = JSON.readTree(column);
            // Django has written it as a text of JSON at times.
            return node.isTextual() ? JSON.readTree(node.asText()) : node;
        } catch (JsonProcessingException e) {
            // Its message quotes the column.
            return null;
        }
    }

    /** Values, keywords or columns that were no such thing. */
    long passedOver() {
        return passedOver;
    }

    /** A column of its own, if the object has no such keyword. */
    static void putColumn(Map<String, String> values, String keyword, @Nullable String column) {
        if (column != null && !column.isBlank() && column.length() <= LONGEST_VALUE) {
            values.putIfAbsent(keyword, column.strip());
        }
    }

    static void putDate(Map<String, String> values, String keyword, @Nullable String column) {
        String digits = column == null ? "" : column.replace("-", "").strip();
        if (digits.matches("\\d{8}") && !digits.equals(NO_DATE)) {
            values.putIfAbsent(keyword, digits);
        }
    }

    static void putTime(Map<String, String> values, String keyword, @Nullable String column) {
        String digits = column == null ? "" : column.replace(":", "").strip();
        if (digits.matches("\\d{2,6}(\\.\\d{1,6})?")) {
            values.putIfAbsent(keyword, digits);
        }
    }
}
