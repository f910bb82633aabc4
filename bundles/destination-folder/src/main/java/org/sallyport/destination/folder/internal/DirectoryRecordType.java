package org.sallyport.destination.folder.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sallyport.dicom.data.Tag;

/**
 * A type of directory records at the level of instances (PS3.3 Table F.4-1).
 *
 * @param text Directory Record Type (0004,1430)
 * @param sopClass a SOP Class UID; with a dot at its end, all that begin with it
 * @param takes tags of the attributes that a record takes over beside Instance Number (PS3.3 F.5)
 */
record DirectoryRecordType(String text, String sopClass, List<Integer> takes) {

    private static final DirectoryRecordType IMAGE = type("IMAGE", "");

    private static final String STORAGE = "1.2.840.10008.5.1.4.1.1.";

    /** The first that fits counts. */
    private static final List<DirectoryRecordType> OTHERS = List.of(
            type("RT DOSE", STORAGE + "481.2", Tag.DoseSummationType),
            type(
                    "RT STRUCTURE SET",
                    STORAGE + "481.3",
                    Tag.StructureSetLabel,
                    Tag.StructureSetDate,
                    Tag.StructureSetTime),
            type("RT PLAN", STORAGE + "481.5", Tag.RTPlanLabel, Tag.RTPlanDate, Tag.RTPlanTime),
            type("KEY OBJECT DOC", STORAGE + "88.59", Tag.ContentDate, Tag.ContentTime, Tag.ConceptNameCodeSequence),
            type(
                    "SR DOCUMENT",
                    STORAGE + "88.",
                    Tag.CompletionFlag,
                    Tag.VerificationFlag,
                    Tag.ContentDate,
                    Tag.ContentTime,
                    Tag.VerificationDateTime,
                    Tag.ConceptNameCodeSequence),
            type(
                    "PRESENTATION",
                    STORAGE + "11.",
                    Tag.PresentationCreationDate,
                    Tag.PresentationCreationTime,
                    Tag.ContentLabel,
                    Tag.ContentDescription,
                    Tag.ContentCreatorName,
                    Tag.ReferencedSeriesSequence),
            type("WAVEFORM", STORAGE + "9.", Tag.ContentDate, Tag.ContentTime),
            type("RAW DATA", STORAGE + "66", Tag.ContentDate, Tag.ContentTime),
            type(
                    "REGISTRATION",
                    STORAGE + "66.1",
                    Tag.ContentDate,
                    Tag.ContentTime,
                    Tag.ContentLabel,
                    Tag.ContentDescription,
                    Tag.ContentCreatorName),
            type(
                    "ENCAP DOC",
                    STORAGE + "104.",
                    Tag.ContentDate,
                    Tag.ContentTime,
                    Tag.DocumentTitle,
                    Tag.ConceptNameCodeSequence,
                    Tag.MIMETypeOfEncapsulatedDocument));

    /** Of the levels above, and what every record needs. */
    private static final List<Integer> COMMON = List.of(
            Tag.SpecificCharacterSet,
            Tag.SOPInstanceUID,
            Tag.PatientName,
            Tag.PatientID,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.StudyDescription,
            Tag.StudyInstanceUID,
            Tag.StudyID,
            Tag.AccessionNumber,
            Tag.Modality,
            Tag.SeriesInstanceUID,
            Tag.SeriesNumber,
            Tag.InstanceNumber);

    private static DirectoryRecordType type(String text, String sopClass, int... takes) {
        return new DirectoryRecordType(
                text, sopClass, Arrays.stream(takes).boxed().toList());
    }

    /** What is of no other type is an image. */
    static DirectoryRecordType of(String sopClassUid) {
        for (DirectoryRecordType type : OTHERS) {
            boolean group = type.sopClass.endsWith(".");
            if (group ? sopClassUid.startsWith(type.sopClass) : sopClassUid.equals(type.sopClass)) {
                return type;
            }
        }
        return IMAGE;
    }

    /** Tags of all that records may hold. */
    static Set<Integer> attributes() {
        Set<Integer> tags = new TreeSet<>(COMMON);
        OTHERS.forEach(type -> tags.addAll(type.takes));
        return Set.copyOf(tags);
    }
}
