package org.sallyport.destination.dicom.internal;

/** What a status of a C-STORE response means for a delivery (PS3.4 B.2.3, PS3.7 C). Pure. */
enum StoreStatus {
    STORED,
    LATER,
    REFUSED;

    /** Duplicate SOP Instance: the peer has it. Whether it would take a changed version is told by {@code replaces-existing}. */
    private static final int DUPLICATE = 0x0111;

    static StoreStatus of(int status) {
        if (status == 0 || (status & 0xF000) == 0xB000) {
            return STORED;
        }
        return switch (status) {
            // Warnings: of general use, attribute list error, attribute value out of range.
            case 0x0001, 0x0107, 0x0116, DUPLICATE -> STORED;
            // Processing failure, resource limitation: of the moment.
            case 0x0110, 0x0213 -> LATER;
            default -> (status & 0xFF00) == 0xA700 ? LATER : REFUSED;
        };
    }
}
