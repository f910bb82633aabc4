package org.sallyport.gateway.deid.internal;

import static org.sallyport.gateway.testkit.docs.GeneratedPart.row;
import static org.sallyport.gateway.testkit.docs.GeneratedPart.table;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.deid.internal.SopClasses.SopClass;

/** The tables of docs/conformance.md and docs/de-identification.md about de-identification, of what the engine does. Owned by one thread. */
final class ConfidentialityTables {

    /** More attributes are counted, not named. */
    private static final int MOST_NAMED = 16;

    /**
     * A row of Table E.1-1, or one of our own table.
     *
     * @param cells as in the file
     * @param tag of a repeating group one of it
     */
    private record Listed(String[] cells, int tag) {

        static Listed of(String[] cells) {
            return new Listed(
                    cells,
                    cells[0].startsWith("50XX") ? Tag.CurveData : (int) Long.parseLong(cells[0].replace('X', '0'), 16));
        }

        String name() {
            return cells[1];
        }

        String printedTag() {
            return "(" + cells[0].substring(0, 4).replace('X', 'x') + ","
                    + cells[0].substring(4).replace('X', 'x') + ")";
        }

        boolean isOfTheStandard() {
            return !cells[2].equals("own");
        }

        String basic() {
            return cells[3];
        }
    }

    private final List<Listed> listed = Stream.of("confidentiality.tsv", "confidentiality-more.tsv")
            .flatMap(file -> Table.read(file, 14).stream())
            .map(Listed::of)
            .toList();
    private final TriedAction basic = new TriedAction(Profile.BASIC);
    private final Map<Option, TriedAction> withOne = new EnumMap<>(Option.class);
    private final List<Profile> shipped;

    /** @param shipped by name */
    ConfidentialityTables(List<Profile> shipped) {
        this.shipped = List.copyOf(shipped);
        for (Option option : Option.values()) {
            withOne.put(option, new TriedAction(Profile.of(option.id(), Set.of(option))));
        }
    }

    /** The letter under Basic with one option. */
    private String with(Option option, int tag) {
        return Objects.requireNonNull(withOne.get(option)).of(tag);
    }

    /** PS3.2 Table N.8-7. */
    List<String> profiles() {
        List<String> lines = table(
                "Profile", "Option", "AE", "De-identifier", "Re-identifier", "Configurable", "Code", "Shipped in");
        lines.add(profile("Basic Profile", "Y", "113100", each -> true));
        for (Option option : Option.values()) {
            lines.add(profile(
                    option.meaning().replaceFirst(" Option$", ""),
                    option == Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES ? "with a plug-in" : "Y",
                    option.code(),
                    each -> each.has(option)));
        }
        return lines;
    }

    private String profile(String option, String deidentifier, String code, Predicate<Profile> isIn) {
        return row("Basic Application Level Confidentiality", option, "ALL", deidentifier, "N", "Y", code, names(isIn));
    }

    private String names(Predicate<Profile> isIn) {
        return shipped.stream()
                .filter(isIn)
                .map(profile -> "`" + profile.name() + "`")
                .collect(Collectors.joining(", "));
    }

    /** What each option changes, of the attributes of Table E.1-1 and of our own table. */
    List<String> options() {
        List<String> lines = table("option", "PS3.15, code", "keeps", "cleans or moves", "shipped in");
        for (Option option : Option.values()) {
            lines.add(row(
                    "`" + option.id() + "`",
                    option.meaning().replaceFirst(" Option$", "") + ", " + option.code(),
                    option.isOfPixels() ? "" : changed(option, "K"),
                    option.isOfPixels() ? "pixels" : changed(option, "C"),
                    names(profile -> profile.has(option))));
        }
        return lines;
    }

    private String changed(Option option, String letter) {
        List<String> names = listed.stream()
                .filter(each -> with(option, each.tag()).equals(letter)
                        && !basic.of(each.tag()).equals(letter))
                .map(Listed::name)
                .toList();
        if (option == Option.RETAIN_SAFE_PRIVATE && letter.equals("K")) {
            return Table.read("safe-private.tsv", 6).size() + " private attributes";
        }
        return names.size() > MOST_NAMED ? names.size() + " attributes" : String.join(", ", names);
    }

    /** The profiles that are shipped. */
    List<String> shippedProfiles() {
        List<String> lines = table("profile", "options", "rules of its own");
        for (Profile profile : shipped) {
            String options = Arrays.stream(Option.values())
                    .filter(profile::has)
                    .map(option -> "`" + option.id() + "`")
                    .collect(Collectors.joining(", "));
            String rules = Stream.of(
                            profile.rules().stream().map(ProfileRule::name),
                            profile.classRules().stream().map(ClassRule::name),
                            profile.pixelRules().stream().map(PixelRule::name))
                    .flatMap(each -> each)
                    .collect(Collectors.joining(", "));
            lines.add(row("`" + profile.name() + "`", options, rules));
        }
        return lines;
    }

