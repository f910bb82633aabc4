package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;

/**
 * What becomes of attributes under a profile, found by treating them, in the letters of PS3.15 Table E.1-1a. Owned by one thread.
 */
final class TriedAction {

    /** From what leaves least of a value to what leaves most: a combined action is written in this order. */
    private static final String ORDER = "XZDUCK";

    private static final Comparator<String> LEAST_FIRST = Comparator.comparingInt(letter -> ORDER.indexOf(letter));

    /** Of a class that is not known, and then of every class that has a rule. */
    private final List<Rules> rules = new ArrayList<>();

    private final TrialStudy study = new TrialStudy();

    TriedAction(Profile profile) {
        Set<Set<String>> families = new LinkedHashSet<>();
        families.add(Set.of());
        SopClasses.all().forEach(each -> families.add(each.families()));
        families.forEach(each -> rules.add(new Rules(profile, each, List.of())));
    }

    /** At top level of an object whose class is not known. */
    String of(int tag) {
        return letter(treated(rules.get(0), tag, false));
    }

    /** All that may become of it, at top level by the object's class and in sequences: {@code X/D}. */
    String all(int tag) {
        Set<String> letters = new TreeSet<>(LEAST_FIRST);
        rules.forEach(each -> letters.add(letter(treated(each, tag, false))));
        letters.add(letter(treated(rules.get(0), tag, true)));
        return String.join("/", letters);
    }

    private Action treated(Rules by, int tag, boolean inItem) {
        Element element = sample(tag);
        DataSet dataSet = new DataSet();
        if (Tag.group(tag) == Tag.group(Tag.OverlayData)) {
            addRegion(dataSet);
        }
        dataSet.put(element);
        DataSet top = dataSet;
        if (inItem) {
            top = new DataSet();
            top.setItems(Tag.SharedFunctionalGroupsSequence, dataSet);
        }
        List<Action> actions = new ArrayList<>(1);
        new Treatment(by, study, (place, each, enclosing, decision, result) -> {
                    if (each == element) {
                        actions.add(decision.action());
                    }
                })
                .treatHead(top);
        assertEquals(1, actions.size(), () -> Tag.format(tag) + " was decided about once");
        return actions.get(0);
    }

    /** An overlay without writing: others go whatever the rule says. */
    private static void addRegion(DataSet dataSet) {
        dataSet.setInt(Tag.OverlayRows, 1);
        dataSet.setInt(Tag.OverlayColumns, 1);
        dataSet.setString(Tag.OverlayType, "R");
        dataSet.setInt(Tag.OverlayBitsAllocated, 1);
        dataSet.setInt(Tag.OverlayBitPosition, 0);
        dataSet.put(sample(Tag.OverlayData));
    }

    private static Element sample(int tag) {
        VR vr = Dictionary.vrOf(tag);
        if (vr == VR.SQ) {
            return Element.sequence(tag, List.of(new DataSet()));
        }
        return Element.of(tag, vr, vr.isText() ? "1.2.3.4 ".getBytes(StandardCharsets.US_ASCII) : new byte[8]);
    }

    private static String letter(Action action) {
        return switch (action) {
            case REMOVE -> "X";
            case EMPTY -> "Z";
            case DUMMY, REPLACE -> "D";
            case MAP_UID -> "U";
            case SHIFT, CLEAN -> "C";
            case KEEP -> "K";
        };
    }

    /** Whether Table E.1-1 allows all of these letters where it has this cell; Z may be a dummy (PS3.15 E.1.1). */
    static boolean isAllowed(String cell, String letters) {
        String allowed = cell.contains("Z") ? cell + "D" : cell;
        return letters.chars().filter(letter -> letter != '/').allMatch(letter -> allowed.indexOf(letter) >= 0);
    }

    /** Letters with how often each occurs: {@code K 12, D 3}. */
    static String counted(List<String> letters) {
        return letters.stream()
                .distinct()
                .sorted(LEAST_FIRST.reversed())
                .map(letter ->
                        letter + " " + letters.stream().filter(letter::equals).count())
                .collect(Collectors.joining(", "));
    }
}
