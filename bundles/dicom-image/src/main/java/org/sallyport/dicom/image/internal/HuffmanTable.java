package org.sallyport.dicom.image.internal;

import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;

/** A Huffman table of JPEG (ITU-T T.81 Annex C, F.2.2.3), ready to decode. Immutable. */
final class HuffmanTable {

    /** Codes up to this length are found at once. */
    static final int LOOK_AHEAD = 10;

    private static final int LONGEST = 16;

    /** By the next {@link #LOOK_AHEAD} bits: length of the code in the upper byte, its value in the lower; 0 = longer. */
    final short[] lookUp = new short[1 << LOOK_AHEAD];
    /** By length: one more than the largest code, moved to the left of 16 bits; codes of a length are contiguous. */
    final int[] limit = new int[LONGEST + 1];
    /** By length: what has to be added to a code for the index of its value. */
    final int[] delta = new int[LONGEST + 1];

    final byte[] values;

    /**
     * @param counts of codes of the lengths 1 to 16
     * @param values in order of their codes, as many as the counts sum up to
     * @throws ImageException if there are more codes of a length than fit
     */
    HuffmanTable(int[] counts, byte[] values) throws ImageException {
        this.values = values;
        int code = 0;
        int index = 0;
        for (int length = 1; length <= LONGEST; length++) {
            int count = counts[length - 1];
            delta[length] = index - code;
            if (code + count > 1 << length) {
                throw new ImageException(
                        Reason.MALFORMED, "JPEG Huffman table with too many codes of " + length + " bits");
            }
            if (length <= LOOK_AHEAD) {
                fill(length, code, index, count);
            }
            index += count;
            code += count;
            limit[length] = code << LONGEST - length;
            code <<= 1;
        }
    }

    private void fill(int length, int code, int index, int count) {
        for (int i = 0; i < count; i++) {
            int first = code + i << LOOK_AHEAD - length;
            short entry = (short) (length << 8 | values[index + i] & 0xFF);
            for (int at = first; at < first + (1 << LOOK_AHEAD - length); at++) {
                lookUp[at] = entry;
            }
        }
    }

    /**
     * Length and value of a code longer than {@link #LOOK_AHEAD}.
     *
     * @param next the next 16 bits
     * @return length in the upper byte, value in the lower
     */
    int longCode(int next) throws ImageException {
        for (int length = LOOK_AHEAD + 1; length <= LONGEST; length++) {
            if (next < limit[length]) {
                int index = (next >>> LONGEST - length) + delta[length];
                return length << 8 | values[index] & 0xFF;
            }
        }
        throw new ImageException(Reason.MALFORMED, "JPEG data with a code that its Huffman table does not have");
    }
}
