package org.sallyport.gateway.deid.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * The one rule that decides each attribute, whatever its depth: the profile's own rules; Table E.1-1; else the dictionary (kept but for names, dates and
 * free text); what neither knows, and private attributes that are not on the safe list, go. Immutable.
 */
final class Rules {

    /** By creator: group and element within the block, with the representation that the table gives; UN if it gives none. */
    private static final Map<String, Map<Integer, VR>> SAFE_PRIVATE = safePrivate();

    private static final List<Action> STRICTEST_FIRST =
            List.of(Action.REMOVE, Action.EMPTY, Action.DUMMY, Action.SHIFT, Action.MAP_UID, Action.KEEP);

    private final Profile profile;
    private final Marks marks;
    private final Marks marksWithKeptUids;
    private final Map<Integer, Action> table;
    private final Action overlayData;
    private final Action overlayComments;
    private final Action curves;

    Rules(Profile profile) {
        this.profile = profile;
        this.marks = new Marks(profile, false);
        this.marksWithKeptUids = new Marks(profile, true);
        Map<Integer, Action> actions = new HashMap<>();
        Action curve = Action.REMOVE;
        Action data = Action.REMOVE;
        Action comments = Action.REMOVE;
        for (String[] row : Table.read("confidentiality.tsv", 14)) {
            Action action = resolve(row, profile);
            switch (row[0].toUpperCase(Locale.ROOT)) {
                case "50XXXXXX" -> curve = action;
                case "60XX3000" -> data = action;
                case "60XX4000" -> comments = action;
                default -> actions.put((int) Long.parseLong(row[0], 16), action);
            }
        }
        this.table = Map.copyOf(actions);
        this.curves = curve;
        this.overlayData = data;
        this.overlayComments = comments;
    }

    /** What an object of the study that was treated by these rules says of it. */
    Marks marks(StudyContext study) {
        return study.keepsUids() ? marksWithKeptUids : marks;
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

    /** The action of a row: an option's column goes before the profile's; K before C where options meet. */
    private static Action resolve(String[] row, Profile profile) {
        Action chosen = null;
        for (Option option : profile.options()) {
            String cell = row[option.column()];
            if (cell.equals("K")) {
                return Action.KEEP;
            }
            if (cell.equals("C") && option == Option.RETAIN_MODIFIED_DATES) {
                chosen = Action.SHIFT;
            }
        }
        return chosen != null ? chosen : basic(row[3]);
    }

    /** Of a combined action the one that keeps the object valid whatever the attribute's type is: D over Z over X (PS3.15 E.1.1). */
    private static Action basic(String cell) {
        if (cell.contains("U")) {
            return Action.MAP_UID;
        }
        if (cell.contains("D")) {
            return Action.DUMMY;
        }
        if (cell.contains("Z")) {
            return Action.EMPTY;
        }
        if (cell.equals("K")) {
            return Action.KEEP;
        }
        return Action.REMOVE;
    }

    /**
     * What becomes of an attribute.
     *
     * @param vr as received
     * @param creator the private creator of a private attribute's block, or null
     */
    Action decide(int tag, VR vr, @Nullable String creator) {
        if (Tag.isPrivate(tag)) {
            return decidePrivate(tag, vr, creator);
        }
        Action action = profile.rules().get(firstOfRepeating(tag));
        if (action == null) {
            action = listed(tag);
        }
        if (action == null) {
            action = byDictionary(tag, vr);
        }
        // Bytes that nobody could read as what they should be may hold anything.
        boolean unreadable = vr == VR.UN || vr != VR.SQ && Dictionary.vrOf(tag) == VR.SQ;
        return unreadable && (action == Action.KEEP || action == Action.MAP_UID) ? Action.REMOVE : action;
    }

    /** Profiles name curves and overlays by the keyword of their first group. */
    private static int firstOfRepeating(int tag) {
        int group = Tag.group(tag) & 0xFF00;
        return group == 0x5000 || group == 0x6000 ? tag & 0xFF00FFFF : tag;
    }

    private Action decidePrivate(int tag, VR vr, @Nullable String creator) {
        if (creator == null || !profile.has(Option.RETAIN_SAFE_PRIVATE)) {
            return Action.REMOVE;
        }
        VR safe = SAFE_PRIVATE.getOrDefault(creator, Map.of()).get(Tag.group(tag) << 8 | Tag.element(tag) & 0xFF);
        if (safe == null || safe == VR.SQ != (vr == VR.SQ)) {
            return Action.REMOVE;
        }
        return safe == VR.UI && !profile.has(Option.RETAIN_UIDS) ? Action.MAP_UID : Action.KEEP;
    }

    private @Nullable Action listed(int tag) {
        Action action = table.get(tag);
        if (action != null) {
            return action;
        }
        int group = Tag.group(tag) & 0xFF00;
        if (group == 0x5000) {
            return curves;
        }
        if (group == 0x6000) {
            int element = Tag.element(tag);
            return element == 0x3000 ? overlayData : element == 0x4000 ? overlayComments : null;
        }
        return null;
    }

    private Action byDictionary(int tag, VR vr) {
        // File meta, directory and command elements have no place in a stored data set.
        if (!Dictionary.contains(tag) || Tag.group(tag) < 0x0008) {
            return Action.REMOVE;
        }
        // An explicit VR that is not the dictionary's opens no way around the rule.
        Action received = byRepresentation(tag, vr);
        Action known = byRepresentation(tag, Dictionary.vrOf(tag));
        return STRICTEST_FIRST.indexOf(received) <= STRICTEST_FIRST.indexOf(known) ? received : known;
    }

    private Action byRepresentation(int tag, VR vr) {
        return switch (vr) {
            case PN -> Action.EMPTY;
            case DA, DT ->
                profile.shiftsDates()
                        ? Action.SHIFT
                        : profile.has(Option.RETAIN_FULL_DATES) ? Action.KEEP : Action.REMOVE;
            case LT, ST, UT, UN -> Action.REMOVE;
            case UI -> isClass(tag) || profile.has(Option.RETAIN_UIDS) ? Action.KEEP : Action.MAP_UID;
            default -> Action.KEEP;
        };
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
