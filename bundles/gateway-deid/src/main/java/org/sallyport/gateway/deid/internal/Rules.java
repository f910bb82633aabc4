package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * The one rule that decides each attribute of one kind of objects: the last of the profile's own rules that covers it; Table E.1-1; else the
 * dictionary (kept but for names, dates and free text); what neither knows, and private attributes that are not on the safe list, go. Thread-safe:
 * decisions are worked out once for each attribute and representation, and remembered.
 */
final class Rules {

    /** By creator: group and element within the block, with the representation that the table gives; UN if it gives none. */
    private static final Map<String, Map<Integer, VR>> SAFE_PRIVATE = safePrivate();

    private static final List<String[]> TABLE = table();

    private static final List<Action> STRICTEST_FIRST =
            List.of(Action.REMOVE, Action.EMPTY, Action.DUMMY, Action.CLEAN, Action.SHIFT, Action.MAP_UID, Action.KEEP);

    /** Attributes that describe something in words (PS3.15 E.3.6 speaks of such that the table does not list). */
    private static final Pattern DESCRIPTOR = Pattern.compile(
            ".*(Description|Comments?|Label|LabelVector|Notes?|Explanation|Narrative|Definition|Text|Title)");

    private static final Decision UNKNOWN = Decision.of(Action.REMOVE, "not in the dictionary");
    private static final Decision UNSAFE = Decision.of(Action.REMOVE, "private, not on the safe list");
    private static final Decision UNREADABLE =
            Decision.of(Action.REMOVE, "bytes that cannot be read as what they should be");

    private static final int MOST_REMEMBERED = 6_000;

    /** What is known of an attribute beforehand: rules to be asked, the last first, then a decision for top level and one for items. */
    private record Answer(List<ProfileRule> ask, List<Decision> theirs, Decision top, Decision inItems) {}

    private final Profile profile;
    private final Set<String> families;
    private final List<ProfileRule> own;
    private final Marks marks;
    private final Marks marksWithKeptUids;
    private final Map<Integer, Decision> atTop = new HashMap<>();
    private final Map<Integer, Decision> inItems = new HashMap<>();
    private Decision overlayData = UNKNOWN;
    private Decision curves = UNKNOWN;
    private final Map<VR, Map<Integer, Answer>> remembered = new EnumMap<>(VR.class);

    /** For objects of a class that is not known: the rules for certain objects do not count, combined actions keep any object valid. */
    Rules(Profile profile) {
        this(profile, Set.of(), profile.rulesFor(ObjectKind.UNKNOWN));
    }

    /**
     * @param families of modules that the SOP class has
     * @param own the profile's rules that count for these objects, in their order
     */
    Rules(Profile profile, Set<String> families, List<ProfileRule> own) {
        this.profile = profile;
        this.families = Set.copyOf(families);
        this.own = List.copyOf(own);
        this.marks = new Marks(profile, false);
        this.marksWithKeptUids = new Marks(profile, true);
        for (VR vr : VR.values()) {
            remembered.put(vr, new ConcurrentHashMap<>());
        }
        for (String[] row : TABLE) {
            switch (row[0].toUpperCase(Locale.ROOT)) {
                case "50XXXXXX" -> curves = resolve(row, AttributeType.UNKNOWN);
                case "60XX3000" -> overlayData = resolve(row, AttributeType.UNKNOWN);
                case "60XX4000" -> atTop.put(Tag.OverlayComments, resolve(row, AttributeType.UNKNOWN));
                default -> {
                    int tag = (int) Long.parseLong(row[0], 16);
                    atTop.put(tag, resolve(row, AttributeTypes.of(tag, this.families)));
                    inItems.put(tag, resolve(row, AttributeType.UNKNOWN));
                }
            }
        }
        words(Tag.TextValue, Option.CLEAN_STRUCTURED_CONTENT);
        words(Tag.UnformattedTextValue, Option.CLEAN_GRAPHICS);
    }

