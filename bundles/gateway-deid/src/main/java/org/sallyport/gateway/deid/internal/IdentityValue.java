package org.sallyport.gateway.deid.internal;

/**
 * A value that tells who somebody is, as it came. Holds identity.
 *
 * @param text decoded; of a name all of its component groups
 */
record IdentityValue(Kind kind, String text) {

    /** How it is searched for. */
    enum Kind {
        PATIENT_NAME("the patient's name"),
        /** Physicians, operators, relatives. */
        OTHER_NAME("a person's name"),
        ID("an id"),
        /** Of the patient or a physician: as a whole. */
        PLACE("an address"),
        /** Name and address: as a whole. */
        INSTITUTION("an institution"),
        BIRTH_DATE("the date of birth"),
        DATE("a date"),
        UID("an original UID");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    @Override
    public String toString() {
        return "IdentityValue[" + kind + "]";
    }
}
