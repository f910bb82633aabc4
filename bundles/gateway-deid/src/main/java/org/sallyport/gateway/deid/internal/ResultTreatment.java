package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * Gives a new object the identity of the patient that it was made for: patient and study attributes of an original image; UIDs that stood for others are
 * put back, and dates that were moved. What is new stays. Owned by one thread, used for one object.
 */
final class ResultTreatment {

    private static final int PATIENT_GROUP = 0x0010;

    /** The General Study module (PS3.3 C.7.2.1), and what of it the profile may have changed; the patient's are those of group 0010. */
    private static final Set<Integer> STUDY = Set.of(
            Tag.StudyInstanceUID,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.StudyID,
            Tag.StudyDescription,
            Tag.AccessionNumber,
            Tag.IssuerOfAccessionNumberSequence,
            Tag.ReferringPhysicianName,
            Tag.ReferringPhysicianIdentificationSequence,
            Tag.ConsultingPhysicianName,
            Tag.PhysiciansOfRecord,
            Tag.NameOfPhysiciansReadingStudy,
            Tag.RequestingService,
            Tag.ProcedureCodeSequence,
            Tag.AdmittingDiagnosesDescription);

    /** What tells that identity was taken out. */
    static final List<Integer> MARKS = List.of(
            Tag.PatientIdentityRemoved,
            Tag.DeidentificationMethod,
            Tag.DeidentificationMethodCodeSequence,
            Tag.LongitudinalTemporalInformationModified);

    private final StudyMemory memory;
    private final boolean sameStudy;
    private final UnaryOperator<@Nullable String> elsewhere;
    private final Set<String> unknown = new HashSet<>();

    /**
     * @param memory of the study, or of another one of the patient
     * @param sameStudy whether the object belongs to that study; if not, its study attributes stay
     * @param elsewhere finds a UID's original in the patient's other studies, or null
     */
    ResultTreatment(StudyMemory memory, boolean sameStudy, UnaryOperator<@Nullable String> elsewhere) {
        this.memory = memory;
        this.sameStudy = sameStudy;
        this.elsewhere = elsewhere;
    }

    /** Referenced SOP Instance UIDs that could not be resolved. */
    Set<String> unknown() {
        return unknown;
    }

    /** Treats the top-level elements up to the pixel data. */
    DataSet treatHead(DataSet head) {
        SpecificCharacterSet ours = memory.sample().characterSet();
        DataSet series = memory.series(String.valueOf(head.string(Tag.SeriesInstanceUID)));
        boolean fits = series.isEmpty() && (ours.equals(head.characterSet()) || isAscii(head));
        DataSet result = inside(fits ? head : inUtf8(head));
        DataSet originals = fits ? memory.sample() : inUtf8(memory.sample());
        for (Element original : originals.elements()) {
            if (isPatients(original.tag()) || sameStudy && STUDY.contains(original.tag())) {
                result.put(original);
            }
        }
        series.elements().forEach(result::put);
        Element characterSet = originals.get(Tag.SpecificCharacterSet);
        if (characterSet != null) {
            result.put(characterSet);
        }
        for (int mark : MARKS) {
            Element original = originals.get(mark);
            if (original != null) {
                result.put(original);
            } else if (memory.added().contains(mark)) {
                result.remove(mark);
            }
        }
        for (int tag : List.of(Tag.PatientName, Tag.PatientID)) {
            if (memory.added().contains(tag)) {
                result.remove(tag);
            }
        }
        return result;
    }

    /** Treats top-level elements that came after the pixel data. */
    DataSet treatTail(DataSet tail) {
        return inside(tail);
    }

    private static boolean isPatients(int tag) {
        return Tag.group(tag) == PATIENT_GROUP;
    }

    private DataSet inside(DataSet dataSet) {
        DataSet result = new DataSet();
        for (Element element : dataSet.elements()) {
            result.put(treat(element));
        }
        return result;
    }

    private Element treat(Element element) {
        return switch (element.vr()) {
            case SQ ->
                Element.sequence(
                        element.tag(),
                        element.items().stream().map(this::inside).toList());
            case UI -> replaced(element, uid -> original(element.tag(), uid));
            case DA, DT -> replaced(element, this::originalDate);
            case PN, LO -> pseudonym(element);
            default -> element;
        };
    }

    private String original(int tag, String uid) {
        String found = memory.original(uid);
        if (found == null && !uid.isEmpty()) {
            found = elsewhere.apply(uid);
        }
        if (found == null && tag == Tag.ReferencedSOPInstanceUID && !uid.isEmpty()) {
            unknown.add(uid);
        }
        return found == null ? uid : found;
    }

    /** Of a date with a time of its own the date alone may be the study's. */
    private String originalDate(String value) {
        String whole = memory.originalDate(value);
        if (whole != null) {
            return whole;
        }
        String date = value.length() > 8 ? memory.originalDate(value.substring(0, 8)) : null;
        return date == null ? value : date + value.substring(8);
    }

    /** The pseudonym stands for name and id alike, also inside of sequences. */
    private Element pseudonym(Element element) {
        boolean named = element.tag() == Tag.PatientName || element.tag() == Tag.PatientID;
        if (!named || !StudyMemory.values(element).equals(List.of(memory.study().pseudonym()))) {
            return element;
        }
        Element original = memory.sample().get(element.tag());
        return original == null ? Element.empty(element.tag(), element.vr()) : original;
    }

    private static Element replaced(Element element, UnaryOperator<String> how) {
        List<String> values = StudyMemory.values(element);
        List<String> replaced = values.stream().map(String::strip).map(how).toList();
        return replaced.equals(values.stream().map(String::strip).toList())
                ? element
                : Element.of(
                        element.tag(), element.vr(), String.join("\\", replaced).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static boolean isAscii(DataSet dataSet) {
        for (Element element : dataSet.elements()) {
            if (element.vr() == VR.SQ) {
                for (DataSet item : element.items()) {
                    if (!isAscii(item)) {
                        return false;
                    }
                }
            } else if (element.vr().usesCharacterSet()) {
                for (byte b : element.bytes()) {
                    if (b < 0 || b == 0x1B) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** The same text in UTF-8: one data set has one character set. */
    private static DataSet inUtf8(DataSet dataSet) {
        return inUtf8(dataSet, dataSet.characterSet());
    }

    private static DataSet inUtf8(DataSet dataSet, SpecificCharacterSet inForce) {
        DataSet result = new DataSet();
        for (Element element : dataSet.elements()) {
            if (element.tag() == Tag.SpecificCharacterSet) {
                continue;
            }
            if (element.vr() == VR.SQ) {
                List<DataSet> items = new ArrayList<>();
                for (DataSet item : element.items()) {
                    items.add(inUtf8(item, item.characterSet()));
                }
                result.put(Element.sequence(element.tag(), items));
            } else if (element.vr().usesCharacterSet() && element.value() instanceof Value.Bytes) {
                List<String> parts = element.vr() == VR.PN
                        ? inForce.decodeNames(element.bytes())
                        : element.vr().isMultiValuedText()
                                ? inForce.decodeValues(element.bytes())
                                : List.of(inForce.decode(element.bytes()));
                result.put(Element.of(
                        element.tag(), element.vr(), String.join("\\", parts).getBytes(StandardCharsets.UTF_8)));
            } else {
                result.put(element);
            }
        }
        result.put(Element.of(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192".getBytes(StandardCharsets.US_ASCII)));
        return result;
    }

    @Override
    public String toString() {
        return "ResultTreatment[" + Arrays.asList(memory) + "]";
    }
}
