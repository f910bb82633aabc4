package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * De-identifies data sets under one profile and one study's keys. What it changes or removes at top level it keeps, whole, as the record of
 * originals. Pure but for that record; owned by one thread, used for one object.
 */
final class Treatment {

    private static final int OLDEST_AGE_YEARS = 89;
    /** What the record of originals takes, with room for the gateway's own. */
    private static final int MOST_ADDED = 60_000;

    /** TM, one or more, also as ACR-NEMA wrote it. */
    private static final Pattern TIME = Pattern.compile("[0-9:. \\\\]*");

    private static final Decision PSEUDONYM = Decision.of(Action.REPLACE, "the patient's pseudonym");
    private static final Decision WRITTEN = Decision.of(Action.REMOVE, "an overlay that may hold writing");
    private static final int[] NAMES = {
        Tag.PatientName, Tag.OtherPatientNames, Tag.PatientBirthName, Tag.PatientMotherBirthName
    };

    private final Rules rules;
    private final StudyContext study;
    private final Trace trace;
    private final DataSet originals = new DataSet();
    private final List<Integer> added = new ArrayList<>();
    private final ElementPath place = new ElementPath();
    private Set<String> names = Set.of();

    Treatment(Rules rules, StudyContext study) {
        this(rules, study, Trace.NONE);
    }

    Treatment(Rules rules, StudyContext study, Trace trace) {
        this.rules = rules;
        this.study = study;
        this.trace = trace;
    }

    /** What was changed or removed at top level, as it came. */
    DataSet originals() {
        return originals;
    }

    /** Tags that the treated data set has and the original had not. */
    List<Integer> added() {
        return List.copyOf(added);
    }

    /**
     * Treats the top-level elements up to the pixel data and adds the attributes that tell what was done (PS3.15 E.1.1).
     *
     * @throws Doubt if a rule cannot be followed surely
     */
    DataSet treatHead(DataSet head) {
        names = PersonNames.words(head, NAMES);
        DataSet treated = treat(head, true);
        if (added.size() > MOST_ADDED) {
            throw new Doubt("more than " + MOST_ADDED + " private attributes that are kept");
        }
        rules.marks(study).elements().forEach(mark -> put(mark, head, treated));
        // Receivers would put all images without name and id under one patient.
        for (int tag : new int[] {Tag.PatientName, Tag.PatientID}) {
            if (!treated.contains(tag)) {
                added.add(tag);
                treated.put(pseudonym(tag));
            }
        }
        return treated;
    }

    /** Adds to a treated head what was done to the pixels that follow it (PS3.15 E.3.1, E.3.2). */
    void markPixels(Set<Option> done, DataSet head, DataSet treated) {
        Marks.of(rules.profile(), study.keepsUids(), done).forEach(mark -> put(mark, head, treated));
        if (done.contains(Option.CLEAN_PIXEL_DATA)) {
            put(text(Tag.BurnedInAnnotation, VR.CS, "NO"), head, treated);
        }
        if (done.contains(Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES)) {
            put(text(Tag.RecognizableVisualFeatures, VR.CS, "NO"), head, treated);
        }
    }

    /** Puts an element of the gateway's own into the treated data set. */
    private void put(Element own, DataSet head, DataSet treated) {
        Element original = head.get(own.tag());
        if (original != null) {
            originals.put(original);
        } else if (!added.contains(own.tag())) {
            added.add(own.tag());
        }
        treated.put(own);
    }

    private Element pseudonym(int tag) {
        return text(tag, tag == Tag.PatientName ? VR.PN : VR.LO, study.pseudonym());
    }

    /** Treats top-level elements that came after the pixel data. What cannot be treated surely is removed: the pixels are gone by. */
    DataSet treatTail(DataSet tail) {
        try {
            return treat(tail, true);
        } catch (Doubt e) {
            return withoutAny(tail);
        }
    }

    /** Removes all that came after the pixel data. */
    DataSet withoutAny(DataSet tail) {
        tail.elements().forEach(originals::put);
        added.removeIf(tag -> Integer.compareUnsigned(tag, Tag.PixelData) > 0);
        return new DataSet();
    }

    private DataSet treat(DataSet dataSet, boolean top) {
        DataSet treated = new DataSet();
        List<Element> privates = new ArrayList<>(0);
        List<Element> elements = dataSet.elements();
        Set<Integer> droppedOverlays = rules.cleansOverlays() ? written(dataSet) : Set.of();
        for (Element element : elements) {
            if (Tag.isPrivateCreator(element.tag())) {
                continue;
            }
            place.at(element.tag());
            Element result = treat(element, dataSet, droppedOverlays.contains(Tag.group(element.tag())));
            if (result != null && Tag.isPrivate(element.tag())) {
                privates.add(result);
            } else if (result != null) {
                treated.put(result);
            }
            if (result != element && top) {
                originals.put(element);
            }
        }
        if (!privates.isEmpty()) {
            PrivateBlocks.rebased(privates, dataSet).forEach(treated::put);
        }
        if (top) {
            recordPrivates(dataSet, elements, treated);
        }
        return treated;
    }