    /** What content items and annotations say in words: they are no valid ones without (PS3.3 C.17.3, C.10.5). */
    private void words(int tag, Option option) {
        String by = "dictionary, words of " + option.id();
        Decision decision = profile.has(option) || profile.has(Option.CLEAN_DESCRIPTORS)
                ? Decision.clean(Action.DUMMY, by)
                : Decision.of(Action.DUMMY, by);
        atTop.put(tag, decision);
        inItems.put(tag, decision);
    }

    /** Whether overlays are looked at one by one. */
    boolean cleansOverlays() {
        return overlayData.action() == Action.CLEAN;
    }

    /** Whether text is cleaned. */
    boolean cleansText() {
        return profile.has(Option.CLEAN_DESCRIPTORS) || profile.has(Option.CLEAN_STRUCTURED_CONTENT);
    }

    private static List<String[]> table() {
        List<String[]> rows = new ArrayList<>(Table.read("confidentiality.tsv", 14));
        rows.addAll(Table.read("confidentiality-more.tsv", 14));
        return List.copyOf(rows);
    }

    private static Map<String, Map<Integer, VR>> safePrivate() {
        Map<String, Map<Integer, VR>> safe = new HashMap<>();
        for (String[] row : Table.read("safe-private.tsv", 6)) {
            int key = Integer.parseInt(row[0], 16) << 8 | Integer.parseInt(row[1], 16);
            VR vr = row[3].isEmpty() ? VR.UN : VR.valueOf(row[3]);
            safe.computeIfAbsent(row[2], creator -> new HashMap<>()).put(key, vr);
        }
        return Map.copyOf(safe);
    }

    Profile profile() {
        return profile;
    }

    /** Cleans text by the profile's words. */
    TextCleaner cleaner() {
        return profile.cleaner();
    }

    /** What an object of the study that was treated by these rules says of it. */
    Marks marks(StudyContext study) {
        return study.keepsUids() ? marksWithKeptUids : marks;
    }

    /** The decision of a row: an option's column goes before the profile's; K before C where options meet. */
    private Decision resolve(String[] row, AttributeType type) {
        String source = row[2].equals("own") ? "own table" : "Table E.1-1";
        Action base = basic(row[3], type);
        Decision cleaned = null;
        for (Option option : Option.values()) {
            String cell = profile.has(option) ? option.cell(row) : "";
            if (cell.equals("K")) {
                return Decision.of(Action.KEEP, source + ", " + option.id());
            }
            if (cell.equals("C")) {
                String by = source + ", " + option.id();
                cleaned = option == Option.RETAIN_MODIFIED_DATES
                        ? Decision.of(Action.SHIFT, by)
                        : Decision.clean(base, by);
            }
        }
        return cleaned != null ? cleaned : Decision.of(base, source + ", " + row[3]);
    }

    /**
     * Of a combined action the one that the attribute's type asks for (PS3.15 E.1.1); where that is not known the one that keeps the object valid
     * whatever the type is: D over Z over X. References (U) are always kept, with mapped UIDs.
     */
    static Action basic(String cell, AttributeType type) {
        if (cell.contains("U")) {
            return Action.MAP_UID;
        }
        if (cell.equals("K")) {
            return Action.KEEP;
        }
        boolean dummy = cell.contains("D");
        boolean empty = cell.contains("Z");
        boolean remove = cell.contains("X");
        return switch (type) {
            case NOTHING -> remove ? Action.REMOVE : empty ? Action.EMPTY : Action.DUMMY;
            case PRESENCE -> empty || !dummy ? Action.EMPTY : Action.DUMMY;
            case VALUE -> Action.DUMMY;
            case UNKNOWN -> dummy ? Action.DUMMY : empty ? Action.EMPTY : Action.REMOVE;
        };
    }

    /**
     * What becomes of an attribute.
     *
     * @param creator the private creator of a private attribute's block, or null
     * @throws Doubt if a rule cannot be asked to the end
     */
    Decision decide(Element element, @Nullable String creator, DataSet enclosing, ElementPath place) {
        int tag = element.tag();
        Answer answer = Tag.isPrivate(tag) ? answer(tag, element.vr(), creator) : remembered(tag, element.vr());
        for (int i = 0; i < answer.ask.size(); i++) {
            if (answer.ask.get(i).covers(element, enclosing, place)) {
                return answer.theirs.get(i);
            }
        }
        return place.depth() == 0 ? answer.top : answer.inItems;
    }

