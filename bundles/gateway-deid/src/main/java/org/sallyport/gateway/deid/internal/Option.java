package org.sallyport.gateway.deid.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The options of the Basic Profile that can be chosen (PS3.15 E.3), with their column of Table E.1-1 and code (CID 7050). */
enum Option {
    RETAIN_SAFE_PRIVATE("retain-safe-private", 4, "113111", "Retain Safe Private Option", true),
    RETAIN_UIDS("retain-uids", 5, "113110", "Retain UIDs Option", true),
    RETAIN_DEVICE_IDENTITY("retain-device-identity", 6, "113109", "Retain Device Identity Option", true),
    RETAIN_INSTITUTION_IDENTITY("retain-institution-identity", 7, "113112", "Retain Institution Identity Option", true),
    RETAIN_PATIENT_CHARACTERISTICS(
            "retain-patient-characteristics", 8, "113108", "Retain Patient Characteristics Option", true),
    RETAIN_FULL_DATES(
            "retain-full-dates", 9, "113106", "Retain Longitudinal Temporal Information Full Dates Option", true),
    RETAIN_MODIFIED_DATES(
            "retain-modified-dates",
            10,
            "113107",
            "Retain Longitudinal Temporal Information Modified Dates Option",
            true),
    /** Cleaning of text is not done: the base action, which removes more, stands in its place, and the code is not written. */
    CLEAN_DESCRIPTORS("clean-descriptors", 11, "113105", "Clean Descriptors Option", false),
    CLEAN_STRUCTURED_CONTENT("clean-structured-content", 12, "113104", "Clean Structured Content Option", false),
    CLEAN_GRAPHICS("clean-graphics", 13, "113103", "Clean Graphics Option", false);

    private final String id;
    private final int column;
    private final String code;
    private final String meaning;
    private final boolean done;

    Option(String id, int column, String code, String meaning, boolean done) {
        this.id = id;
        this.column = column;
        this.code = code;
        this.meaning = meaning;
        this.done = done;
    }

    static Optional<Option> of(String id) {
        return Arrays.stream(values()).filter(option -> option.id.equals(id)).findFirst();
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(Option::id).toList();
    }

    String id() {
        return id;
    }

    int column() {
        return column;
    }

    String code() {
        return code;
    }

    String meaning() {
        return meaning;
    }

    /** Whether the option does what its code says. */
    boolean isDone() {
        return done;
    }
}
