package org.sallyport.gateway.deid.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;

/** Reads a profile: {@code base}, {@code options}, {@code rules} by keyword. Whatever is not understood is refused. */
final class ProfileFile {

    private static final long LONGEST = 1 << 20;
    private static final List<String> KEYS = List.of("description", "base", "options", "rules");
    private static final Set<Action> RULE_ACTIONS = EnumSet.of(Action.REMOVE, Action.EMPTY, Action.KEEP, Action.DUMMY);

    /** Decided by the gateway itself: a rule for one of them would be passed over, or make objects that are none. */
    private static final Set<Integer> NO_RULE = Set.of(
            Tag.SpecificCharacterSet,
            Tag.SOPClassUID,
            Tag.SOPInstanceUID,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.PatientName,
            Tag.PatientID,
            Tag.PatientIdentityRemoved,
            Tag.DeidentificationMethod,
            Tag.DeidentificationMethodCodeSequence,
            Tag.LongitudinalTemporalInformationModified,
            Tag.FloatPixelData,
            Tag.DoubleFloatPixelData,
            Tag.PixelData);

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private ProfileFile() {}

    /**
     * @param name the file's name without {@code .yaml}; letters, digits and hyphens
     * @throws IOException naming file, key and what is allowed
     */
    static Profile read(Path folder, String name) throws IOException {
        if (!name.matches("[a-z0-9-]{1,40}")) {
            throw new IOException(
                    "profile \"" + name + "\": must be 1–40 small letters, digits or hyphens (org.sallyport.deid.cfg)");
        }
        Path file = folder.resolve(name + ".yaml");
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
            throw new IOException("profile " + file + " is missing or larger than 1 MiB");
        }
        try {
            return parse(name, file.toString(), document(file));
        } catch (JsonProcessingException e) {
            throw new IOException(file + " line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode document(Path file) throws IOException {
        try (JsonParser parser = YAML.createParser(Files.readString(file))) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode first = YAML.readTree(parser);
            if (parser.nextToken() != null) {
                throw new IOException(file + ": has to be one document");
            }
            return first;
        }
    }

    private static Profile parse(String name, String file, JsonNode root) throws IOException {
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!KEYS.contains(field.getKey())) {
                throw new IOException(file + ": key \"" + field.getKey() + "\" is not one of " + KEYS);
            }
        }
        if (!root.path("base").asText().equals("basic")) {
            throw new IOException(file + ": base has to be basic");
        }
        return new Profile(name, options(file, root.path("options")), rules(file, root.path("rules")));
    }

    /** A key without a value is as good as none. */
    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static Set<Option> options(String file, JsonNode list) throws IOException {
        if (!list.isArray() && !isAbsent(list)) {
            throw new IOException(file + ": options has to be a list of " + Option.ids());
        }
        EnumSet<Option> options = EnumSet.noneOf(Option.class);
        for (JsonNode option : list) {
            options.add(Option.of(option.asText())
                    .orElseThrow(() -> new IOException(
                            file + ": options: \"" + option.asText() + "\" is not one of " + Option.ids())));
        }
        if (options.contains(Option.RETAIN_FULL_DATES) && options.contains(Option.RETAIN_MODIFIED_DATES)) {
            throw new IOException(file + ": options: only one of " + Option.RETAIN_FULL_DATES.id() + " and "
                    + Option.RETAIN_MODIFIED_DATES.id() + " is possible");
        }
        return options;
    }

    private static Map<Integer, Action> rules(String file, JsonNode map) throws IOException {
        if (!map.isObject() && !isAbsent(map)) {
            throw new IOException(file + ": rules has to give to each keyword one of " + actions());
        }
        Map<Integer, Action> rules = new HashMap<>();
        for (Map.Entry<String, JsonNode> rule : map.properties()) {
            String keyword = rule.getKey();
            rules.put(tag(file, keyword), action(file, keyword, rule.getValue().asText()));
        }
        return rules;
    }

    private static int tag(String file, String keyword) throws IOException {
        OptionalInt tag = Dictionary.tagOf(keyword);
        if (tag.isEmpty()) {
            throw new IOException(file + ": rules: \"" + keyword + "\" is no keyword of PS3.6");
        }
        if (NO_RULE.contains(tag.getAsInt()) || Tag.group(tag.getAsInt()) < 0x0008) {
            throw new IOException(
                    file + ": rules: " + keyword + " cannot have one, the gateway itself decides what becomes of it");
        }
        return tag.getAsInt();
    }

    private static Action action(String file, String keyword, String text) throws IOException {
        for (Action action : RULE_ACTIONS) {
            if (action.name().toLowerCase(Locale.ROOT).equals(text)) {
                return action;
            }
        }
        throw new IOException(file + ": rules: " + keyword + ": \"" + text + "\" is not one of " + actions());
    }

    private static String actions() {
        return RULE_ACTIONS.toString().toLowerCase(Locale.ROOT);
    }
}
