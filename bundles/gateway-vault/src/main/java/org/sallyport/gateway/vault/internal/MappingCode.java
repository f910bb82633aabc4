package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.vault.internal.Assignments.Patient;

/**
 * The lines of a file of mappings, a JSON object each: {@code {"kind": …}} and what belongs to it. Numbers of patients and generations are those of the vault that
 * wrote it. Everything that is read is checked. Pure.
 */
final class MappingCode {

    static final int VERSION = 1;

    /** Becomes part of file names and of Patient ID (0010,0020). */
    static final Pattern PSEUDONYM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final Pattern DATES = Pattern.compile("[0-9.+\\\\-]{0,4000000}");
    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9]{1,64}");
    private static final int MOST_VALUES = 200;
    private static final int LONGEST_SHIFT = 36_500;
    private static final ObjectMapper JSON = new ObjectMapper();

    private MappingCode() {}

    static ObjectNode line(String kind) {
        return JSON.createObjectNode().put("kind", kind);
    }

    static byte[] bytes(ObjectNode line) throws IOException {
        return JSON.writeValueAsBytes(line);
    }

    /** @throws IOException if it is no JSON object with a kind */
    static JsonNode parse(byte[] line) throws IOException {
        JsonNode node = JSON.readTree(line);
        if (!node.isObject() || !node.path("kind").isTextual()) {
            throw new IOException("a line is no JSON object with a kind");
        }
        return node;
    }

    // ---- rows

    static ObjectNode of(Row.NewPatient row) {
        Patient patient = row.patient();
        byte[] idLookup = row.idLookup() == null ? new byte[RowCode.SHORT_DIGEST] : row.idLookup();
        return line("patient")
                .put("patient", patient.number())
                .put("pseudonym", patient.pseudonym())
                .put("generation", patient.generation())
                .put("shift-days", patient.shiftDays())
                .put("lookup", hex(row.lookup()))
                .put("id-lookup", hex(idLookup));
    }

    static ObjectNode of(Row.Name row) {
        return line("name").put("patient", row.patient()).put("pseudonym", row.pseudonym());
    }

    static ObjectNode of(Row.Link row) {
        return line("link")
                .put("patient", row.patient())
                .put("lookup", hex(row.lookup()))
                .put("id-lookup", hex(row.idLookup()));
    }

    /** @param pseudonym that it goes by */
    static ObjectNode of(Row.NewStudy row, String pseudonym) {
        return line("study")
                .put("study", Uids.fromUuid(row.uid()))
                .put("patient", row.patient())
                .put("generation", row.generation())
                .put("shift-days", row.shiftDays())
                .put("pseudonym", pseudonym)
                .put("keeps-uids", row.keepsUids());
    }

    static ObjectNode of(Merges.Change change) {
        return line("merge")
                .put("at", change.at().toString())
                .put("patient", change.from())
                .put("into", change.into());
    }

    static ObjectNode of(Sheet sheet) {
        ObjectNode line = line("originals").put("pseudonym", sheet.pseudonym());
        if (sheet.studyInstanceUid() != null) {
            line.put("study", sheet.studyInstanceUid());
        }
        if (sheet.seriesInstanceUid() != null) {
            line.put("series", sheet.seriesInstanceUid());
        }
        ObjectNode values = line.putObject("values");
        new TreeMap<>(sheet.values()).forEach(values::put);
        return line;
    }

    /** Null if it is no row of the journal. */
    static @Nullable Row row(JsonNode line) throws IOException {
        return switch (line.path("kind").asText()) {
            case "patient" ->
                new Row.NewPatient(
                        bytes(line, "lookup", RowCode.DIGEST),
                        bytes(line, "id-lookup", RowCode.SHORT_DIGEST),
                        new Patient(
                                patient(line, "patient"),
                                pseudonym(line),
                                generation(line),
                                number(line, "shift-days", 0, LONGEST_SHIFT),
                                new byte[0]));
            case "name" -> new Row.Name(patient(line, "patient"), pseudonym(line), false);
            case "link" ->
                new Row.Link(
                        bytes(line, "lookup", RowCode.DIGEST),
                        bytes(line, "id-lookup", RowCode.SHORT_DIGEST),
                        patient(line, "patient"));
            case "study" ->
                new Row.NewStudy(
                        uuid(line),
                        patient(line, "patient"),
                        generation(line),
                        number(line, "shift-days", 0, LONGEST_SHIFT),
                        pseudonym(line),
                        line.path("keeps-uids").asBoolean());
            case "merge" ->
                new Row.Merge(new Merges.Change(time(line), patient(line, "patient"), patient(line, "into")));
            default -> null;
        };
    }

    static Sheet sheet(JsonNode line) throws IOException {
        JsonNode values = line.path("values");
        if (!values.isObject() || values.size() > MOST_VALUES) {
            throw bad("values");
        }
        Map<String, String> read = new TreeMap<>();
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            String key = value.getKey();
            boolean known = KEYWORD.matcher(key).matches() || key.equals(Sheet.UIDS) || key.equals(Sheet.DATES);
            if (!known || !value.getValue().isTextual()) {
                throw bad("values");
            }
            read.put(key, value.getValue().asText());
        }
        for (String uid : read.getOrDefault(Sheet.UIDS, "").split("\\\\", -1)) {
            if (!uid.isEmpty() && !Uids.isValid(uid)) {
                throw bad(Sheet.UIDS);
            }
        }
        if (!DATES.matcher(read.getOrDefault(Sheet.DATES, "")).matches()) {
            throw bad(Sheet.DATES);
        }
        String study = uid(line, "study");
        String series = uid(line, "series");
        if (study == null && series != null) {
            throw bad("series");
        }
        return new Sheet(pseudonym(line), study, series, read);
    }

    // ---- fields

    static int number(JsonNode line, String field, int least, int most) throws IOException {
        JsonNode value = line.path(field);
        if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
            throw bad(field);
        }
        return value.intValue();
    }

    static byte[] bytes(JsonNode line, String field, int length) throws IOException {
        String text = line.path(field).asText();
        if (text.length() != 2 * length) {
            throw bad(field);
        }
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new IOException(bad(field).getMessage(), e);
        }
    }

    static int generation(JsonNode line) throws IOException {
        return number(line, "generation", Generations.FIRST, Generations.LAST + Assignments.MOST_FOREIGN_KEYS);
    }

    private static int patient(JsonNode line, String field) throws IOException {
        return number(line, field, 0, Integer.MAX_VALUE);
    }

    private static String pseudonym(JsonNode line) throws IOException {
        String pseudonym = line.path("pseudonym").asText();
        if (!PSEUDONYM.matcher(pseudonym).matches()) {
            throw bad("pseudonym");
        }
        return pseudonym;
    }

    private static UUID uuid(JsonNode line) throws IOException {
        return JournalStudyContext.uuidOf(line.path("study").asText()).orElseThrow(() -> bad("study"));
    }

    private static Instant time(JsonNode line) throws IOException {
        try {
            return Instant.parse(line.path("at").asText());
        } catch (DateTimeException e) {
            throw new IOException(bad("at").getMessage(), e);
        }
    }

    private static @Nullable String uid(JsonNode line, String field) throws IOException {
        JsonNode value = line.get(field);
        if (value == null) {
            return null;
        }
        if (!Uids.isValid(value.asText())) {
            throw bad(field);
        }
        return value.asText();
    }

    /** Not its value: that may be identity. */
    static IOException bad(String field) {
        return new IOException("a line has no usable \"" + field + "\"");
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
