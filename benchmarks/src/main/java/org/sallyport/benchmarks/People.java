package org.sallyport.benchmarks;

import java.util.Locale;

/** Made-up patients with some three studies each. Pure: the same number gives the same study. */
final class People {

    static final int SURNAMES = 8_000;

    private static final String[] SYLLABLES = {
        "BA", "CHE", "DO", "FER", "GUL", "HAN", "JO", "KEL", "LI", "MOR", "NA", "PE", "QUI", "RO", "SMI", "TA", "VEN",
        "WI", "XU", "ZEL"
    };
    private static final String[] GIVEN = {"ANNA", "BEN", "CARLA", "DAVID", "EVA", "FRANK", "GRETA", "HUGO"};
    private static final int STUDIES_OF_PATIENT = 3;

    private People() {}

    static int patient(int study) {
        return study / STUDIES_OF_PATIENT;
    }

    static String id(int study) {
        return String.format(Locale.ROOT, "MRN%07d", patient(study));
    }

    static String surname(int number) {
        int n = number % SURNAMES;
        return SYLLABLES[n % 20] + SYLLABLES[n / 20 % 20] + SYLLABLES[n / 400 % 20];
    }

    static String name(int study) {
        int patient = patient(study);
        return surname(patient * 31 % SURNAMES) + "^" + GIVEN[patient % GIVEN.length];
    }

    static String accession(int study) {
        return String.format(Locale.ROOT, "A%08d", study);
    }

    static String studyInstanceUid(int study) {
        return "1.2.826.0.1.3680043.10.777.31." + study + ".20240117";
    }

    /** Over twenty years. */
    static String date(int study) {
        return java.time.LocalDate.of(2004, 1, 1)
                .plusDays(study * 7919L % 7300)
                .format(java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
    }
}
