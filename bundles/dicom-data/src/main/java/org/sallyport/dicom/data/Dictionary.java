package org.sallyport.dicom.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.internal.Table;

/** The data dictionary (PS3.6). Repeating groups (curves 50xx, overlays 60xx, …) are looked up by their pattern. */
public final class Dictionary {

    /**
     * @param vr value representations as the standard prints them, {@code US or SS}
     * @param multiplicity value multiplicity as the standard prints it, {@code 1-n}
     */
    public record Entry(String keyword, String vr, String multiplicity, boolean retired, String name) {

        /** The value representation, if there is just one. */
        public @Nullable VR singleVr() {
            return vr.length() == 2 ? VR.valueOf(vr) : null;
        }
    }

    private record Pattern(int mask, int value, Entry entry, VR vr) {}

    private static final int[] TAGS;
    private static final Entry[] ENTRIES;
    /** Asked for every attribute of every image: by number, not by name. */
    private static final VR[] VRS;

    private static final List<Pattern> PATTERNS = new ArrayList<>();
    private static final Map<String, Integer> BY_KEYWORD = new HashMap<>();

    static {
        Map<Integer, Entry> exact = new HashMap<>();
        Table.read("elements.tsv", 6, row -> {
            Entry entry = new Entry(row[1], row[2], row[3], row[4].equals("Y"), row[5]);
            String tag = row[0].toLowerCase(Locale.ROOT);
            if (tag.indexOf('x') >= 0) {
                int mask = (int) Long.parseLong(tag.replaceAll("[0-9a-f]", "f").replace('x', '0'), 16);
                PATTERNS.add(new Pattern(mask, (int) Long.parseLong(tag.replace('x', '0'), 16), entry, vr(entry)));
            } else {
                exact.put((int) Long.parseLong(tag, 16), entry);
            }
            if (!entry.keyword.isEmpty()) {
                BY_KEYWORD.putIfAbsent(entry.keyword, (int) Long.parseLong(tag.replace('x', '0'), 16));
            }
        });
        // Flipping the sign bit orders tags as unsigned numbers, so that a binary search of ints works.
        TAGS = exact.keySet().stream()
                .mapToInt(tag -> tag ^ Integer.MIN_VALUE)
                .sorted()
                .toArray();
        ENTRIES = Arrays.stream(TAGS)
                .mapToObj(flipped -> exact.get(flipped ^ Integer.MIN_VALUE))
                .toArray(Entry[]::new);
        VRS = Arrays.stream(ENTRIES).map(Dictionary::vr).toArray(VR[]::new);
    }

    private static VR vr(Entry entry) {
        if (entry.vr.length() < 2 || entry.vr.startsWith("See")) {
            return VR.UN;
        }
        VR single = entry.singleVr();
        if (single != null) {
            return single;
        }
        return entry.vr.contains("OW") ? VR.OW : VR.US;
    }

    private Dictionary() {}

    /** What the standard says of a tag; null for private tags and those it does not know. */
    public static @Nullable Entry entry(int tag) {
        int at = Arrays.binarySearch(TAGS, tag ^ Integer.MIN_VALUE);
        if (at >= 0) {
            return ENTRIES[at];
        }
        if (Tag.isPrivate(tag)) {
            return null;
        }
        Pattern pattern = pattern(tag);
        return pattern == null ? null : pattern.entry;
    }

    private static @Nullable Pattern pattern(int tag) {
        for (Pattern pattern : PATTERNS) {
            if ((tag & pattern.mask) == pattern.value) {
                return pattern;
            }
        }
        return null;
    }

    public static boolean contains(int tag) {
        return entry(tag) != null;
    }

    /**
     * The value representation of a tag where the data set does not say it: LO for private creators, UL for group lengths, the dictionary's; UN for what
     * it does not know. Where it names several, OW before US before the others; the reader decides between US and SS.
     */
    public static VR vrOf(int tag) {
        if (Tag.isGroupLength(tag)) {
            return VR.UL;
        }
        if (Tag.isPrivate(tag)) {
            return Tag.isPrivateCreator(tag) ? VR.LO : VR.UN;
        }
        int at = Arrays.binarySearch(TAGS, tag ^ Integer.MIN_VALUE);
        if (at >= 0) {
            return VRS[at];
        }
        Pattern pattern = pattern(tag);
        return pattern == null ? VR.UN : pattern.vr;
    }

    /** Whether the dictionary leaves the choice between US and SS to Pixel Representation (PS3.5 A.1). */
    public static boolean isUsOrSs(int tag) {
        Entry entry = entry(tag);
        return entry != null && entry.vr.equals("US or SS");
    }

    /** The keyword, or the tag as the standard prints it. */
    public static String keywordOf(int tag) {
        Entry entry = entry(tag);
        return entry == null || entry.keyword.isEmpty() ? Tag.format(tag) : entry.keyword;
    }

    /** The tag of a keyword; of a repeating group the first. */
    public static OptionalInt tagOf(String keyword) {
        Integer tag = BY_KEYWORD.get(keyword);
        return tag == null ? OptionalInt.empty() : OptionalInt.of(tag);
    }
}
