package org.sallyport.gateway.deid.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The options of the Basic Profile (PS3.15 E.3), with their column of Table E.1-1 and code (CID 7050). */
enum Option {
    RETAIN_SAFE_PRIVATE("retain-safe-private", 4, "113111", "Retain Safe Private Option"),
    RETAIN_UIDS("retain-uids", 5, "113110", "Retain UIDs Option"),
    RETAIN_DEVICE_IDENTITY("retain-device-identity", 6, "113109", "Retain Device Identity Option"),
    RETAIN_INSTITUTION_IDENTITY("retain-institution-identity", 7, "113112", "Retain Institution Identity Option"),
    RETAIN_PATIENT_CHARACTERISTICS(
            "retain-patient-characteristics", 8, "113108", "Retain Patient Characteristics Option"),
    RETAIN_FULL_DATES("retain-full-dates", 9, "113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    RETAIN_MODIFIED_DATES(
            "retain-modified-dates", 10, "113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    CLEAN_DESCRIPTORS("clean-descriptors", 11, "113105", "Clean Descriptors Option"),
    CLEAN_STRUCTURED_CONTENT("clean-structured-content", 12, "113104", "Clean Structured Content Option"),
    CLEAN_GRAPHICS("clean-graphics", 13, "113103", "Clean Graphics Option"),
    /** By the profile's pixel rules; its code is written into objects of which pixels were blanked. */
    CLEAN_PIXEL_DATA("clean-pixel-data", -1, "113101", "Clean Pixel Data Option"),
    /** By a plug-in; its code is written into objects that the plug-in has cleaned. */
    CLEAN_RECOGNIZABLE_VISUAL_FEATURES(
            "clean-recognizable-visual-features", -1, "113102", "Clean Recognizable Visual Features Option");

    private final String id;
    private final int column;
    private final String code;
    private final String meaning;

    Option(String id, int column, String code, String meaning) {
        this.id = id;
        this.column = column;
        this.code = code;
        this.meaning = meaning;
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

    /** The option's cell of a row of Table E.1-1; empty for the options on pixels, which have none. */
    String cell(String[] row) {
        return column < 0 ? "" : row[column];
    }

    String code() {
        return code;
    }

    String meaning() {
        return meaning;
    }

    /** Whether it concerns pixels: such an option is done to some objects and not to others. */
    boolean isOfPixels() {
        return column < 0;
    }
}
