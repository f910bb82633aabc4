package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** What stands before the data set in a Part 10 file of ours (PS3.10 7.1), which is no part of a C-STORE. */
final class Part10Start {

    private static final int PREAMBLE = 128;
    private static final int LONGEST = 1 << 16;
    private static final int SOP_INSTANCE_UID = 0x0003;

    private Part10Start() {}

    /**
     * Reads it.
     *
     * @return Media Storage SOP Instance UID (0002,0003)
     * @throws DicomDataException if it is not as ours are
     */
    static String pass(InputStream in) throws IOException {
        // Preamble, DICM, (0002,0000) UL 4 and its value.
        byte[] start = in.readNBytes(PREAMBLE + 16);
        boolean fits = start.length == PREAMBLE + 16
                && new String(start, PREAMBLE, 4, StandardCharsets.ISO_8859_1).equals("DICM")
                && u16(start, PREAMBLE + 4) == 2
                && u16(start, PREAMBLE + 6) == 0;
        int length = fits ? u16(start, PREAMBLE + 12) | u16(start, PREAMBLE + 14) << 16 : -1;
        if (length < 0 || length > LONGEST) {
            throw new DicomDataException(Reason.MALFORMED, "(0002,0000) is missing or too large");
        }
        byte[] group = in.readNBytes(length);
        if (group.length < length) {
            throw new DicomDataException(Reason.TRUNCATED, "file ends inside its meta information");
        }
        int at = 0;
        while (at + 8 <= group.length) {
            boolean longLength = group[at + 4] == 'O' && group[at + 5] == 'B';
            int value = longLength ? at + 12 : at + 8;
            long size = longLength && at + 12 <= group.length
                    ? u16(group, at + 8) | (long) u16(group, at + 10) << 16
                    : u16(group, at + 6);
            if (size > group.length - value) {
                break;
            }
            if (u16(group, at + 2) == SOP_INSTANCE_UID) {
                return new String(group, value, (int) size, StandardCharsets.US_ASCII)
                        .replace('\0', ' ')
                        .strip();
            }
            at = value + (int) size;
        }
        throw new DicomDataException(Reason.MALFORMED, "file meta information without (0002,0003)");
    }

    private static int u16(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }
}
