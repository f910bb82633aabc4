package org.sallyport.gateway.testkit;

import static org.sallyport.gateway.testkit.ActionType.DATE_SHIFTED;
import static org.sallyport.gateway.testkit.ActionType.PATIENT_ID_CONSISTENT;
import static org.sallyport.gateway.testkit.ActionType.PIXELS_HIDDEN;
import static org.sallyport.gateway.testkit.ActionType.PIXELS_RETAINED;
import static org.sallyport.gateway.testkit.ActionType.TAG_RETAINED;
import static org.sallyport.gateway.testkit.ActionType.TEXT_NOT_NULL;
import static org.sallyport.gateway.testkit.ActionType.TEXT_REMOVED;
import static org.sallyport.gateway.testkit.ActionType.TEXT_RETAINED;
import static org.sallyport.gateway.testkit.ActionType.UID_CHANGED;
import static org.sallyport.gateway.testkit.ActionType.UID_CONSISTENT;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * Objects of eight kinds with identity in headers, descriptions, private and unknown attributes, overlays, reports, annotations, structure names and pixels;
 * three character sets, four transfer syntaxes. The same number gives the same object. Pure functions.
 */
public final class PlantedObjects {

    /** Rows at the top of ultrasound images that hold text: a profile has to blank them. */
    public static final int BANNER_ROWS = 16;

    public static final int ROWS = 64;
    public static final int COLUMNS = 64;

    private static final List<Modality> MODALITIES = List.of(Modality.CT, Modality.MR, Modality.PT);
    private static final int KINDS = 8;
    /** Two objects of each kind for every patient. */
    private static final int OF_A_PATIENT = 2 * KINDS;

    private static final String US = "1.2.840.10008.5.1.4.1.1.6.1";
    private static final String SR = "1.2.840.10008.5.1.4.1.1.88.11";
    private static final String PRESENTATION = "1.2.840.10008.5.1.4.1.1.11.1";
    private static final String STRUCTURES = "1.2.840.10008.5.1.4.1.1.481.3";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax RLE =
            TransferSyntax.of("1.2.840.10008.1.2.5").orElseThrow();

    private PlantedObjects() {}

    /** @param number from 0 */
    public static PlantedObject of(int number) {
        Patient patient = new Patient(number / OF_A_PATIENT);
        int kind = number % KINDS;
        Modality modality = MODALITIES.get(kind % MODALITIES.size());
        SyntheticStudy study = new SyntheticStudy(patient, modality, patient.number(), KINDS, 2, ROWS, COLUMNS);
        DataSet d = study.image(kind + 1, number % OF_A_PATIENT / KINDS + 1);
        List<Expectation> expected = new ArrayList<>();
        everywhere(d, patient, number, expected);
        byte[] samples = new byte[0];
        int hidden = 0;
        TransferSyntax syntax = EXPLICIT;
        switch (kind) {
            case 0, 1, 2 -> {
                syntax = List.of(
                                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                                TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
                                EXPLICIT)
                        .get(kind);
                samples = Objects.requireNonNull(d.get(Tag.PixelData)).bytes();
                image(modality, expected);
            }
            case 3, 4 -> {
                syntax = kind == 3 ? EXPLICIT : RLE;
                samples = ultrasound(d, number, syntax);
                hidden = BANNER_ROWS * COLUMNS;
                expected.add(new Expectation(PIXELS_HIDDEN, List.of(), ""));
            }
            case 5 -> report(d, patient, expected);
            case 6 -> annotations(d, patient);
            default -> structures(d, patient, expected);
        }
        if (samples.length > 0) {
            expected.add(new Expectation(PIXELS_RETAINED, List.of(), ""));
        }
        return new PlantedObject(
                patient,
                String.valueOf(d.string(Tag.SOPClassUID)),
                String.valueOf(d.string(Tag.SOPInstanceUID)),
                syntax,
                encoded(d, syntax),
                samples,
                hidden,
                expected);
    }

