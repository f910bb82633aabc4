package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/** Makes data sets with identity planted wherever a sender may put it. The same seed gives the same data set. */
final class RandomDataSets {

    /** In every planted text, and in nothing else. */
    static final String PLANTED = "Zq7Doe";
    /** In every planted UID. */
    static final String PLANTED_UID = "1.2.276.0.4711.77";
    /** In every planted date: the year, which moving by {@value FakeVault#SHIFT} days changes. */
    static final String PLANTED_YEAR = "1937";

    private static final int[] NAMES = {
        Tag.ReferringPhysicianName,
        Tag.PerformingPhysicianName,
        Tag.OperatorsName,
        Tag.OtherPatientNames,
        Tag.PatientBirthName,
        Tag.RequestingPhysician,
        Tag.ScheduledPerformingPhysicianName,
        Tag.PersonName,
        Tag.NamesOfIntendedRecipientsOfResults
    };
    private static final int[] SHORT_TEXTS = {
        Tag.AccessionNumber,
        Tag.InstitutionName,
        Tag.OtherPatientIDs,
        Tag.IssuerOfPatientID,
        Tag.StudyDescription,
        Tag.SeriesDescription,
        Tag.ProtocolName,
        Tag.StationName,
        Tag.DeviceSerialNumber,
        Tag.StudyID,
        Tag.PatientAddress,
        Tag.MedicalAlerts,
        Tag.Occupation,
        Tag.RequestedProcedureDescription,
        Tag.RequestAttributesSequence
    };
    private static final int[] LONG_TEXTS = {
        Tag.PatientComments,
        Tag.AdditionalPatientHistory,
        Tag.ImageComments,
        Tag.InstitutionAddress,
        Tag.TextValue,
        Tag.DerivationDescription,
        Tag.CommentsOnThePerformedProcedureStep,
        Tag.TextString
    };
    private static final int[] UIDS = {
        Tag.FrameOfReferenceUID,
        Tag.ReferencedSOPInstanceUID,
        Tag.SynchronizationFrameOfReferenceUID,
        Tag.ConcatenationUID,
        Tag.DimensionOrganizationUID,
        Tag.TransactionUID,
        Tag.InstanceCreatorUID
    };
    private static final int[] DATES = {
        Tag.StudyDate,
        Tag.SeriesDate,
        Tag.AcquisitionDate,
        Tag.ContentDate,
        Tag.PatientBirthDate,
        Tag.DateOfLastCalibration,
        Tag.ScheduledProcedureStepStartDate
    };
    private static final int[] DATE_TIMES = {
        Tag.AcquisitionDateTime,
        Tag.FrameAcquisitionDateTime,
        Tag.FrameReferenceDateTime,
        Tag.RadiopharmaceuticalStartDateTime
    };
    private static final int[] SEQUENCES = {
        Tag.SourceImageSequence,
        Tag.ReferencedImageSequence,
        Tag.RequestAttributesSequence,
        Tag.SharedFunctionalGroupsSequence,
        Tag.OtherPatientIDsSequence,
        Tag.OperatorIdentificationSequence,
        Tag.PersonIdentificationCodeSequence,
        Tag.ContentSequence,
        Tag.DerivationCodeSequence,
        Tag.RadiopharmaceuticalInformationSequence,
        Tag.DigitalSignaturesSequence
    };
    private static final int[] UNKNOWN = {
        Tag.of(0x0008, 0x0FFE), Tag.of(0x0010, 0x7777), Tag.of(0x0020, 0x0ABC), Tag.of(0x4444, 0x0010)
    };

    private final Random random;
    private final boolean privateSequences;
    private int sequences;

    private RandomDataSets(Random random, boolean privateSequences) {
        this.random = random;
        this.privateSequences = privateSequences;
    }

    static RandomDataSets of(Random random) {
        return new RandomDataSets(random, true);
    }

    /** In implicit VR nobody knows that a private element of defined length is a sequence. */
    DataSet withoutPrivateSequences() {
        return new RandomDataSets(random, false).dataSet();
    }

    /** A CT image that passes the gate; encapsulated or native pixel data is to be added. */
    DataSet dataSet() {
        DataSet made = Gate.withoutPixels();
        made.setString(Tag.PatientName, planted());
        made.setString(Tag.PatientID, planted());
        made.setString(Tag.SOPInstanceUID, PLANTED_UID + ".1.1.1");
        made.setString(Tag.SeriesInstanceUID, PLANTED_UID + ".1.1");
        made.setString(Tag.StudyInstanceUID, PLANTED_UID + ".1");
        fill(made, 0);
        for (int group = 0x6000; group < 0x6006; group += 2) {
            if (random.nextBoolean()) {
                made.setInt(Tag.of(group, 0x0010), VR.US, 512);
                made.put(Gate.text(Tag.of(group, 0x3000), VR.OW, even(planted())));
                made.put(Gate.text(Tag.of(group, 0x4000), VR.LT, planted()));
                made.put(Gate.text(Tag.of(group - 0x1000, 0x3000), VR.OW, even(planted())));
            }
        }
        return made;
    }

    /** What may stand behind pixel data. */
    List<Element> tail() {
        List<Element> tail = new ArrayList<>();
        if (random.nextBoolean()) {
            tail.add(Gate.text(Tag.of(0x7FE1, 0x0010), VR.LO, "ACME " + planted()));
            tail.add(Gate.text(Tag.of(0x7FE1, 0x1001), VR.LO, planted()));
        }
        if (random.nextBoolean()) {
            tail.add(Gate.text(Tag.DataSetTrailingPadding, VR.OB, even(planted())));
        }
        return tail;
    }