    private Answer remembered(int tag, VR vr) {
        Map<Integer, Answer> ofVr = Objects.requireNonNull(remembered.get(vr));
        Answer known = ofVr.get(tag);
        if (known != null) {
            return known;
        }
        Answer answer = answer(tag, vr, null);
        // Tags come from outside: what is remembered of them is bounded.
        if (ofVr.size() < MOST_REMEMBERED) {
            ofVr.put(tag, answer);
        }
        return answer;
    }

    private Answer answer(int tag, VR vr, @Nullable String creator) {
        List<ProfileRule> ask = new ArrayList<>();
        List<Decision> theirs = new ArrayList<>();
        // What others encrypted goes, whatever a profile says: it is in the record of originals then, and what we
        // encrypt is told from it.
        int rules = tag == Tag.EncryptedAttributesSequence ? 0 : own.size();
        for (int i = rules - 1; i >= 0; i--) {
            ProfileRule rule = own.get(i);
            if (rule.mayCover(tag, vr, creator)) {
                Decision decision = readable(tag, vr, rule.decision());
                if (rule.isStatic()) {
                    return new Answer(List.copyOf(ask), List.copyOf(theirs), decision, decision);
                }
                ask.add(rule);
                theirs.add(decision);
            }
        }
        Decision top = readable(tag, vr, otherwise(tag, vr, creator, atTop));
        Decision inside = readable(tag, vr, otherwise(tag, vr, creator, inItems));
        return new Answer(List.copyOf(ask), List.copyOf(theirs), top, inside);
    }

    /** Bytes that nobody could read as what they should be may hold anything. */
    private static Decision readable(int tag, VR vr, Decision decision) {
        if (Tag.isPrivate(tag)) {
            return decision;
        }
        boolean unreadable = vr == VR.UN || vr != VR.SQ && Dictionary.vrOf(tag) == VR.SQ;
        return unreadable && (decision.action() == Action.KEEP || decision.action() == Action.MAP_UID)
                ? UNREADABLE
                : decision;
    }

    private Decision otherwise(int tag, VR vr, @Nullable String creator, Map<Integer, Decision> listed) {
        if (Tag.isPrivate(tag)) {
            return decidePrivate(tag, vr, creator);
        }
        Decision decision = listed.get(tag);
        if (decision == null) {
            decision = repeating(tag, vr);
        }
        return decision != null ? decision : byDictionary(tag, vr);
    }

    /** Profiles name curves and overlays by the keyword of their first group. */
    static int firstOfRepeating(int tag) {
        int group = Tag.group(tag) & 0xFF00;
        return (group == 0x5000 || group == 0x6000) && !Tag.isPrivate(tag) ? tag & 0xFF00FFFF : tag;
    }

    private Decision decidePrivate(int tag, VR vr, @Nullable String creator) {
        if (creator == null || !profile.has(Option.RETAIN_SAFE_PRIVATE)) {
            return UNSAFE;
        }
        VR safe = SAFE_PRIVATE.getOrDefault(creator, Map.of()).get(Tag.group(tag) << 8 | Tag.element(tag) & 0xFF);
        if (safe == null || safe == VR.SQ != (vr == VR.SQ)) {
            return UNSAFE;
        }
        return Decision.of(
                safe == VR.UI && !profile.has(Option.RETAIN_UIDS) ? Action.MAP_UID : Action.KEEP,
                "Table E.3.10-1, " + Option.RETAIN_SAFE_PRIVATE.id());
    }

