package org.sallyport.itests;

import java.util.List;
import java.util.stream.Collectors;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * Where generated images hold an identifier.
 *
 * @param what it is
 * @param evenOnly whether only images of studies with an even number have it
 * @param path tags; all but the last of sequences, whose first item is meant
 */
record PlantedPlace(String what, boolean evenOnly, List<Integer> path) {

    static final List<PlantedPlace> ALL = List.of(
            at("name", Tag.PatientName),
            at("id", Tag.PatientID),
            at("birth date", Tag.PatientBirthDate),
            at("other ids", Tag.OtherPatientIDs),
            at("address", Tag.PatientAddress),
            at("accession number", Tag.AccessionNumber),
            at("study id", Tag.StudyID),
            at("physician", Tag.ReferringPhysicianName),
            at("operator", Tag.OperatorsName),
            at("institution", Tag.InstitutionName),
            at("its address", Tag.InstitutionAddress),
            at("station", Tag.StationName),
            at("serial number of the device", Tag.DeviceSerialNumber),
            at("free text", Tag.ImageComments),
            at("long text", Tag.AdditionalPatientHistory),
            at("description", Tag.StudyDescription),
            at("UID of the study", Tag.StudyInstanceUID),
            at("UID of the series", Tag.SeriesInstanceUID),
            at("UID of the image", Tag.SOPInstanceUID),
            at("UID of the frame of reference", Tag.FrameOfReferenceUID),
            at("UID of a reference", Tag.ReferencedImageSequence, Tag.ReferencedSOPInstanceUID),
            at("text in an item", Tag.RequestAttributesSequence, Tag.ScheduledProcedureStepDescription),
            at(
                    "institution in an item of an item",
                    Tag.RequestAttributesSequence,
                    Tag.RequestingPhysicianIdentificationSequence,
                    Tag.InstitutionName),
            at(
                    "physician in an item of an item of an item",
                    Tag.RequestAttributesSequence,
                    Tag.RequestingPhysicianIdentificationSequence,
                    Tag.PersonIdentificationCodeSequence,
                    Tag.CodeMeaning),
            at("name in Japanese, by code extension, in an item", Tag.OtherPatientIDsSequence, Tag.PatientName),
            new PlantedPlace("name in Cyrillic, in UTF-8", true, List.of(Tag.NameOfPhysiciansReadingStudy)),
            at("private text", 0x00091010),
            at("private, of unknown value representation", 0x00091011),
            at("private creator", 0x00290010),
            at("name in an item of a private sequence", 0x00291020, Tag.PatientName),
            at("of no dictionary and unknown value representation", 0x00187FFE),
            at("overlay", 0x60003000));

    private static PlantedPlace at(String what, Integer... path) {
        return new PlantedPlace(what, false, List.of(path));
    }

    boolean isIn(SyntheticStudy study) {
        return !evenOnly || study.number() % 2 == 0;
    }

    /** The bytes that stand there; none if it is missing. In implicit VR a private sequence may be bytes, with all that is in it. */
    byte[] valueIn(DataSet image) {
        DataSet level = image;
        for (int depth = 0; ; depth++) {
            Element element = level.get(path.get(depth));
            if (element == null) {
                return new byte[0];
            }
            if (depth == path.size() - 1 || element.items().isEmpty()) {
                return element.bytes();
            }
            level = element.items().get(0);
        }
    }

    @Override
    public String toString() {
        return what + ", " + path.stream().map(Tag::format).collect(Collectors.joining(" > "));
    }
}
