package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Passes over what stands before the data set in a Part 10 file (PS3.10 7.1), which is no part of a C-STORE. Pure. */
final class MetaInformation {

    private static final int PREAMBLE = 128;
    private static final int LONGEST = 1 << 20;

    private MetaInformation() {}

    /** @throws DicomDataException if there is no preamble, prefix and group length */
    static void pass(InputStream in) throws IOException {
        // Preamble, DICM, (0002,0000) UL 4 and its value.
        byte[] start = in.readNBytes(PREAMBLE + 4 + 12);
        boolean fits = start.length == PREAMBLE + 16
                && start[128] == 'D'
                && start[129] == 'I'
                && start[130] == 'C'
                && start[131] == 'M'
                && start[132] == 2
                && start[133] == 0
                && start[134] == 0
                && start[135] == 0
                && start[136] == 'U'
                && start[137] == 'L';
        long length = !fits
                ? -1
                : start[140] & 0xFF | (start[141] & 0xFF) << 8 | (start[142] & 0xFF) << 16 | (start[143] & 0xFFL) << 24;
        if (length < 0 || length > LONGEST) {
            throw new DicomDataException(Reason.MALFORMED, "(0002,0000) is missing or too large");
        }
        if (in.readNBytes((int) length).length < length) {
            throw new DicomDataException(Reason.TRUNCATED, "file ends inside its meta information");
        }
    }
}
