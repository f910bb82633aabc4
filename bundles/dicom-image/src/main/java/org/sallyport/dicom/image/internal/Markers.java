package org.sallyport.dicom.image.internal;

/** Markers of JPEG (ITU-T T.81 Table B.1) and how they are found. */
final class Markers {

    static final int SOF0 = 0xC0;
    static final int SOF1 = 0xC1;
    static final int SOF3 = 0xC3;
    static final int DHT = 0xC4;
    static final int JPG = 0xC8;
    static final int DAC = 0xCC;
    static final int SOF15 = 0xCF;
    static final int RST0 = 0xD0;
    static final int RST7 = 0xD7;
    static final int SOI = 0xD8;
    static final int EOI = 0xD9;
    static final int SOS = 0xDA;
    static final int DQT = 0xDB;
    static final int DRI = 0xDD;
    static final int APP14 = 0xEE;
    static final int TEM = 0x01;

    private Markers() {}

    /** Where the next marker stands, at its last FF; -1 if there is none. Fill bytes, stuffed bytes and rubbish are passed over. */
    static int find(byte[] data, int from, int end) {
        for (int at = from; at + 1 < end; at++) {
            if (data[at] == (byte) 0xFF && data[at + 1] != 0 && data[at + 1] != (byte) 0xFF) {
                return at;
            }
        }
        return -1;
    }
}