    /** Groups of overlays that hold writing, or may: they go as a whole. */
    private static Set<Integer> written(DataSet dataSet) {
        Set<Integer> written = new HashSet<>(0);
        int last = 0;
        for (Element element : dataSet.elements()) {
            int group = Tag.group(element.tag());
            if (group != last && (group & 0xFF01) == 0x6000 && !Graphics.isRegionOnly(dataSet, group)) {
                written.add(group);
            }
            last = group;
        }
        return written;
    }

    /** Private elements may have moved: an original is what is not the same element in the same place any more. */
    private void recordPrivates(DataSet dataSet, List<Element> elements, DataSet treated) {
        for (Element element : elements) {
            if (Tag.isPrivate(element.tag()) && treated.get(element.tag()) != element) {
                originals.put(element);
            }
        }
        for (Element element : treated.elements()) {
            if (Tag.isPrivate(element.tag()) && !dataSet.contains(element.tag())) {
                added.add(element.tag());
            }
        }
    }

    /** The treated element: the same one if nothing changes, null if it goes. */
    private @Nullable Element treat(Element element, DataSet enclosing, boolean ofWrittenOverlay) {
        int tag = element.tag();
        Decision decision;
        Element result;
        if (tag == Tag.PatientName || tag == Tag.PatientID) {
            decision = PSEUDONYM;
            result = pseudonym(tag);
        } else if (ofWrittenOverlay) {
            decision = WRITTEN;
            result = null;
        } else {
            decision =
                    codeMeaning(element, enclosing, rules.decide(element, creator(tag, enclosing), enclosing, place));
            result = apply(decision, element, enclosing);
        }
        trace.treated(place, element, enclosing, decision, result);
        return result;
    }

    /** Where text is cleaned, what a hospital's own codes mean is text. */
    private Decision codeMeaning(Element element, DataSet enclosing, Decision decision) {
        return element.tag() == Tag.CodeMeaning
                        && decision.action() == Action.KEEP
                        && rules.cleansText()
                        && !CodingSchemes.isPublic(enclosing.string(Tag.CodingSchemeDesignator))
                ? Decision.clean(Action.DUMMY, "the meaning of a code of no public scheme")
                : decision;
    }

    private @Nullable Element apply(Decision decision, Element element, DataSet enclosing) {
        int tag = element.tag();
        VR vr = element.vr();
        if (vr == VR.SQ) {
            return switch (decision.action()) {
                case REMOVE, REPLACE -> null;
                case EMPTY -> element.isEmpty() ? element : Element.empty(tag, VR.SQ);
                case DUMMY -> dummyItems(treatItems(element));
                default -> treatItems(element);
            };
        }
        return switch (decision.action()) {
            case REMOVE -> null;
            case EMPTY -> element.isEmpty() ? element : Element.empty(tag, vr);
            case KEEP -> tag == Tag.PatientAge || vr == VR.AS ? capAge(element) : element;
            case SHIFT -> shift(element);
            case MAP_UID -> mapUids(element);
            case DUMMY -> dummy(element);
            case REPLACE -> text(tag, Dictionary.vrOf(tag), String.valueOf(decision.value()));
            case CLEAN -> clean(element, enclosing, decision);
        };
    }

    /** Of text the allowed words; of drawings what {@link Graphics} lets pass. */
    private @Nullable Element clean(Element element, DataSet enclosing, Decision decision) {
        int group = Tag.group(element.tag()) & 0xFF00;
        if (!element.vr().isText()) {
            boolean drawing = group == 0x6000 || group == 0x5000 && !Graphics.hasTextRun(element.bytes());
            return drawing && element.value() instanceof Value.Bytes
                    ? element
                    : apply(decision.orElse(), element, enclosing);
        }
        if (!(element.value() instanceof Value.Bytes)) {
            return apply(decision.orElse(), element, enclosing);
        }
        if (element.isEmpty()) {
            return element;
        }
        List<String> values = enclosing.strings(element.tag());
        List<String> cleaned = new ArrayList<>(values.size());
        boolean something = false;
        for (String value : values) {
            String rest = rules.cleaner().clean(value, names);
            something |= !rest.isEmpty();
            cleaned.add(rest);
        }
        if (!something) {
            return apply(decision.orElse(), element, enclosing);
        }
        return cleaned.equals(values) ? element : encoded(element, cleaned, enclosing.characterSet());
    }

    private static Element encoded(Element element, List<String> values, SpecificCharacterSet characterSet) {
        String text = String.join("\\", values);
        byte[] bytes =
                element.vr().usesCharacterSet() ? characterSet.encode(text) : text.getBytes(StandardCharsets.US_ASCII);
        return Element.of(element.tag(), element.vr(), bytes);
    }

