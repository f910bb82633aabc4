package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.intake.IntakeResult.Why;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.vault.PatientIdentity;

/**
 * A data set up to its pixel data, with its UIDs checked. Holds identity.
 *
 * @param hasPixelData whether the reader stands at pixel data
 */
record Head(
        DataSet elements,
        boolean hasPixelData,
        String sopInstanceUid,
        String seriesInstanceUid,
        PatientIdentity patient) {

    /**
     * @param defaultIssuer of the patient id, if the object names none
     * @throws Refusal if a UID is missing, malformed or not that of the command (status 0xA900)
     */
    static Head read(DataSetReader reader, ReceivedObject object, @Nullable String defaultIssuer)
            throws IOException, Refusal {
        DataSet elements = new DataSet();
        DataSetReader.Event event = reader.next();
        while (event == DataSetReader.Event.ELEMENT) {
            elements.put(reader.element());
            event = reader.next();
        }
        String sopClass = uid(elements, Tag.SOPClassUID);
        String sopInstance = uid(elements, Tag.SOPInstanceUID);
        if (!sopClass.equals(object.sopClassUid())) {
            throw new Refusal(Why.DOES_NOT_MATCH, "SOP Class UID (0008,0016) is not that of the command");
        }
        if (!sopInstance.equals(object.sopInstanceUid())) {
            throw new Refusal(Why.DOES_NOT_MATCH, "SOP Instance UID (0008,0018) is not that of the command");
        }
        String study = uid(elements, Tag.StudyInstanceUID);
        String series = uid(elements, Tag.SeriesInstanceUID);
        String issuer = whole(elements, Tag.IssuerOfPatientID);
        PatientIdentity patient = new PatientIdentity(
                issuer == null || issuer.isBlank() ? defaultIssuer : issuer, whole(elements, Tag.PatientID), study);
        return new Head(elements, event == DataSetReader.Event.STREAM, sopInstance, series, patient);
    }

    /** All values: ids that differ in a second value only are two patients. */
    private static @Nullable String whole(DataSet elements, int tag) {
        List<String> values = elements.strings(tag);
        return values.isEmpty() ? null : String.join("\\", values);
    }

    private static String uid(DataSet elements, int tag) throws Refusal {
        Element element = elements.get(tag);
        @Nullable String uid = element == null || !element.vr().isText() ? null : elements.string(tag);
        if (uid == null) {
            throw new Refusal(Why.DOES_NOT_MATCH, "no UID in " + Tag.format(tag));
        }
        if (!Uids.isValid(uid)) {
            throw new Refusal(Why.DOES_NOT_MATCH, "no valid UID in " + Tag.format(tag));
        }
        return uid;
    }

    @Override
    public String toString() {
        return "Head[" + elements.size() + " elements]";
    }
}
