package org.sallyport.dicom.net.internal;

/** PDU types (PS3.8 9.3.1). */
final class PduType {

    static final int A_ASSOCIATE_RQ = 0x01;
    static final int A_ASSOCIATE_AC = 0x02;
    static final int A_ASSOCIATE_RJ = 0x03;
    static final int P_DATA_TF = 0x04;
    static final int A_RELEASE_RQ = 0x05;
    static final int A_RELEASE_RP = 0x06;
    static final int A_ABORT = 0x07;

    /** Type, reserved byte, 32-bit length. */
    static final int HEADER = 6;

    private PduType() {}
}
