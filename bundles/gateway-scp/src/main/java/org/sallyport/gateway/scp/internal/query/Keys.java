package org.sallyport.gateway.scp.internal.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.data.Tag;

/** The keys that are supported, and the level of each (PS3.4 C.3, C.6). Those of patients and studies have a place in every study's sheet. */
public final class Keys {

    /** What a sheet keeps: the position is its number there, so that entries are only ever added at the end. */
    public static final List<Integer> OF_PATIENTS = List.of(
            Tag.PatientName,
            Tag.PatientID,
            Tag.IssuerOfPatientID,
            Tag.PatientBirthDate,
            Tag.PatientBirthTime,
            Tag.PatientSex,
            Tag.OtherPatientIDs,
            Tag.OtherPatientNames,
            Tag.EthnicGroup,
            Tag.PatientComments);

    public static final List<Integer> OF_STUDIES = List.of(
            Tag.StudyInstanceUID,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.StudyID,
            Tag.StudyDescription,
            Tag.ReferringPhysicianName,
            Tag.NameOfPhysiciansReadingStudy,
            Tag.AdmittingDiagnosesDescription,
            Tag.PatientAge,
            Tag.PatientSize,
            Tag.PatientWeight,
            Tag.Occupation,
            Tag.AdditionalPatientHistory,
            Tag.ProcedureCodeSequence,
            Tag.TimezoneOffsetFromUTC);

    private static final List<Integer> OF_SERIES = List.of(
            Tag.SeriesInstanceUID,
            Tag.Modality,
            Tag.SeriesNumber,
            Tag.SeriesDescription,
            Tag.SeriesDate,
            Tag.SeriesTime,
            Tag.BodyPartExamined,
            Tag.Laterality,
            Tag.ProtocolName,
            Tag.PatientPosition,
            Tag.PerformingPhysicianName,
            Tag.OperatorsName,
            Tag.Manufacturer,
            Tag.ManufacturerModelName,
            Tag.StationName,
            Tag.InstitutionName,
            Tag.InstitutionalDepartmentName,
            Tag.SoftwareVersions,
            Tag.FrameOfReferenceUID,
            Tag.PerformedProcedureStepID,
            Tag.PerformedProcedureStepStartDate,
            Tag.PerformedProcedureStepStartTime,
            Tag.PerformedProcedureStepDescription,
            Tag.RequestAttributesSequence);

    private static final List<Integer> OF_INSTANCES = List.of(
            Tag.SOPInstanceUID,
            Tag.SOPClassUID,
            Tag.InstanceNumber,
            Tag.AvailableTransferSyntaxUID,
            Tag.ImageType,
            Tag.ContentDate,
            Tag.ContentTime,
            Tag.AcquisitionDate,
            Tag.AcquisitionTime,
            Tag.AcquisitionDateTime,
            Tag.AcquisitionNumber,
            Tag.InstanceCreationDate,
            Tag.InstanceCreationTime,
            Tag.NumberOfFrames,
            Tag.Rows,
            Tag.Columns,
            Tag.BitsAllocated,
            Tag.SliceLocation,
            Tag.ImageComments,
            Tag.ContentLabel,
            Tag.ContentDescription,
            Tag.ContentCreatorName,
            Tag.CompletionFlag,
            Tag.VerificationFlag,
            Tag.ConceptNameCodeSequence,
            Tag.ReferencedRequestSequence);

    /** Counted, not kept: they are returned, and ModalitiesInStudy is matched too. */
    private static final Map<Integer, Level> COUNTED = Map.of(
            Tag.NumberOfPatientRelatedStudies, Level.PATIENT,
            Tag.NumberOfPatientRelatedSeries, Level.PATIENT,
            Tag.NumberOfPatientRelatedInstances, Level.PATIENT,
            Tag.ModalitiesInStudy, Level.STUDY,
            Tag.SOPClassesInStudy, Level.STUDY,
            Tag.NumberOfStudyRelatedSeries, Level.STUDY,
            Tag.NumberOfStudyRelatedInstances, Level.STUDY,
            Tag.NumberOfSeriesRelatedInstances, Level.SERIES);

    /** Of no level: about the query, or the same at each. */
    private static final Set<Integer> GENERAL =
            Set.of(Tag.QueryRetrieveLevel, Tag.SpecificCharacterSet, Tag.RetrieveAETitle, Tag.InstanceAvailability);

    /** Counted and general ones with which nothing is matched, but returned. */
    private static final Set<Integer> RETURNED_ONLY = Set.of(
            Tag.NumberOfPatientRelatedStudies,
            Tag.NumberOfPatientRelatedSeries,
            Tag.NumberOfPatientRelatedInstances,
            Tag.NumberOfStudyRelatedSeries,
            Tag.NumberOfStudyRelatedInstances,
            Tag.NumberOfSeriesRelatedInstances,
            Tag.RetrieveAETitle,
            Tag.InstanceAvailability);

    private static final Map<Integer, Level> LEVELS = levels();

    private Keys() {}

    private static Map<Integer, Level> levels() {
        Map<Integer, Level> levels = new LinkedHashMap<>(COUNTED);
        OF_PATIENTS.forEach(tag -> levels.put(tag, Level.PATIENT));
        OF_STUDIES.forEach(tag -> levels.put(tag, Level.STUDY));
        OF_SERIES.forEach(tag -> levels.put(tag, Level.SERIES));
        OF_INSTANCES.forEach(tag -> levels.put(tag, Level.IMAGE));
        return Map.copyOf(levels);
    }

    /** Empty for keys that are not supported, and for those of no level. */
    public static Optional<Level> levelOf(int tag) {
        return Optional.ofNullable(LEVELS.get(tag));
    }

    static boolean isGeneral(int tag) {
        return GENERAL.contains(tag);
    }

    public static boolean isReturnedOnly(int tag) {
        return RETURNED_ONLY.contains(tag);
    }
}
