package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
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
    /** TM, one or more, also as ACR-NEMA wrote it. */
    private static final Pattern TIME = Pattern.compile("[0-9:. \\\\]*");

    private final Rules rules;
    private final StudyContext study;
    private final DataSet originals = new DataSet();
    private final List<Integer> added = new ArrayList<>();

    Treatment(Rules rules, StudyContext study) {
        this.rules = rules;
        this.study = study;
    }

    /** What was changed or removed at top level, as it came. */
    DataSet originals() {
        return originals;
    }

    /** Tags that the treated data set has and the original had not. */
    List<Integer> added() {
        return List.copyOf(added);
    }

    /** Treats the top-level elements up to the pixel data and adds the attributes that tell what was done (PS3.15 E.1.1). */
    DataSet treatHead(DataSet head) {
        DataSet treated = treat(head, true);
        for (Element mark : rules.marks(study).elements()) {
            Element original = head.get(mark.tag());
            if (original == null) {
                added.add(mark.tag());
            } else {
                originals.put(original);
            }
            treated.put(mark);
        }
        // Receivers would put all images without name and id under one patient.
        for (int tag : new int[] {Tag.PatientName, Tag.PatientID}) {
            if (!treated.contains(tag)) {
                added.add(tag);
                treated.put(pseudonym(tag));
            }
        }
        return treated;
    }

    private Element pseudonym(int tag) {
        return text(tag, tag == Tag.PatientName ? VR.PN : VR.LO, study.pseudonym());
    }

    /** Treats top-level elements that came after the pixel data. */
    DataSet treatTail(DataSet tail) {
        return treat(tail, true);
    }

    private DataSet treat(DataSet dataSet, boolean top) {
        DataSet treated = new DataSet();
        Set<Integer> keptBlocks = new HashSet<>();
        for (Element element : dataSet.elements()) {
            if (Tag.isPrivateCreator(element.tag())) {
                continue;
            }
            Element result = treat(element, dataSet);
            if (result != element && top) {
                originals.put(element);
            }
            if (result != null) {
                treated.put(result);
                if (Tag.isPrivate(element.tag())) {
                    keptBlocks.add(Tag.privateCreatorOf(element.tag()));
                }
            }
        }
        for (Element element : dataSet.elements()) {
            if (Tag.isPrivateCreator(element.tag())) {
                if (keptBlocks.contains(element.tag())) {
                    treated.put(element);
                } else if (top) {
                    originals.put(element);
                }
            }
        }
        return treated;
    }

    /** The treated element: the same one if nothing changes, null if it goes. */
    private @Nullable Element treat(Element element, DataSet enclosing) {
        int tag = element.tag();
        if (tag == Tag.PatientName || tag == Tag.PatientID) {
            return pseudonym(tag);
        }
        Action action = rules.decide(tag, element.vr(), creator(tag, enclosing));
        if (element.vr() == VR.SQ) {
            return switch (action) {
                case REMOVE -> null;
                case EMPTY -> element.isEmpty() ? element : Element.empty(tag, VR.SQ);
                case DUMMY -> dummyItems(treatItems(element));
                default -> treatItems(element);
            };
        }
        return switch (action) {
            case REMOVE -> null;
            case EMPTY -> element.isEmpty() ? element : Element.empty(tag, element.vr());
            case KEEP -> tag == Tag.PatientAge || element.vr() == VR.AS ? capAge(element) : element;
            case SHIFT -> shift(element);
            case MAP_UID -> mapUids(element);
            case DUMMY -> dummy(element);
        };
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
        for (DataSet item : sequence.items()) {
            DataSet treated = treat(item, false);
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