    /** Curves and overlays go as a whole: what is left of one without its data is no valid module. */
    private @Nullable Decision repeating(int tag, VR vr) {
        int group = Tag.group(tag) & 0xFF00;
        if (group == 0x5000) {
            return curves.action() == Action.CLEAN ? curve(tag, vr) : curves;
        }
        if (group != 0x6000) {
            return null;
        }
        if (overlayData.action() != Action.CLEAN) {
            return overlayData;
        }
        Decision comments = atTop.get(tag & 0xFF00FFFF);
        return comments != null ? comments : byDictionary(tag, vr) == UNKNOWN ? UNKNOWN : overlay(tag, vr);
    }

    private Decision overlay(int tag, VR vr) {
        return vr.isText() && vr != VR.CS
                ? Decision.clean(Action.REMOVE, overlayData.by())
                : Decision.of((tag & 0xFF00FFFF) == Tag.OverlayData ? Action.CLEAN : Action.KEEP, overlayData.by());
    }

    /** Curves are numbers, with words about them; what stands in 50xx,2000 to 200E is sound. */
    private Decision curve(int tag, VR vr) {
        int element = Tag.element(tag);
        if (!Dictionary.contains(tag) || element >= 0x2000 && element < 0x3000 || vr == VR.UN || vr == VR.SQ) {
            return Decision.of(Action.REMOVE, curves.by());
        }
        return vr.isText() && vr != VR.CS || element == 0x3000
                ? Decision.clean(Action.REMOVE, curves.by())
                : Decision.of(Action.KEEP, curves.by());
    }

    private Decision byDictionary(int tag, VR vr) {
        // File meta, directory and command elements have no place in a stored data set.
        if (!Dictionary.contains(tag) || Tag.group(tag) < 0x0008) {
            return UNKNOWN;
        }
        // An explicit VR that is not the dictionary's opens no way around the rule.
        Decision received = byRepresentation(tag, vr);
        Decision known = byRepresentation(tag, Dictionary.vrOf(tag));
        return STRICTEST_FIRST.indexOf(received.action()) <= STRICTEST_FIRST.indexOf(known.action()) ? received : known;
    }

    private Decision byRepresentation(int tag, VR vr) {
        String by = "dictionary, " + vr;
        return switch (vr) {
            case PN -> Decision.of(Action.EMPTY, by);
            case DA, DT ->
                Decision.of(
                        profile.shiftsDates()
                                ? Action.SHIFT
                                : profile.has(Option.RETAIN_FULL_DATES) ? Action.KEEP : Action.REMOVE,
                        by);
            case LT, ST, UT ->
                profile.has(Option.CLEAN_DESCRIPTORS)
                        ? Decision.clean(Action.REMOVE, by + ", " + Option.CLEAN_DESCRIPTORS.id())
                        : Decision.of(Action.REMOVE, by);
            case UN -> Decision.of(Action.REMOVE, by);
            case UI -> Decision.of(isClass(tag) || profile.has(Option.RETAIN_UIDS) ? Action.KEEP : Action.MAP_UID, by);
            case LO, SH, UC -> isDescriptor(tag) ? descriptor(by) : Decision.of(Action.KEEP, by);
            default -> Decision.of(Action.KEEP, by);
        };
    }

    private Decision descriptor(String by) {
        return profile.has(Option.CLEAN_DESCRIPTORS)
                ? Decision.clean(Action.DUMMY, by + ", a description, " + Option.CLEAN_DESCRIPTORS.id())
                : Decision.of(Action.DUMMY, by + ", a description");
    }

    private static boolean isDescriptor(int tag) {
        return DESCRIPTOR.matcher(Dictionary.keywordOf(tag)).matches();
    }

    /** UIDs that name a class, a syntax, a scheme or a mapping, not an instance, series, study or frame of reference. */
    private static boolean isClass(int tag) {
        String keyword = Dictionary.keywordOf(tag);
        return keyword.contains("ClassUID")
                || keyword.contains("ClassesUID")
                || keyword.contains("TransferSyntaxUID")
                || keyword.contains("CodingSchemeUID")
                || keyword.contains("MappingResource")
                || keyword.contains("ContextUID")
                || keyword.contains("SOPClassesInStudy")
                || keyword.contains("SOPClassesSupported")
                || keyword.contains("LibraryUID");
    }
}
