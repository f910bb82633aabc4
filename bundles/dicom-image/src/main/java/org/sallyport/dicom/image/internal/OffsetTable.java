package org.sallyport.dicom.image.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where frames begin, in bytes from the first item after the Basic Offset Table (PS3.5 A.4). Immutable.
 *
 * @param starts one for each frame, ascending from 0
 */
record OffsetTable(long[] starts) {

    /**
     * A table, Basic with numbers of 4 bytes or Extended of 8.
     *
     * @return null if it is empty or cannot be one of so many frames: writers are known that leave rubbish there, or offsets that have overflown, so
     *     that frames then have to be found without it
     */
    static @Nullable OffsetTable of(byte[] bytes, int unit, int frames) {
        if (bytes.length != (long) frames * unit) {
            return null;
        }
        long[] starts = new long[frames];
        for (int i = 0; i < frames; i++) {
            for (int b = unit - 1; b >= 0; b--) {
                starts[i] = starts[i] << 8 | bytes[i * unit + b] & 0xFF;
            }
            if (i == 0 ? starts[0] != 0 : starts[i] <= starts[i - 1]) {
                return null;
            }
        }
        return new OffsetTable(starts);
    }

    /** Whether a frame begins there. */
    boolean contains(long offset) {
        return Arrays.binarySearch(starts, offset) >= 0;
    }

    @Override
    public String toString() {
        return starts.length + " frames";
    }
}
