package org.sallyport.gateway.testkit;

/**
 * An invented patient whose every identifier is a text that occurs nowhere else, so that a leak can be found by searching bytes ({@link PlantedIdentifiers}). Patients of different numbers
 * share none. Immutable.
 *
 * @param number 0–999,999
 */
public record Patient(int number) {

    public String name() {
        return "Quillonette" + tail() + "^Zephyrine";
    }

    public String id() {
        return "PATID-" + tail() + "-ZQ";
    }

    public String accession() {
        return "ACCNO" + tail();
    }

    public String physician() {
        return "Brockenhurst" + tail() + "^Ottoline";
    }

    public String address() {
        return "Elderflower Crescent " + tail();
    }

    public String institution() {
        return "St Wulfric Infirmary " + tail();
    }

    /** In a place where nobody expects a name: free text, a private attribute, an overlay. */
    public String hidden() {
        return "HIDDENQUILL" + tail();
    }

    /** Japanese; the same for all patients. */
    String nameInKanji() {
        return "山田";
    }

    /** Cyrillic; the same for all patients. */
    String nameInCyrillic() {
        return "Зверобоева";
    }

    public String birthDate() {
        return "19" + (10 + number % 30) + "0317";
    }

    private String tail() {
        return String.format("%06d", number);
    }
}
