package org.sallyport.dicom.image.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;

/** The bits of entropy-coded segments of JPEG (ITU-T T.81 F.2.2). Owned by one thread. */
final class EntropyReader {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Bits that may lack before a marker: less than a byte, which a careless writer did not fill. None may lack where data ends without one. */
    private static final int MADE_UP_AT_MOST = 7;
    /** A code and the bits that follow it have at most 16 each. */
    private static final int NEEDED = 32;

    private final byte[] data;
    private final int end;
    private int at;

    /** The next bits, from the left. */
    private long bits;

    private int count;
    /** Zero bits put in since a marker or the end was met, -1 = not met. */
    private int madeUp = -1;

    EntropyReader(byte[] data, int start, int end) {
        this.data = data;
        this.at = start;
        this.end = end;
    }

    /** Decodes a value of at most 8 bits. */
    int code(HuffmanTable table) throws ImageException {
        if (count < NEEDED) {
            fill();
        }
        int entry = table.lookUp[(int) (bits >>> 64 - HuffmanTable.LOOK_AHEAD)];
        if (entry == 0) {
            entry = table.longCode((int) (bits >>> 48));
        }
        int length = entry >>> 8;
        bits <<= length;
        count -= length;
        return entry & 0xFF;
    }

    /** Decodes a category and the difference of that many bits (T.81 F.2.2.1, H.1.2.2). */
    int difference(HuffmanTable table) throws ImageException {
        int category = code(table);
        // Category 16 of lossless processes has no more bits: the difference is 32,768 (T.81 Table H.2).
        return category == 0 ? 0 : category >= 16 ? 32_768 : signed(category);
    }

    /** The number that so many bits after a code stand for (T.81 Figure F.12), 1–16. Follows {@link #code}, which provided them. */
    int signed(int category) {
        int value = (int) (bits >>> 64 - category);
        bits <<= category;
        count -= category;
        return value < 1 << category - 1 ? value - (1 << category) + 1 : value;
    }

    private void fill() throws ImageException {
        if (at <= end - Long.BYTES) {
            long next = (long) LONGS.get(data, at);
            if ((~next - 0x0101010101010101L & next & 0x8080808080808080L) == 0) {
                // None of these bytes is FF. Bits beyond the whole bytes are put in again by the next call, the same
                // ones.
                bits |= next >>> count;
                at += 64 - count >>> 3;
                count += 64 - count & ~7;
                return;
            }
        }
        // What the quick way has left beyond the whole bytes.
        bits = count == 0 ? 0 : bits & -1L << 64 - count;
        while (count <= 56) {
            if (madeUp < 0 && at < end) {
                int next = data[at] & 0xFF;
                if (next != 0xFF) {
                    bits |= (long) next << 56 - count;
                    count += 8;
                    at++;
                    continue;
                }
                if (at + 1 < end && data[at + 1] == 0) {
                    bits |= 0xFFL << 56 - count;
                    count += 8;
                    at += 2;
                    continue;
                }
                if (at + 1 < end && (data[at + 1] & 0xFF) == 0xFF) {
                    at++;
                    continue;
                }
            }
            madeUp = Math.max(madeUp, 0);
            checkMadeUp();
            madeUp += 8;
            count += 8;
        }
    }

    /** Ends a segment. */
    void checkMadeUp() throws ImageException {
        if (madeUp - count > (at < end ? MADE_UP_AT_MOST : 0)) {
            throw new ImageException(Reason.TRUNCATED, "JPEG data ends before its image does");
        }
    }

    /** Goes on after the next restart marker, whatever its number; bytes before it are passed over. */
    void restart() throws ImageException {
        checkMadeUp();
        at = Markers.find(data, at, end);
        if (at < 0 || (data[at + 1] & 0xF8) != Markers.RST0) {
            throw new ImageException(Reason.MALFORMED, "JPEG data lacks a restart marker");
        }
        at += 2;
        bits = 0;
        count = 0;
        madeUp = -1;
    }

    /** Where the segment's bytes have been read to: no marker stands before it that was not met. */
    int position() {
        return at;
    }
}
