package org.sallyport.gateway.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;

/** Holds de-identified objects against what was expected of them. Of an object that is missing nothing is fulfilled. Owned by one thread. */
public final class DeidScore {

    private static final Limits GENEROUS = new Limits(64, 1_000_000, 64 << 20, 256L << 20);
    private static final int MOST_FAILURES = 50;
    private static final int MOST_DAYS = 3_650;

    private final Map<ActionType, int[]> counts = new EnumMap<>(ActionType.class);
    private final List<String> failures = new ArrayList<>();
    private final Map<String, String> uids = new HashMap<>();
    private final Map<String, String> originalUids = new HashMap<>();
    private final Map<String, String> pseudonyms = new HashMap<>();
    private final Map<String, String> patients = new HashMap<>();
    private final Map<String, Long> shifts = new HashMap<>();

    /** @param part10 what became of the object, or null: it is missing */
    public void add(PlantedObject object, byte @Nullable [] part10) throws IOException {
        DataSet found = part10 == null
                ? null
                : Part10Reader.open(new ByteArrayInputStream(part10), GENEROUS, BulkStore.REFUSE)
                        .dataSet()
                        .readAll();
        String text = part10 == null || found == null ? "" : text(part10, found);
        for (Expectation expectation : object.expectations()) {
            boolean fulfilled = found != null && fulfils(expectation, object, found, text);
            counts.computeIfAbsent(expectation.type(), type -> new int[2])[fulfilled ? 0 : 1]++;
            if (!fulfilled && failures.size() < MOST_FAILURES) {
                failures.add(expectation.type() + " of class " + object.sopClassUid() + ": "
                        + expectation.path().stream().map(Dictionary::keywordOf).toList() + " " + expectation.value()
                        + (found == null ? ", missing" : ""));
            }
        }
    }

    /** How many expectations were fulfilled. */
    public int fulfilled(ActionType type) {
        return counts.getOrDefault(type, new int[2])[0];
    }

    /** How many were not. */
    public int failed(ActionType type) {
        return counts.getOrDefault(type, new int[2])[1];
    }

    /** Of all expectations the part that was fulfilled, 0–1; 0 if there were none. */
    public double share() {
        long good = 0;
        long all = 0;
        for (int[] count : counts.values()) {
            good += count[0];
            all += (long) count[0] + count[1];
        }
        return all == 0 ? 0 : (double) good / all;
    }

    /** The first that failed, for people. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** All bytes as they are, and all text decoded, in small letters. */
    private static String text(byte[] part10, DataSet found) {
        StringBuilder text = new StringBuilder(new String(part10, StandardCharsets.ISO_8859_1));
        decode(found, text);
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private static void decode(DataSet dataSet, StringBuilder text) {
        for (Element element : dataSet.elements()) {
            element.items().forEach(item -> decode(item, text));
            if (element.vr().isText()) {
                text.append('\n').append(String.join("\\", dataSet.strings(element.tag())));
            }
        }
    }

    private boolean fulfils(Expectation expected, PlantedObject object, DataSet found, String text) {
        String value = expected.value();
        return switch (expected.type()) {
            case TEXT_REMOVED -> !text.contains(value.toLowerCase(Locale.ROOT));
            case PIXELS_HIDDEN -> areBlank(found, object.hidden());
            case PIXELS_RETAINED -> areRetained(found, object);
            default -> {
                DataSet enclosing = enclosing(found, expected.path());
                int tag = expected.path().get(expected.path().size() - 1);
                yield enclosing != null && fulfils(expected, object, enclosing, tag);
            }
        };
    }

    private static @Nullable DataSet enclosing(DataSet found, List<Integer> path) {
        DataSet at = found;
        for (int i = 0; i < path.size() - 1; i++) {
            List<DataSet> items = at.items(path.get(i));
            if (items.isEmpty()) {
                return null;
            }
            at = items.get(0);
        }
        return at;
    }

    private boolean fulfils(Expectation expected, PlantedObject object, DataSet enclosing, int tag) {
        String now = String.join("\\", enclosing.strings(tag));
        String value = expected.value();
        return switch (expected.type()) {
            case TAG_RETAINED -> enclosing.contains(tag);
            case TEXT_NOT_NULL -> !now.isBlank();
            case TEXT_RETAINED -> now.contains(value);
            case DATE_SHIFTED -> isShifted(object.patient().id(), value, now);
            case UID_CHANGED -> !now.isEmpty() && !now.equals(value);
            case UID_CONSISTENT -> isOneToOne(value, now, uids, originalUids);
            case PATIENT_ID_CONSISTENT -> isOneToOne(value, now, pseudonyms, patients);
            default -> false;
        };
    }

    private static boolean isOneToOne(
            String before, String after, Map<String, String> there, Map<String, String> back) {
        there.putIfAbsent(before, after);
        back.putIfAbsent(after, before);
        return !after.isEmpty() && after.equals(there.get(before)) && before.equals(back.get(after));
    }

    private boolean isShifted(String patient, String before, String after) {
        if (!after.matches("[0-9]{8}.*")) {
            return false;
        }
        long days = ChronoUnit.DAYS.between(date(after), date(before));
        Long of = shifts.putIfAbsent(patient, days);
        return (of == null || of == days) && days >= 1 && days <= MOST_DAYS;
    }

    private static LocalDate date(String text) {
        return LocalDate.parse(text.substring(0, 8), DateTimeFormatter.BASIC_ISO_DATE);
    }

    private static byte[] pixels(DataSet found) {
        Element pixels = found.get(Tag.PixelData);
        return pixels == null ? new byte[0] : pixels.bytes();
    }

    private static boolean areBlank(DataSet found, int hidden) {
        byte[] now = pixels(found);
        return now.length >= hidden && Arrays.equals(now, 0, hidden, new byte[hidden], 0, hidden);
    }

    private static boolean areRetained(DataSet found, PlantedObject object) {
        byte[] now = pixels(found);
        byte[] before = object.samples();
        return now.length >= before.length
                && Arrays.equals(now, object.hidden(), before.length, before, object.hidden(), before.length);
    }
}
