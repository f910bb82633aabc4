package org.sallyport.benchmarks;

import java.util.List;
import java.util.Random;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * Images as hospitals have them, with nothing of the patient where it does not belong: whatever the search for identity finds in them is found wrongly. Names
 * are common ones, many of them words of radiology too. Pure functions.
 */
final class OrdinaryImages {

    private static final List<Modality> MODALITIES = List.of(Modality.CT, Modality.MR, Modality.PT);
    private static final String[] FAMILIES = {
        "Smith",
        "Long",
        "White",
        "Brown",
        "Green",
        "Black",
        "Gray",
        "Short",
        "Small",
        "Young",
        "Head",
        "Hand",
        "Foot",
        "Bone",
        "Hart",
        "Brain",
        "Field",
        "Marks",
        "Hall",
        "Park",
        "Lake",
        "Coil",
        "Axel",
        "Stone",
        "Wood",
        "Hill",
        "Müller",
        "Schmidt",
        "Weber",
        "Becker",
        "Fischer",
        "Lang",
        "Klein",
        "Gross",
        "Kurz",
        "Bein",
        "Kopf",
        "Herz",
        "García",
        "Rossi",
        "Martin",
        "Dubois",
        "Nielsen",
        "Novák",
        "Nguyen",
        "Li",
        "Kim",
        "Tanaka",
        "Singh",
        "Okafor",
        "Contrast",
        "Chest",
        "Post",
        "Pre",
        "Sharp",
        "Fine",
        "Best",
        "Day",
        "March",
        "May",
        "Art",
        "Ray",
        "Cross",
        "Ward"
    };
    private static final String[] GIVEN = {
        "Anna", "John", "Mary", "Peter", "April", "May", "June", "August", "Rose", "Iris", "Victor", "Max", "Art",
        "Ray", "Mark", "Grant", "Faith", "Grace", "Hans", "Uwe", "Li", "Wei", "José", "Zoë", "Ida", "Eva", "Ben", "Tom"
    };
    private static final String[] DESCRIPTIONS = {
        "AXIAL T1 HEAD W CONTRAST", "Chest 5.0 B30f", "t2_tse_sag_p2", "SAG FLAIR", "Localizer", "Abdomen/Pelvis w/o",
        "CTA Head and Neck", "LONG AXIS CINE", "SHORT AXIS STACK", "Hand AP right", "Foot lateral left", "WB FDG PET",
        "Thorax 1.25mm lung", "T2* GRE post", "DWI b1000 ADC", "ax 3D MPRAGE", "Knie links coronal PD fs",
                "Dose Report",
        "Spine lumbar sag T2", "Cor STIR 2024", "Perfusion 20 sec delay", "3-PLANE LOC", "ART phase 35s",
                "Brain MRA TOF"
    };
    private static final String[] MODELS = {
        "SOMATOM Force",
        "Aera",
        "Ingenia",
        "Discovery MR750w",
        "LightSpeed VCT",
        "Aquilion ONE",
        "Biograph64",
        "MAGNETOM Vida"
    };
    private static final String[] MAKERS = {
        "SIEMENS", "GE MEDICAL SYSTEMS", "Philips Medical Systems", "TOSHIBA", "Canon"
    };

    /** Others have the numbers below. */
    private static final int FIRST_STUDY = 10_000_000;

    private OrdinaryImages() {}

    /** @param number from 0; each is a study of its own */
    static DataSet of(int number) {
        Random random = new Random(number);
        Modality modality = MODALITIES.get(number % MODALITIES.size());
        DataSet d = new SyntheticStudy(
                        new org.sallyport.gateway.testkit.Patient(number % 1_000_000),
                        modality,
                        FIRST_STUDY + number,
                        1,
                        1,
                        16,
                        16)
                .image(1, 1);
        String birth = String.format(
                "19%02d%02d%02d", 20 + random.nextInt(80), 1 + random.nextInt(12), 1 + random.nextInt(28));
        String date = String.format(
                "20%02d%02d%02d", 10 + random.nextInt(15), 1 + random.nextInt(12), 1 + random.nextInt(28));
        d.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        d.setString(Tag.PatientName, pick(random, FAMILIES) + "^" + pick(random, GIVEN));
        d.setString(Tag.PatientID, String.valueOf(10_000 + random.nextInt(9_000_000)));
        d.setString(Tag.AccessionNumber, String.valueOf(100_000 + random.nextInt(900_000_000)));
        d.setString(Tag.StudyID, String.valueOf(1 + random.nextInt(9_999)));
        d.setString(Tag.PatientBirthDate, birth);
        for (int tag : new int[] {Tag.StudyDate, Tag.SeriesDate, Tag.AcquisitionDate, Tag.ContentDate}) {
            d.setString(tag, date);
        }
        d.setString(Tag.ReferringPhysicianName, pick(random, FAMILIES) + "^" + pick(random, GIVEN) + "^^Dr.");
        d.setString(Tag.OperatorsName, pick(random, FAMILIES));
        d.setString(Tag.InstitutionName, "Hospital " + pick(random, FAMILIES));
        d.setString(Tag.StudyDescription, pick(random, DESCRIPTIONS));
        d.setString(Tag.SeriesDescription, pick(random, DESCRIPTIONS));
        d.setString(Tag.ProtocolName, pick(random, DESCRIPTIONS));
        d.setString(Tag.ImageComments, pick(random, DESCRIPTIONS));
        d.setString(Tag.Manufacturer, pick(random, MAKERS));
        d.setString(Tag.ManufacturerModelName, pick(random, MODELS));
        return d;
    }

    private static String pick(Random random, String[] from) {
        return from[random.nextInt(from.length)];
    }
}
