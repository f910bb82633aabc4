package org.sallyport.gateway.deid.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Holds a document to a JSON schema, of which it knows the words that {@code profile.schema.json} uses. Immutable; thread-safe. */
final class SchemaCheck {

    private final JsonNode root;

    private SchemaCheck(JsonNode root) {
        this.root = root;
    }

    /** A schema of this bundle. */
    static SchemaCheck of(String resource) {
        try (InputStream in = SchemaCheck.class.getResourceAsStream(resource)) {
            return new SchemaCheck(new ObjectMapper().readTree(Objects.requireNonNull(in, resource)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws ProfileException naming the line and what is allowed there */
    void check(YamlValue value) throws ProfileException {
        check("the profile", value, root);
    }

    private void check(String what, YamlValue value, JsonNode given) throws ProfileException {
        JsonNode schema = resolved(given);
        checkType(what, value, schema);
        checkEnum(what, value, schema);
        switch (value.type()) {
            case "object" -> checkFields(named(what, value), value, schema);
            case "array" -> checkItems(what, value, schema);
            default -> checkScalar(what, value, schema);
        }
        if (schema.has("oneOf")) {
            checkOneOf(what, value, schema.get("oneOf"));
        }
    }

    private JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").asText("");
        return reference.isEmpty() ? schema : root.at(reference.substring(1));
    }

    /** An object is spoken of by its name, if it has one. */
    private static String named(String what, YamlValue value) throws ProfileException {
        YamlValue name = value.field("name");
        return name == null || name.text().isEmpty() ? what : "rule \"" + name.text() + "\"";
    }

    private static void checkType(String what, YamlValue value, JsonNode schema) throws ProfileException {
        JsonNode type = schema.path("type");
        if (type.isMissingNode()) {
            return;
        }
        List<String> allowed = new ArrayList<>();
        (type.isArray() ? type : List.of(type)).forEach(each -> allowed.add(each.asText()));
        if (!allowed.contains(value.type())) {
            throw value.problem(what + ": must be " + String.join(" or ", allowed) + ", not " + value.type());
        }
    }

    private static void checkEnum(String what, YamlValue value, JsonNode schema) throws ProfileException {
        JsonNode allowed = schema.path("enum");
        if (allowed.isMissingNode()) {
            return;
        }
        List<String> words = new ArrayList<>();
        allowed.forEach(each -> words.add(each.asText()));
        if (!words.contains(value.text())) {
            throw value.problem(what + ": \"" + value.text() + "\" must be one of " + words);
        }
    }

    private void checkFields(String what, YamlValue value, JsonNode schema) throws ProfileException {
        Map<String, YamlValue> fields = value.fields();
        JsonNode properties = schema.path("properties");
        for (JsonNode required : schema.path("required")) {
            if (value.field(required.asText()) == null) {
                throw value.problem(what + ": \"" + required.asText() + "\" is missing");
            }
        }
        for (Map.Entry<String, YamlValue> field : fields.entrySet()) {
            JsonNode property = properties.path(field.getKey());
            if (property.isMissingNode()) {
                List<String> known = new ArrayList<>();
                properties.fieldNames().forEachRemaining(known::add);
                throw field.getValue().problem(what + ": \"" + field.getKey() + "\" is not known; known are " + known);
            }
            check(what + ": " + field.getKey(), field.getValue(), property);
        }
    }

    private void checkItems(String what, YamlValue value, JsonNode schema) throws ProfileException {
        int size = value.items().size();
        if (size < schema.path("minItems").asInt(0)
                || size > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
            throw value.problem(what + ": has " + size + " entries; must have " + range(schema, "Items"));
        }
        if (schema.has("items")) {
            for (int i = 0; i < size; i++) {
                check(what + "[" + (i + 1) + "]", value.items().get(i), schema.get("items"));
            }
        }
    }

    private static String range(JsonNode schema, String of) {
        return schema.path("min" + of).asText("0") + "–"
                + schema.path("max" + of).asText("");
    }

    private static void checkScalar(String what, YamlValue value, JsonNode schema) throws ProfileException {
        String text = value.text();
        int length = text.length();
        if (length < schema.path("minLength").asInt(0)
                || length > schema.path("maxLength").asInt(Integer.MAX_VALUE)) {
            throw value.problem(what + ": must have " + range(schema, "Length") + " characters");
        }
        if (schema.has("pattern") && !text.matches(schema.get("pattern").asText())) {
            throw value.problem(what + ": \"" + text + "\" must match "
                    + schema.get("pattern").asText());
        }
        if (schema.has("minimum") || schema.has("maximum")) {
            int number = value.number();
            if (number < schema.path("minimum").asInt()
                    || number > schema.path("maximum").asInt()) {
                throw value.problem(what + ": " + number + " must be "
                        + schema.path("minimum").asText() + "–"
                        + schema.path("maximum").asText());
            }
        }
    }

    /** The problem told is that of the alternative with the value's type. */
    private void checkOneOf(String what, YamlValue value, JsonNode alternatives) throws ProfileException {
        @Nullable ProfileException problem = null;
        for (JsonNode alternative : alternatives) {
            try {
                check(what, value, alternative);
                return;
            } catch (ProfileException e) {
                boolean fits = resolved(alternative).path("type").asText().equals(value.type());
                problem = problem == null || fits ? e : problem;
            }
        }
        if (problem != null) {
            throw problem;
        }
    }
}
