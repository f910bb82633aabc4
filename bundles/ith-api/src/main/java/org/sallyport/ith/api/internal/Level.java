package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is asked for, and the keys that name it in a request. */
enum Level {
    PATIENT("anonymous_patient_id", Keys.PATIENT_ID, Keys.PSEUDONYM),
    STUDY("study_instance_uid", Keys.UID, Keys.PSEUDONYMOUS_UID),
    SERIES("series_instance_uid", Keys.UID, Keys.PSEUDONYMOUS_UID);

    static final int MOST = 100;

    private static final int LONGEST = 64;

    private static final class Keys {
        /** PS3.5 6.2, LO: no backslash, no control characters. */
        private static final Pattern PATIENT_ID = Pattern.compile("[^\\\\\\p{Cntrl}]+");

        /** PS3.5 9.1. */
        private static final Pattern UID = Pattern.compile("[0-9]+(\\.[0-9]+)*");

        private static final Pattern PSEUDONYM = Pattern.compile("ANON-[0-9A-Za-z]{4,40}");
        private static final Pattern PSEUDONYMOUS_UID = Pattern.compile("2\\.25\\.[0-9]{1,39}");
    }

    private final String key;
    private final Pattern allowed;
    private final Pattern pseudonymous;

    Level(String key, Pattern allowed, Pattern pseudonymous) {
        this.key = key;
        this.allowed = allowed;
        this.pseudonymous = pseudonymous;
    }

    /** Whether a key may be written down: others may be original values. */
    boolean isPseudonymous(String asked) {
        return pseudonymous.matcher(asked).matches();
    }

    String key() {
        return key;
    }

    private String keys() {
        return key + "s";
    }

    /** @throws Refused with the field's error */
    String one(ObjectNode request) throws Refused {
        JsonNode value = request.get(key);
        if (value == null) {
            throw wrong(key, "This field is required.");
        }
        String problem = problem(value);
        if (problem != null) {
            throw wrong(key, problem);
        }
        return value.textValue().strip();
    }

    /** Of a batch, in order. */
    List<String> many(ObjectNode request) throws Refused {
        JsonNode values = request.get(keys());
        if (values == null) {
            throw wrong(keys(), "This field is required.");
        }
        if (!values.isArray()) {
            throw wrong(keys(), "Expected a list of items.");
        }
        if (values.isEmpty() || values.size() > MOST) {
            throw wrong(keys(), "This list has to have 1 to " + MOST + " items.");
        }
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String problem = problem(values.get(i));
            if (problem != null) {
                throw wrong(keys(), "Item " + (i + 1) + ": " + problem);
            }
            keys.add(values.get(i).textValue().strip());
        }
        return keys;
    }

    private @Nullable String problem(JsonNode value) {
        if (value.isNull()) {
            return "This field may not be null.";
        }
        if (!value.isTextual()) {
            return "Not a valid string.";
        }
        String text = value.textValue().strip();
        if (text.isEmpty()) {
            return "This field may not be blank.";
        }
        if (text.length() > LONGEST) {
            return "Ensure this field has no more than " + LONGEST + " characters.";
        }
        return allowed.matcher(text).matches()
                ? null
                : this == PATIENT ? "Not a valid patient id." : "Not a valid DICOM UID.";
    }

    private static Refused wrong(String field, String text) {
        return new Refused(Answer.field(field, text), "the request is not as it has to be");
    }
}
