package org.sallyport.gateway.deid.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The SOP classes that have a written rule. */
final class SopClasses {

    /** What is known of text in an object's pixels. */
    enum Pixels {
        /** It has none. */
        NONE,
        /** Seldom any: taken as free of text unless the object says otherwise. */
        SELDOM,
        /** Taken as free of text if the object says so: Burned In Annotation (0028,0301) is NO. */
        DECLARED,
        /** Often some: held unless a rule of the profile covers it. */
        DOUBTFUL
    }

    /**
     * @param families of modules, as {@code attribute-types.tsv} names them
     * @param held why objects of this class are held, or null: they are treated
     */
    record SopClass(
            String uid,
            String name,
            Set<String> families,
            Pixels pixels,
            @Nullable String held) {}

    private static final String HOLD = "hold: ";

    private static final Map<String, SopClass> BY_UID = Table.read("sop-classes.tsv", 5).stream()
            .map(SopClasses::of)
            .collect(Collectors.toUnmodifiableMap(SopClass::uid, each -> each));

    private SopClasses() {}

    private static SopClass of(String[] row) {
        return new SopClass(
                row[0],
                row[1],
                Set.of(row[2].split(" ", -1)),
                Pixels.valueOf(row[3].toUpperCase(Locale.ROOT)),
                row[4].startsWith(HOLD) ? row[4].substring(HOLD.length()) : null);
    }

    /** Null if no rule was written for it. */
    static @Nullable SopClass of(String uid) {
        return BY_UID.get(uid);
    }

    /** All, by UID. */
    static List<SopClass> all() {
        return BY_UID.values().stream()
                .sorted(Comparator.comparing(SopClass::uid))
                .toList();
    }

    static Set<String> familiesOf(@Nullable String uid) {
        SopClass known = uid == null ? null : BY_UID.get(uid);
        return known == null ? Set.of() : known.families();
    }

    /** Names of families that a table may use. */
    static List<String> families() {
        return BY_UID.values().stream()
                .flatMap(each -> each.families().stream())
                .distinct()
                .sorted()
                .toList();
    }
}
