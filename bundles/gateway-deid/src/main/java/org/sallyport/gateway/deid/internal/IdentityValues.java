package org.sallyport.gateway.deid.internal;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.deid.internal.IdentityValue.Kind;

/** Finds identifying values among the originals of what was changed. Pure functions; what they give holds identity. */
final class IdentityValues {

    private static final Set<Integer> PATIENT_NAMES = Set.of(
            Tag.PatientName,
            Tag.OtherPatientNames,
            Tag.PatientBirthName,
            Tag.PatientMotherBirthName,
            Tag.ResponsiblePerson);

    private static final Set<Integer> IDS = Set.of(
            Tag.PatientID,
            Tag.OtherPatientIDs,
            Tag.AccessionNumber,
            Tag.StudyID,
            Tag.AdmissionID,
            Tag.ServiceEpisodeID,
            Tag.MedicalRecordLocator,
            Tag.PatientTelephoneNumbers,
            Tag.InsurancePlanIdentification,
            Tag.RequestedProcedureID,
            Tag.ScheduledProcedureStepID,
            Tag.PerformedProcedureStepID,
            Tag.PlacerOrderNumberImagingServiceRequest,
            Tag.FillerOrderNumberImagingServiceRequest,
            Tag.ClinicalTrialSubjectID,
            Tag.ClinicalTrialSubjectReadingID);

    private static final Set<Integer> PLACES = Set.of(Tag.PatientAddress, Tag.ReferringPhysicianAddress);
    private static final Set<Integer> INSTITUTIONS = Set.of(Tag.InstitutionName, Tag.InstitutionAddress);

    private static final Set<Integer> UIDS = Set.of(Tag.StudyInstanceUID, Tag.SeriesInstanceUID);

    /** More than objects of one patient have; what is above it is not searched for. */
    private static final int MOST = 2_000;

    private static final int LONGEST = 1_024;

    private IdentityValues() {}

    /**
     * @param originals elements as they came
     * @param characterSetOf the data set that they came from
     */
    static Set<IdentityValue> of(DataSet originals, DataSet characterSetOf) {
        Set<IdentityValue> values = new HashSet<>();
        collect(originals, characterSetOf, values);
        return values;
    }

    private static void collect(DataSet originals, DataSet decoder, Set<IdentityValue> values) {
        for (Element element : originals.elements()) {
            if (values.size() >= MOST) {
                return;
            }
            if (element.vr() == VR.SQ) {
                element.items().forEach(item -> collect(item, item, values));
            } else if (element.value() instanceof Value.Bytes && !element.isEmpty() && !Tag.isPrivate(element.tag())) {
                add(element, decoder, values);
            }
        }
    }

    private static void add(Element element, DataSet decoder, Set<IdentityValue> values) {
        Kind kind = kind(element);
        if (kind == null) {
            return;
        }
        for (String text : decoder.strings(element.tag())) {
            if (text.length() > 1 && text.length() <= LONGEST) {
                values.add(new IdentityValue(kind, kind == Kind.DATE || kind == Kind.BIRTH_DATE ? date(text) : text));
            }
        }
    }

    /** Of a date with a time the date. */
    private static String date(String text) {
        return text.length() > 8 ? text.substring(0, 8) : text;
    }

    private static @Nullable Kind kind(Element element) {
        int tag = element.tag();
        if (element.vr() == VR.PN) {
            return PATIENT_NAMES.contains(tag) ? Kind.PATIENT_NAME : Kind.OTHER_NAME;
        }
        if (tag == Tag.PatientBirthDate) {
            return Kind.BIRTH_DATE;
        }
        if (element.vr() == VR.DA || element.vr() == VR.DT) {
            return Kind.DATE;
        }
        if (IDS.contains(tag)) {
            return Kind.ID;
        }
        if (UIDS.contains(tag)) {
            return Kind.UID;
        }
        if (INSTITUTIONS.contains(tag)) {
            return Kind.INSTITUTION;
        }
        return PLACES.contains(tag) ? Kind.PLACE : null;
    }
}
