package org.sallyport.gateway.testkit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;

/**
 * A study of one patient, the same at every call: attributes as scanners send them, identifiers of the {@link Patient} in every place where real files
 * have been seen to hold them. Immutable.
 *
 * @param number tells studies apart; part of every UID
 * @param rows and columns of each image, 16 bits a pixel
 */
public record SyntheticStudy(
        Patient patient, Modality modality, int number, int series, int images, int rows, int columns) {

    /** Of every original UID. */
    public static final String UID_ROOT = "1.2.826.0.1.3680043.10.777";

    private static final int PREAMBLE = 128;

    public String studyInstanceUid() {
        return UID_ROOT + "." + number;
    }

    public String seriesInstanceUid(int seriesNumber) {
        return studyInstanceUid() + "." + seriesNumber;
    }

    public String sopInstanceUid(int seriesNumber, int instanceNumber) {
        return seriesInstanceUid(seriesNumber) + "." + instanceNumber;
    }

    /** Writes every image as an explicit VR little endian Part 10 file; identifiers in preamble and file meta information too. */
    public List<Path> writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        for (int s = 1; s <= series; s++) {
            for (int i = 1; i <= images; i++) {
                Path file = folder.resolve(
                        modality.name().toLowerCase(java.util.Locale.ROOT) + number + "-" + s + "-" + i + ".dcm");
                write(image(s, i), file);
                files.add(file);
            }
        }
        return files;
    }

    private void write(DataSet image, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            String sop = image.string(Tag.SOPInstanceUID);
            FileMetaInformation meta = new FileMetaInformation(
                    modality.sopClassUid(),
                    sop == null ? "" : sop,
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                    UID_ROOT + ".0",
                    "HIDDENQUILL",
                    "ACCNO" + number);
            java.io.ByteArrayOutputStream head = new java.io.ByteArrayOutputStream();
            meta.write(head);
            byte[] bytes = head.toByteArray();
            byte[] note = patient.name().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(note, 0, bytes, 0, Math.min(note.length, PREAMBLE));
            out.write(bytes);
            DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            writer.write(image);
            writer.finish();
        }
    }

    /**
     * One image.
     *
     * @param seriesNumber and instanceNumber from 1
     */
    public DataSet image(int seriesNumber, int instanceNumber) {
        DataSet d = new DataSet();
        d.setString(Tag.SpecificCharacterSet, number % 2 == 0 ? "ISO_IR 192" : "ISO_IR 100");
        patientAndStudy(d);
        seriesAndEquipment(d, seriesNumber);
        d.setString(Tag.SOPClassUID, modality.sopClassUid());
        d.setString(Tag.SOPInstanceUID, sopInstanceUid(seriesNumber, instanceNumber));
        d.setInt(Tag.InstanceNumber, instanceNumber);
        geometry(d, instanceNumber);
        switch (modality) {
            case CT -> ct(d);
            case MR -> mr(d);
            case PT -> pt(d);
        }
        unexpectedPlaces(d, seriesNumber);
        pixels(d, seriesNumber, instanceNumber);
        return d;
    }

    private void patientAndStudy(DataSet d) {
        d.setString(Tag.PatientName, patient.name());
        d.setString(Tag.PatientID, patient.id());
        d.setString(Tag.PatientBirthDate, patient.birthDate());
        d.setString(Tag.PatientSex, "F");
        d.setString(Tag.PatientAge, "097Y");
        d.setString(Tag.PatientWeight, "61.5");
        d.setString(Tag.PatientSize, "1.64");
        d.setString(Tag.OtherPatientIDs, patient.id() + "B");
        d.setString(Tag.PatientAddress, patient.address());
        d.setString(Tag.StudyInstanceUID, studyInstanceUid());
        d.setString(Tag.StudyDate, "20240117");
        d.setString(Tag.StudyTime, "093041.25");
        d.setString(Tag.StudyID, patient.accession());
        d.setString(Tag.AccessionNumber, patient.accession());
        d.setString(Tag.ReferringPhysicianName, patient.physician());
        d.setString(Tag.StudyDescription, "Thorax " + patient.hidden());
        d.setString(Tag.InstitutionName, patient.institution());
        d.setString(Tag.InstitutionAddress, patient.address());
        d.setString(Tag.OperatorsName, patient.physician());
        d.setString(Tag.StationName, "HIDDENQUILL");
    }

    private void seriesAndEquipment(DataSet d, int seriesNumber) {
        d.setString(Tag.Modality, modality.name());
        d.setString(Tag.SeriesInstanceUID, seriesInstanceUid(seriesNumber));
        d.setInt(Tag.SeriesNumber, seriesNumber);
        d.setString(Tag.SeriesDate, "20240117");
        d.setString(Tag.SeriesTime, "093512");
        d.setString(Tag.AcquisitionDate, "20240117");
        d.setString(Tag.AcquisitionTime, "093555");
        d.setString(Tag.ContentDate, "20240117");
        d.setString(Tag.ContentTime, "093600");
        d.setString(Tag.SeriesDescription, "Axial");
        d.setString(Tag.ProtocolName, "Routine");
        d.setString(Tag.PatientPosition, "HFS");
        d.setString(Tag.Manufacturer, "Fantasy Imaging");
        d.setString(Tag.ManufacturerModelName, "Model 7");
        d.setString(Tag.DeviceSerialNumber, "SN" + patient.accession());
        d.setString(Tag.SoftwareVersions, "1.0");
        d.setString(Tag.BodyPartExamined, "CHEST");
        d.setString(Tag.FrameOfReferenceUID, studyInstanceUid() + ".0." + seriesNumber);
        d.setString(Tag.PositionReferenceIndicator, "");
    }

    private void geometry(DataSet d, int instanceNumber) {
        d.setString(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL");
        // Kept by de-identification: with series and instance number it tells which image this was.
        d.setInt(Tag.AcquisitionNumber, number);
        d.setString(Tag.ImagePositionPatient, "-250.0", "-250.0", String.valueOf(instanceNumber * 2.5));
        d.setString(Tag.ImageOrientationPatient, "1", "0", "0", "0", "1", "0");
        d.setString(Tag.PixelSpacing, "0.976562", "0.976562");
        d.setString(Tag.SliceThickness, "2.5");
        d.setString(Tag.SliceLocation, String.valueOf(instanceNumber * 2.5));
    }

    private static void ct(DataSet d) {
        d.setString(Tag.KVP, "120");
        d.setString(Tag.RescaleIntercept, "-1024");
        d.setString(Tag.RescaleSlope, "1");
        d.setString(Tag.RescaleType, "HU");
        d.setString(Tag.ConvolutionKernel, "B30f");
    }

    private static void mr(DataSet d) {
        d.setString(Tag.ImageType, "ORIGINAL", "PRIMARY", "M");
        d.setString(Tag.ScanningSequence, "SE");
        d.setString(Tag.SequenceVariant, "NONE");
        d.setString(Tag.ScanOptions, "");
        d.setString(Tag.MRAcquisitionType, "2D");
        d.setString(Tag.EchoTime, "12.5");
        d.setString(Tag.RepetitionTime, "540");
        d.setInt(Tag.EchoTrainLength, 1);
    }

    private void pt(DataSet d) {
        d.setString(Tag.ImageType, "ORIGINAL", "PRIMARY");
        d.setString(Tag.SeriesType, "STATIC", "IMAGE");
        d.setInt(Tag.NumberOfSlices, images);
        d.setString(Tag.CorrectedImage, "DECY", "ATTN");
        d.setString(Tag.DecayCorrection, "START");
        d.setString(Tag.CollimatorType, "NONE");
        d.setString(Tag.Units, "BQML");
        d.setString(Tag.CountsSource, "EMISSION");
        d.setInt(Tag.ImageIndex, 1);
        d.setString(Tag.FrameReferenceTime, "0");
        d.setString(Tag.ActualFrameDuration, "120000");
        d.setString(Tag.RescaleIntercept, "0");
        d.setString(Tag.RescaleSlope, "1.5");
        DataSet tracer = new DataSet();
        tracer.setString(Tag.Radiopharmaceutical, "FDG");
        tracer.setString(Tag.RadiopharmaceuticalStartTime, "081500");
        tracer.setString(Tag.RadiopharmaceuticalStartDateTime, "20240117081500.000000+0100");
        tracer.setString(Tag.RadionuclideTotalDose, "350000000");
        tracer.setString(Tag.RadionuclideHalfLife, "6586.2");
        d.setItems(Tag.RadiopharmaceuticalInformationSequence, tracer);
        d.setItems(Tag.PatientOrientationCodeSequence, code("102538003", "SCT", "recumbent"));
        d.setItems(Tag.PatientGantryRelationshipCodeSequence, code("102540001", "SCT", "headfirst"));
    }

    private static DataSet code(String value, String scheme, String meaning) {
        DataSet item = new DataSet();
        item.setString(Tag.CodeValue, value);
        item.setString(Tag.CodingSchemeDesignator, scheme);
        item.setString(Tag.CodeMeaning, meaning);
        return item;
    }

    /** Identifiers where they do not belong, and where they are easily forgotten. */
    private void unexpectedPlaces(DataSet d, int seriesNumber) {
        DataSet request = new DataSet();
        request.setString(Tag.RequestedProcedureID, patient.accession());
        request.setString(Tag.ScheduledProcedureStepDescription, patient.hidden());
        DataSet person = new DataSet();
        person.setString(Tag.InstitutionName, patient.institution());
        person.setItems(Tag.PersonIdentificationCodeSequence, code("1", "99X", patient.physician()));
        request.setItems(Tag.RequestingPhysicianIdentificationSequence, person);
        d.setItems(Tag.RequestAttributesSequence, request);

        DataSet other = new DataSet();
        other.setString(Tag.SpecificCharacterSet, "", "ISO 2022 IR 87");
        other.setString(Tag.PatientName, "Yamada^Tarou=" + patient.nameInKanji());
        other.setString(Tag.PatientID, patient.id());
        d.setItems(Tag.OtherPatientIDsSequence, other);
        if (number % 2 == 0) {
            d.setString(Tag.NameOfPhysiciansReadingStudy, patient.nameInCyrillic());
        }

        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPClassUID, modality.sopClassUid());
        reference.setString(Tag.ReferencedSOPInstanceUID, sopInstanceUid(seriesNumber, 1));
        d.setItems(Tag.ReferencedImageSequence, reference);

        d.setString(Tag.ImageComments, patient.hidden());
        d.setString(Tag.AdditionalPatientHistory, patient.hidden());
        d.setString(0x00091010, VR.LO, patient.hidden());
        d.setString(0x00090010, VR.LO, "FANTASY PRIVATE");
        d.put(Element.of(0x00091011, VR.UN, even(patient.name())));
        d.setString(0x00290010, VR.LO, "HIDDENQUILL BLOCK");
        DataSet inPrivate = new DataSet();
        inPrivate.setString(Tag.PatientName, patient.name());
        d.put(Element.sequence(0x00291020, List.of(inPrivate)));
        // On the list of safe private attributes (PS3.15 Table E.3.10-1): kept by ith-default.
        d.setString(0x00190010, VR.LO, "GEMS_ACQU_01");
        d.setString(0x00191023, VR.DS, "0.75");
        // An attribute that no dictionary knows, as UN.
        d.put(Element.of(0x00187FFE, VR.UN, even(patient.hidden())));
        overlay(d);
    }

    /** An overlay whose bits spell a name. */
    private void overlay(DataSet d) {
        int bytes = 64 * 64 / 8;
        byte[] bits = new byte[bytes];
        byte[] text = patient.hidden().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bits, 0, text.length);
        d.setInt(0x60000010, VR.US, 64);
        d.setInt(0x60000011, VR.US, 64);
        d.setString(0x60000040, VR.CS, "G");
        d.setInt(0x60000050, VR.SS, 1, 1);
        d.setInt(0x60000100, VR.US, 1);
        d.setInt(0x60000102, VR.US, 0);
        d.put(Element.of(0x60003000, VR.OW, bits));
    }

    private static byte[] even(String text) {
        return (text.length() % 2 == 0 ? text : text + " ").getBytes(StandardCharsets.US_ASCII);
    }

    private void pixels(DataSet d, int seriesNumber, int instanceNumber) {
        d.setInt(Tag.SamplesPerPixel, 1);
        d.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        d.setInt(Tag.Rows, rows);
        d.setInt(Tag.Columns, columns);
        d.setInt(Tag.BitsAllocated, 16);
        d.setInt(Tag.BitsStored, 12);
        d.setInt(Tag.HighBit, 11);
        d.setInt(Tag.PixelRepresentation, VR.US, 0);
        d.setString(Tag.WindowCenter, "40");
        d.setString(Tag.WindowWidth, "400");
        byte[] pixels = new byte[rows * columns * 2];
        SplittableRandom random =
                new SplittableRandom(((long) number << 40) ^ ((long) seriesNumber << 20) ^ instanceNumber);
        int noise = 0;
        for (int i = 0; i < pixels.length; i += 2) {
            if (i % 64 == 0) {
                noise = random.nextInt();
            }
            // A slope with noise: compresses like an image, not like random bytes.
            int value = (i / columns + (noise >>> (i % 28) & 15)) & 0xFFF;
            pixels[i] = (byte) value;
            pixels[i + 1] = (byte) (value >> 8);
        }
        d.put(Element.of(Tag.PixelData, VR.OW, pixels));
    }
}