    private static byte[] encoded(DataSet d, TransferSyntax syntax) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataSetWriter writer = new DataSetWriter(bytes, syntax);
            writer.write(d);
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void everywhere(DataSet d, Patient patient, int number, List<Expectation> expected) {
        String[] name = patient.name().split("\\^", -1);
        String birth = patient.birthDate();
        String[] forms = {
            name[0],
            name[1] + " " + name[0],
            (name[0] + ", " + name[1]).toUpperCase(java.util.Locale.ROOT),
            name[1].charAt(0) + ". " + name[0],
            name[0] + name[1],
            patient.id(),
            "acc " + patient.accession(),
            "born " + birth.substring(6) + "." + birth.substring(4, 6) + "." + birth.substring(0, 4),
            "17-MAR-" + birth.substring(0, 4),
            "Dr. " + patient.physician().replace("^", " ")
        };
        String form = forms[number / KINDS % forms.length];
        d.setString(Tag.SeriesDescription, "Axial head " + form);
        d.setString(Tag.ProtocolName, form);
        d.setString(Tag.PatientComments, "Seen with " + form);
        d.setString(Tag.DerivationDescription, "MPR of " + form);
        d.setString(Tag.PerformedProcedureStepDescription, "Chest " + form);
        for (int tag : new int[] {
            Tag.SOPClassUID,
            Tag.Modality,
            Tag.PatientSex,
            Tag.PatientWeight,
            Tag.SeriesNumber,
            Tag.InstanceNumber,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.ReferringPhysicianName,
            Tag.StudyID,
            Tag.PatientBirthDate,
            Tag.Manufacturer,
            Tag.PatientIdentityRemoved
        }) {
            expected.add(new Expectation(TAG_RETAINED, List.of(tag), ""));
        }
        for (int tag : new int[] {
            Tag.PatientName,
            Tag.PatientID,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.SOPInstanceUID,
            Tag.SeriesDescription,
            Tag.DeidentificationMethod
        }) {
            expected.add(new Expectation(TEXT_NOT_NULL, List.of(tag), ""));
        }
        retained(expected, "Axial head", Tag.SeriesDescription);
        retained(expected, "Chest", Tag.PerformedProcedureStepDescription);
        retained(expected, "61.5", Tag.PatientWeight);
        retained(expected, "F", Tag.PatientSex);
        retained(expected, "Fantasy Imaging", Tag.Manufacturer);
        for (String secret : new String[] {
            form,
            name[0],
            name[1],
            patient.id(),
            patient.accession(),
            patient.hidden(),
            "Brockenhurst",
            "Ottoline",
            patient.address(),
            patient.institution(),
            birth,
            "HIDDENQUILL",
            SyntheticStudy.UID_ROOT
        }) {
            expected.add(new Expectation(TEXT_REMOVED, List.of(), secret));
        }
        for (int tag : new int[] {Tag.StudyDate, Tag.SeriesDate, Tag.AcquisitionDate, Tag.ContentDate}) {
            expected.add(new Expectation(DATE_SHIFTED, List.of(tag), String.valueOf(d.string(tag))));
        }
        for (int tag :
                new int[] {Tag.SOPInstanceUID, Tag.SeriesInstanceUID, Tag.StudyInstanceUID, Tag.FrameOfReferenceUID}) {
            uid(expected, String.valueOf(d.string(tag)), tag);
        }
        uid(
                expected,
                String.valueOf(d.items(Tag.ReferencedImageSequence).get(0).string(Tag.ReferencedSOPInstanceUID)),
                Tag.ReferencedImageSequence,
                Tag.ReferencedSOPInstanceUID);
        expected.add(new Expectation(PATIENT_ID_CONSISTENT, List.of(Tag.PatientID), patient.id()));
    }

    private static void retained(List<Expectation> expected, String value, Integer... path) {
        expected.add(new Expectation(TEXT_RETAINED, List.of(path), value));
    }

    private static void uid(List<Expectation> expected, String value, Integer... path) {
        expected.add(new Expectation(UID_CHANGED, List.of(path), value));
        expected.add(new Expectation(UID_CONSISTENT, List.of(path), value));
    }

    private static void image(Modality modality, List<Expectation> expected) {
        retained(expected, "0.976562", Tag.PixelSpacing);
        expected.add(new Expectation(TAG_RETAINED, List.of(Tag.ImagePositionPatient), ""));
        switch (modality) {
            case CT -> retained(expected, "B30f", Tag.ConvolutionKernel);
            case MR -> retained(expected, "12.5", Tag.EchoTime);
            case PT -> {
                int tracer = Tag.RadiopharmaceuticalInformationSequence;
                retained(expected, "350000000", tracer, Tag.RadionuclideTotalDose);
                retained(expected, "081500", tracer, Tag.RadiopharmaceuticalStartTime);
                retained(expected, "recumbent", Tag.PatientOrientationCodeSequence, Tag.CodeMeaning);
                expected.add(new Expectation(
                        DATE_SHIFTED, List.of(tracer, Tag.RadiopharmaceuticalStartDateTime), "20240117"));
            }
        }
    }

    private static void becomes(DataSet d, String sopClass, String modality) {
        for (int tag : new int[] {
            Tag.PixelData,
            Tag.Rows,
            Tag.Columns,
            Tag.BitsAllocated,
            Tag.BitsStored,
            Tag.HighBit,
            Tag.SamplesPerPixel,
            Tag.PhotometricInterpretation,
            Tag.PixelRepresentation,
            Tag.WindowCenter,
            Tag.WindowWidth,
            Tag.PixelSpacing
        }) {
            d.remove(tag);
        }
        d.setString(Tag.SOPClassUID, sopClass);
        d.setString(Tag.Modality, modality);
    }

