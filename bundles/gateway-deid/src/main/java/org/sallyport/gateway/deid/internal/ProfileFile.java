package org.sallyport.gateway.deid.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.sallyport.dicom.data.Dictionary;

/** Reads a profile: {@code base}, {@code options}, {@code rules} by keyword. Whatever is not understood is refused. */
final class ProfileFile {

    private static final long LONGEST = 1 << 20;
    private static final Set<String> KEYS = Set.of("description", "base", "options", "rules");
    private static final Set<Action> RULE_ACTIONS = EnumSet.of(Action.REMOVE, Action.EMPTY, Action.KEEP, Action.DUMMY);

    private ProfileFile() {}

    /**
     * @param name the file's name without {@code .yaml}; letters, digits and hyphens
     * @throws IOException naming file, key and what is allowed
     */
    static Profile read(Path folder, String name) throws IOException {
        if (!name.matches("[a-z0-9-]{1,40}")) {
            throw new IOException(
                    "profile \"" + name + "\": must be 1–40 letters, digits or hyphens (org.sallyport.deid.cfg)");
        }
        Path file = folder.resolve(name + ".yaml");
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
            throw new IOException("profile " + file + " is missing or larger than 1 MiB");
        }
        try {
            return parse(name, file.toString(), new YAMLMapper().readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            throw new IOException(file + " line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
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
        EnumSet<Option> options = EnumSet.noneOf(Option.class);
        for (JsonNode option : root.path("options")) {
            options.add(Option.of(option.asText())
                    .orElseThrow(() -> new IOException(file + ": option \"" + option.asText() + "\" is not known")));
        }
        if (options.contains(Option.RETAIN_FULL_DATES) && options.contains(Option.RETAIN_MODIFIED_DATES)) {
            throw new IOException(file + ": dates cannot be both full and modified");
        }
        Map<Integer, Action> rules = new HashMap<>();
        for (Map.Entry<String, JsonNode> rule : root.path("rules").properties()) {
            rules.put(tag(file, rule.getKey()), action(file, rule.getValue().asText()));
        }
        return new Profile(name, options, rules);
    }

    private static int tag(String file, String keyword) throws IOException {
        OptionalInt tag = Dictionary.tagOf(keyword);
        if (tag.isEmpty()) {
            throw new IOException(file + ": rule for \"" + keyword + "\", which is no keyword of PS3.6");
        }
        return tag.getAsInt();
    }

    private static Action action(String file, String text) throws IOException {
        for (Action action : RULE_ACTIONS) {
            if (action.name().toLowerCase(Locale.ROOT).equals(text)) {
                return action;
            }
        }
        throw new IOException(file + ": action \"" + text + "\" is not one of "
                + RULE_ACTIONS.toString().toLowerCase(Locale.ROOT));
    }
}
