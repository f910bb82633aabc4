package org.sallyport.dicom.data;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.internal.Table;

/** The registry of well-known UIDs (PS3.6 Annex A). */
public final class UidRegistry {

    private record Entry(String type, String keyword, String name) {}

    private static final Map<String, Entry> ENTRIES = load();

    private UidRegistry() {}

    private static Map<String, Entry> load() {
        Map<String, Entry> entries = new TreeMap<>();
        Table.read("uids.tsv", 5, row -> entries.put(row[0], new Entry(row[1], row[3], row[4])));
        return Map.copyOf(entries);
    }

    /** Whether the standard assigns this UID: a class, transfer syntax, coding scheme, well-known instance or frame of reference. */
    public static boolean isWellKnown(String uid) {
        return ENTRIES.containsKey(uid);
    }

    /** {@code SOP Class}, {@code Transfer Syntax}, …; null if the UID is not in the registry. */
    public static @Nullable String type(String uid) {
        Entry entry = ENTRIES.get(uid);
        return entry == null ? null : entry.type;
    }

    /** The keyword, empty if the UID is not in the registry. */
    public static String keyword(String uid) {
        Entry entry = ENTRIES.get(uid);
        return entry == null ? "" : entry.keyword;
    }

    /** The name, or the UID itself if it is not in the registry. */
    public static String name(String uid) {
        Entry entry = ENTRIES.get(uid);
        return entry == null ? uid : entry.name;
    }

    /** All UIDs of a type, sorted. */
    public static List<String> ofType(String type) {
        return ENTRIES.entrySet().stream()
                .filter(entry -> entry.getValue().type.equals(type))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