    /** Grey noise, below a banner that stands for text. */
    private static byte[] ultrasound(DataSet d, int number, TransferSyntax syntax) {
        becomes(d, US, "US");
        d.setInt(Tag.Rows, ROWS);
        d.setInt(Tag.Columns, COLUMNS);
        d.setInt(Tag.SamplesPerPixel, 1);
        d.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        d.setInt(Tag.BitsAllocated, 8);
        d.setInt(Tag.BitsStored, 8);
        d.setInt(Tag.HighBit, 7);
        d.setInt(Tag.PixelRepresentation, VR.US, 0);
        byte[] samples = new byte[ROWS * COLUMNS];
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < samples.length; i++) {
            // No sample is blank by itself.
            samples[i] = (byte) (random.nextInt() | 1);
        }
        if (syntax.encapsulated()) {
            d.put(new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[0], rle(samples)))));
        } else {
            d.put(Element.of(Tag.PixelData, VR.OB, samples));
        }
        return samples;
    }

    /** PS3.5 G.3: one segment of literal runs. */
    private static byte[] rle(byte[] samples) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer header =
                ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(1).putInt(64);
        out.writeBytes(header.array());
        for (int at = 0; at < samples.length; at += 128) {
            int length = Math.min(128, samples.length - at);
            out.write(length - 1);
            out.write(samples, at, length);
        }
        if (out.size() % 2 != 0) {
            out.write(0x80);
        }
        return out.toByteArray();
    }

    private static DataSet content(String type, int name, String value, DataSet concept) {
        DataSet item = new DataSet();
        item.setString(Tag.RelationshipType, "CONTAINS");
        item.setString(Tag.ValueType, type);
        item.setItems(Tag.ConceptNameCodeSequence, concept);
        item.setString(name, value);
        return item;
    }

    private static DataSet code(String value, String scheme, String meaning) {
        DataSet item = new DataSet();
        item.setString(Tag.CodeValue, value);
        item.setString(Tag.CodingSchemeDesignator, scheme);
        item.setString(Tag.CodeMeaning, meaning);
        return item;
    }

    private static void report(DataSet d, Patient patient, List<Expectation> expected) {
        becomes(d, SR, "SR");
        d.setString(Tag.ValueType, "CONTAINER");
        d.setString(Tag.CompletionFlag, "COMPLETE");
        d.setString(Tag.VerificationFlag, "UNVERIFIED");
        d.setItems(Tag.ConceptNameCodeSequence, code("121070", "DCM", "Findings"));
        d.setItems(
                Tag.ContentSequence,
                content(
                        "TEXT",
                        Tag.TextValue,
                        "Liver normal in " + patient.name().replace("^", " ") + ", seen by "
                                + patient.physician().replace("^", " "),
                        code("121071", "DCM", "Finding")),
                content("PNAME", Tag.PersonName, patient.physician(), code("121008", "DCM", "Person Observer Name")));
        retained(expected, "Findings", Tag.ConceptNameCodeSequence, Tag.CodeMeaning);
        retained(expected, "Liver", Tag.ContentSequence, Tag.TextValue);
        retained(expected, "Finding", Tag.ContentSequence, Tag.ConceptNameCodeSequence, Tag.CodeMeaning);
    }

    private static void annotations(DataSet d, Patient patient) {
        becomes(d, PRESENTATION, "PR");
        d.setString(Tag.ContentLabel, "MARKED");
        d.setString(Tag.ContentDescription, "Liver of " + patient.hidden());
        d.setString(Tag.ContentCreatorName, patient.physician());
        DataSet text = new DataSet();
        text.setString(Tag.UnformattedTextValue, patient.name().replace("^", " "));
        DataSet annotation = new DataSet();
        annotation.setString(Tag.GraphicLayer, "ONE");
        annotation.setItems(Tag.TextObjectSequence, text);
        d.setItems(Tag.GraphicAnnotationSequence, annotation);
    }

    private static void structures(DataSet d, Patient patient, List<Expectation> expected) {
        becomes(d, STRUCTURES, "RTSTRUCT");
        d.setString(Tag.StructureSetLabel, patient.hidden());
        d.setString(Tag.StructureSetName, "Liver " + patient.name().replace("^", " "));
        d.setString(Tag.StructureSetDate, "20240117");
        DataSet region = new DataSet();
        region.setInt(Tag.ROINumber, 1);
        region.setString(Tag.ROIName, "Liver");
        region.setString(Tag.ROIDescription, patient.hidden());
        region.setString(Tag.ROIGenerationAlgorithm, "MANUAL");
        d.setItems(Tag.StructureSetROISequence, region);
        retained(expected, "MANUAL", Tag.StructureSetROISequence, Tag.ROIGenerationAlgorithm);
        expected.add(new Expectation(TAG_RETAINED, List.of(Tag.StructureSetLabel), ""));
        expected.add(new Expectation(DATE_SHIFTED, List.of(Tag.StructureSetDate), "20240117"));
    }
}