    private void fill(DataSet made, int depth) {
        for (int i = random.nextInt(8); i > 0; i--) {
            put(made, Gate.text(one(NAMES), VR.PN, planted()));
        }
        for (int i = random.nextInt(8); i > 0; i--) {
            int tag = one(SHORT_TEXTS);
            if (Dictionary.vrOf(tag) != VR.SQ) {
                put(made, Gate.text(tag, Dictionary.vrOf(tag), planted()));
            }
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            int tag = one(LONG_TEXTS);
            put(made, Gate.text(tag, Dictionary.vrOf(tag), planted().repeat(random.nextInt(40))));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            put(made, Gate.text(one(UIDS), VR.UI, PLANTED_UID + "." + random.nextInt(1000)));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            put(made, Gate.text(one(DATES), VR.DA, random.nextInt(5) == 0 ? planted() : plantedDate()));
        }
        if (random.nextBoolean()) {
            put(made, Gate.text(one(DATE_TIMES), VR.DT, plantedDate() + "101530." + random.nextInt(1000) + "+0100"));
        }
        if (random.nextBoolean()) {
            put(made, Gate.text(one(UNKNOWN), VR.UN, even(planted())));
        }
        if (random.nextBoolean()) {
            put(made, Gate.text(Tag.PatientAge, VR.AS, "095Y"));
        }
        plain(made);
        privates(made, depth);
        for (int i = depth < 4 ? random.nextInt(4) : 0; i > 0 && sequences < 40; i--) {
            sequences++;
            put(made, Element.sequence(one(SEQUENCES), items(depth)));
        }
    }

    private List<DataSet> items(int depth) {
        List<DataSet> items = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            DataSet item = new DataSet();
            fill(item, depth + 1);
            items.add(item);
        }
        return items;
    }

    /** What identifies nobody and is kept. */
    private void plain(DataSet made) {
        made.setInt(Tag.Rows, random.nextInt(1024));
        put(made, Gate.text(Tag.SliceThickness, VR.DS, String.valueOf(random.nextInt(100) / 10.0)));
        put(made, Gate.text(Tag.AcquisitionTime, VR.TM, "101530." + random.nextInt(1000)));
        if (random.nextBoolean()) {
            made.setInt(Tag.FrameIncrementPointer, VR.AT, Tag.FrameTime, Tag.SliceLocation);
            byte[] values = new byte[8 * random.nextInt(9)];
            random.nextBytes(values);
            put(made, Element.of(Tag.DiffusionGradientOrientation, VR.FD, values));
        }
    }

    private void privates(DataSet made, int depth) {
        if (random.nextBoolean()) {
            put(made, Gate.text(Tag.of(0x0009, 0x0010), VR.LO, "ACME " + planted()));
            put(made, Gate.text(Tag.of(0x0009, 0x1001), VR.LO, planted()));
            put(made, Gate.text(Tag.of(0x0009, 0x1002), VR.UN, even(planted())));
            put(made, Gate.text(Tag.of(0x0009, 0x1003), VR.OB, even(planted())));
        }
        if (random.nextBoolean()) {
            put(made, Gate.text(Tag.of(0x7053, 0x0010), VR.LO, "Philips PET Private Group"));
            put(made, Gate.text(Tag.of(0x7053, 0x1000), VR.DS, "0.5"));
            put(made, Gate.text(Tag.of(0x7053, 0x1042), VR.LO, planted()));
        }
        if (random.nextInt(4) == 0) {
            put(made, Gate.text(Tag.of(0x0019, 0x1023), VR.LO, planted()));
        }
        if (privateSequences && depth < 2 && random.nextBoolean()) {
            put(made, Gate.text(Tag.of(0x7E01, 0x0010), VR.LO, "HOLOGIC, Inc."));
            put(made, Element.sequence(Tag.of(0x7E01, 0x1010), items(depth)));
        }
    }

    private static void put(DataSet made, Element element) {
        made.put(element);
    }

    private int one(int[] tags) {
        return tags[random.nextInt(tags.length)];
    }

    private String planted() {
        return PLANTED + "^" + Integer.toString(random.nextInt(1_000_000), 36);
    }

    private String plantedDate() {
        return PLANTED_YEAR + String.format("%02d%02d", 1 + random.nextInt(3), 1 + random.nextInt(28));
    }

    private static String even(String text) {
        return (text.length() & 1) == 0 ? text : text + "x";
    }

    /** Native pixels, or fragments behind a Basic Offset Table. */
    Element pixels(boolean encapsulated) {
        if (!encapsulated) {
            byte[] pixels = new byte[2 * random.nextInt(20_000)];
            random.nextBytes(pixels);
            return Element.of(Tag.PixelData, VR.OW, pixels);
        }
        List<byte[]> fragments = new ArrayList<>();
        fragments.add(new byte[0]);
        for (int i = random.nextInt(5); i >= 0; i--) {
            byte[] fragment = new byte[2 * random.nextInt(5_000)];
            random.nextBytes(fragment);
            fragments.add(fragment);
        }
        return new Element(Tag.PixelData, VR.OB, new Value.Fragments(fragments));
    }

    /** Whether a planted text, UID or date stands in these bytes. */
    static boolean isPlantedIn(byte[] bytes) {
        // The digits of a mapped UID are as good as random: some happen to be a year.
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("2\\.25\\.[0-9]+", "");
        return text.contains(PLANTED)
                || text.contains(PLANTED_UID)
                || text.contains(PLANTED_YEAR)
                || text.contains("095Y");
    }
}