    /** The creator of a private tag's block; null if its element holds anything more than one name, for it is kept as it is. */
    private static @Nullable String creator(int tag, DataSet enclosing) {
        int creator = Tag.privateCreatorOf(tag);
        if (!Tag.isPrivateCreator(creator)) {
            return null;
        }
        List<String> names = enclosing.strings(creator);
        return names.size() == 1 ? names.get(0) : null;
    }

    private Element treatItems(Element sequence) {
        List<DataSet> items = new ArrayList<>(sequence.items().size());
        boolean changed = false;
        for (int i = 0; i < sequence.items().size(); i++) {
            DataSet item = sequence.items().get(i);
            place.enter(i);
            DataSet treated = treat(item, false);
            place.leave();
            changed |= !isSame(item, treated);
            items.add(treated);
        }
        return changed ? Element.sequence(sequence.tag(), items) : sequence;
    }

    /** D for a sequence: its form stays, and of what treatment left in its items the UIDs and the pseudonym. */
    private static Element dummyItems(Element treated) {
        List<DataSet> items = new ArrayList<>(treated.items().size());
        for (DataSet item : treated.items()) {
            DataSet dummies = new DataSet();
            for (Element element : item.elements()) {
                int tag = element.tag();
                if (element.vr() == VR.SQ) {
                    dummies.put(dummyItems(element));
                } else if (element.vr() == VR.UI
                        || element.isEmpty()
                        || Dummies.isEnumerated(element)
                        || tag == Tag.PatientName
                        || tag == Tag.PatientID) {
                    dummies.put(element);
                } else if (!Tag.isPrivate(tag) && tag != Tag.SpecificCharacterSet) {
                    dummies.put(Dummies.of(tag, element.vr()));
                }
            }
            items.add(dummies);
        }
        return Element.sequence(treated.tag(), items);
    }

    /** Elements that stay are the very same objects. */
    private static boolean isSame(DataSet item, DataSet treated) {
        List<Element> one = item.elements();
        List<Element> other = treated.elements();
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) != other.get(i)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Element dummy(Element element) {
        if (element.isEmpty()) {
            return element;
        }
        if (element.vr() == VR.UI) {
            return mapUids(element);
        }
        if (element.tag() == Tag.StudyID || element.value() instanceof Value.Fragments) {
            return Element.empty(element.tag(), element.vr());
        }
        return Dummies.of(element.tag(), element.vr());
    }

    private Element shift(Element element) {
        return switch (element.vr()) {
            case DA, DT -> {
                String shifted = DateShift.shift(ascii(element), study.dateShiftDays());
                yield text(element.tag(), element.vr(), shifted);
            }
            // Times of day stay, so that intervals within a day stay right (SUV).
            case TM ->
                TIME.matcher(ascii(element)).matches() && element.value() instanceof Value.Bytes
                        ? element
                        : Element.empty(element.tag(), VR.TM);
            default -> Element.empty(element.tag(), element.vr());
        };
    }

    /** Null, so that it is removed, if the value is no text or too long to be read. */
    private @Nullable Element mapUids(Element element) {
        VR vr = element.vr();
        if (!(element.value() instanceof Value.Bytes) || !vr.isText() && vr != VR.UN) {
            return null;
        }
        String[] uids = ascii(element).split("\\\\", -1);
        for (int i = 0; i < uids.length; i++) {
            String uid = uids[i].strip();
            uids[i] = uid.isEmpty() || UidRegistry.isWellKnown(uid) ? uid : study.mapUid(uid);
        }
        String mapped = String.join("\\", uids);
        return mapped.equals(ascii(element)) ? element : text(element.tag(), vr == VR.UN ? VR.UN : VR.UI, mapped);
    }

    /** Ages over 89 become 090Y (HIPAA safe harbour, 45 CFR 164.514). */
    private static Element capAge(Element element) {
        String age = ascii(element);
        if (element.isEmpty()) {
            return element;
        }
        if (element.value() instanceof Value.Bytes && age.matches("\\d{3}[DWM]|\\s*")) {
            return element;
        }
        if (!age.matches("\\d{3}Y")) {
            return Element.empty(element.tag(), element.vr());
        }
        return Integer.parseInt(age.substring(0, 3)) > OLDEST_AGE_YEARS
                ? text(element.tag(), element.vr(), "090Y")
                : element;
    }

    /** Text of the default repertoire without trailing padding. */
    private static String ascii(Element element) {
        String text = new String(element.bytes(), StandardCharsets.ISO_8859_1);
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return text.substring(0, end);
    }

    private static Element text(int tag, VR vr, String value) {
        return Element.of(tag, vr, value.getBytes(StandardCharsets.US_ASCII));
    }
}