    /** PS3.2 Table N.11-6. */
    List<String> attributes() {
        List<String> lines = table("Attribute", "Tag", "PS3.15", "Action", "With options");
        for (Listed each : listed) {
            String ours = basic.of(each.tag());
            Map<String, List<String>> changes = new LinkedHashMap<>();
            for (Option option : Option.values()) {
                String letter = with(option, each.tag());
                if (!letter.equals(ours)) {
                    changes.computeIfAbsent(letter, all -> new ArrayList<>()).add(option.id());
                }
            }
            lines.add(row(
                    each.name(),
                    each.printedTag(),
                    each.isOfTheStandard() ? each.basic() : "not listed",
                    basic.all(each.tag()),
                    changes.entrySet().stream()
                            .map(change -> change.getKey() + " " + String.join(", ", change.getValue()))
                            .collect(Collectors.joining("; "))));
        }
        return lines;
    }

    /** Rows of Table E.1-1 that the engine does not follow to the letter. */
    List<String> exceptions() {
        List<String> rows = new ArrayList<>();
        for (Listed each : listed) {
            if (!each.isOfTheStandard()) {
                continue;
            }
            String actions = basic.all(each.tag());
            if (!TriedAction.isAllowed(each.basic(), actions)) {
                rows.add(row(each.name(), each.printedTag(), "Basic Profile", each.basic(), actions));
            }
            for (Option option : Option.values()) {
                String cell = option.cell(each.cells());
                String letter = with(option, each.tag());
                boolean follows = cell.isEmpty() ? letter.equals(basic.of(each.tag())) : letter.equals(cell);
                if (!follows) {
                    rows.add(row(
                            each.name(),
                            each.printedTag(),
                            "`" + option.id() + "`",
                            cell.isEmpty() ? "as Basic Profile" : cell,
                            letter));
                }
            }
        }
        if (rows.isEmpty()) {
            return List.of("None.");
        }
        List<String> lines = table("Attribute", "Tag", "Profile or option", "PS3.15", "Action");
        lines.addAll(rows);
        return lines;
    }

    /** Attributes of the dictionary that neither table lists, by their value representation. */
    List<String> others() throws IllegalAccessException {
        Map<VR, List<Integer>> byVr = new TreeMap<>();
        Set<Integer> known = new HashSet<>(listed.stream().map(Listed::tag).toList());
        for (Field field : Tag.class.getFields()) {
            int tag = field.getType() == int.class ? field.getInt(null) : 0;
            if (isOfDataSets(tag) && !known.contains(tag)) {
                byVr.computeIfAbsent(Dictionary.vrOf(tag), all -> new ArrayList<>())
                        .add(tag);
            }
        }
        List<String> lines = table("VR", "Basic Profile", "With options");
        byVr.forEach((vr, tags) -> {
            String ours = counted(basic, tags);
            Map<String, List<String>> changes = new LinkedHashMap<>();
            withOne.forEach((option, tried) -> {
                String theirs = counted(tried, tags);
                if (!theirs.equals(ours)) {
                    changes.computeIfAbsent(theirs, all -> new ArrayList<>()).add(option.id());
                }
            });
            lines.add(row(
                    vr.name(),
                    ours,
                    changes.entrySet().stream()
                            .map(change -> String.join(", ", change.getValue()) + ": " + change.getKey())
                            .collect(Collectors.joining("; "))));
        });
        return lines;
    }

    private static String counted(TriedAction tried, List<Integer> tags) {
        return TriedAction.counted(tags.stream().map(tried::of).toList());
    }

    /** Of stored data sets, but for pixels, curves and overlays. */
    private static boolean isOfDataSets(int tag) {
        int group = Tag.group(tag);
        return group >= 0x0008
                && group < 0x7FE0
                && (group & 0xFF00) != 0x5000
                && (group & 0xFF00) != 0x6000
                && Dictionary.contains(tag)
                && !Tag.isGroupLength(tag);
    }

    /** Private attributes of the safe list, by creator. */
    static List<String> safePrivate() {
        Map<String, List<String>> byCreator = new TreeMap<>();
        for (String[] row : Table.read("safe-private.tsv", 6)) {
            byCreator.computeIfAbsent(row[2], all -> new ArrayList<>()).add("(" + row[0] + ",xx" + row[1] + ")");
        }
        List<String> lines = table("Private creator", "Elements");
        byCreator.forEach((creator, elements) -> lines.add(row(creator, String.join(" ", elements))));
        return lines;
    }

    /** SOP classes that have a rule, by what is done. */
    static List<String> classes() {
        Map<String, List<String>> byTreatment = new LinkedHashMap<>();
        for (SopClass each : SopClasses.all()) {
            byTreatment
                    .computeIfAbsent(treatment(each), all -> new ArrayList<>())
                    .add(each.name().replaceFirst(" Storage$", ""));
        }
        List<String> lines = table("What is done", "SOP Classes");
        byTreatment.forEach((treatment, names) -> lines.add(row(treatment, String.join("; ", names))));
        return lines;
    }

    private static String treatment(SopClass each) {
        if (each.held() != null) {
            return "held: " + each.held();
        }
        return switch (each.pixels()) {
            case NONE -> "de-identified; such objects have no pixels with text";
            case SELDOM ->
                "de-identified; held if the object itself tells that its pixels may hold text or show a person";
            case DECLARED ->
                "de-identified if Burned In Annotation (0028,0301) is NO, or a pixel rule covers it; else held";
            case DOUBTFUL -> "de-identified if a pixel rule covers it; else held";
        };
    }
}
