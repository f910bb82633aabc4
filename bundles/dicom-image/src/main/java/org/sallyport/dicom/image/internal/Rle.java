package org.sallyport.dicom.image.internal;

import java.util.Arrays;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.ImagePixel;

/**
 * RLE Lossless (PS3.5 Annex G): a header, then one segment for each byte of a pixel, the most significant byte of the first sample first. Pure
 * functions.
 */
public final class Rle {

    /** Number of segments and fifteen offsets (PS3.5 G.5). */
    private static final int HEADER = 64;

    private static final int MOST_SEGMENTS = 15;
    private static final int LONGEST_RUN = 128;

    private Rle() {}

    static boolean isHeader(byte[] bytes, int length) {
        int segments = length < 8 ? 0 : u32(bytes, 0);
        return segments >= 1 && segments <= MOST_SEGMENTS && u32(bytes, 4) == HEADER;
    }

    /** A native frame, little endian, by pixel. What follows the last byte that is needed of a segment is passed over. */
    static byte[] decode(byte[] encoded, int length, ImagePixel image) throws ImageException {
        if (length < HEADER) {
            throw new ImageException(Reason.TRUNCATED, "RLE frame of " + length + " bytes: shorter than its header");
        }
        int unit = image.bytesPerSample();
        int step = unit * image.samplesPerPixel();
        int segments = u32(encoded, 0);
        check(image);
        if (segments != step) {
            throw new ImageException(
                    Reason.MALFORMED,
                    "RLE frame of " + Integer.toUnsignedString(segments) + " segments where the image has " + step
                            + " bytes in a pixel");
        }
        byte[] frame = new byte[image.frameBytes()];
        for (int segment = 0; segment < segments; segment++) {
            int start = offset(encoded, segment, HEADER, length);
            int end = segment + 1 < segments ? offset(encoded, segment + 1, start, length) : length;
            int first = segment / unit * unit + unit - 1 - segment % unit;
            decodeSegment(encoded, start, end, frame, first, step, segment);
        }
        return frame;
    }

    private static int offset(byte[] encoded, int segment, int least, int most) throws ImageException {
        int offset = u32(encoded, 4 + 4 * segment);
        if (offset < least || offset > most) {
            throw new ImageException(
                    Reason.MALFORMED,
                    "RLE segment " + (segment + 1) + " begins at byte " + Integer.toUnsignedString(offset)
                            + ", which is not between " + least + " and " + most);
        }
        return offset;
    }

    private static void decodeSegment(byte[] from, int start, int end, byte[] to, int first, int step, int segment)
            throws ImageException {
        int in = start;
        int out = first;
        while (out < to.length) {
            if (in >= end) {
                throw truncated(segment);
            }
            int code = from[in++];
            if (code >= 0) {
                int stop = in + code + 1;
                if (stop > end) {
                    throw truncated(segment);
                }
                for (; in < stop && out < to.length; out += step) {
                    to[out] = from[in++];
                }
            } else if (code != -128) {
                if (in >= end) {
                    throw truncated(segment);
                }
                byte value = from[in++];
                for (int n = 1 - code; n > 0 && out < to.length; n--, out += step) {
                    to[out] = value;
                }
            }
        }
    }

    private static ImageException truncated(int segment) {
        return new ImageException(Reason.TRUNCATED, "RLE segment " + (segment + 1) + " ends before the image does");
    }

    /** Whether RLE has an encoding of such pixels: at most 15 bytes, all bits of them. */
    public static void check(ImagePixel image) throws ImageException {
        int segments = image.bytesPerSample() * image.samplesPerPixel();
        if (image.bitsAllocated() == 1 || segments > MOST_SEGMENTS) {
            throw new ImageException(
                    Reason.UNSUPPORTED,
                    "RLE Lossless has no encoding of " + image.samplesPerPixel() + " samples with Bits Allocated "
                            + image.bitsAllocated());
        }
    }

    /**
     * Encodes a native frame, little endian, by pixel. No run crosses the end of a row (PS3.5 G.3.1).
     *
     * @throws ImageException for bits allocated that RLE has no encoding of
     */
    public static byte[] encode(byte[] frame, ImagePixel image) throws ImageException {
        check(image);
        int unit = image.bytesPerSample();
        int segments = unit * image.samplesPerPixel();
        int longest = image.columns() + image.columns() / LONGEST_RUN + 2;
        byte[] encoded = new byte[Math.max(1024, HEADER + longest * segments)];
        put32(encoded, 0, segments);
        int at = HEADER;
        byte[] row = new byte[image.columns()];
        for (int segment = 0; segment < segments; segment++) {
            put32(encoded, 4 + 4 * segment, at);
            int in = segment / unit * unit + unit - 1 - segment % unit;
            for (int y = 0; y < image.rows(); y++) {
                for (int x = 0; x < row.length; x++, in += segments) {
                    row[x] = frame[in];
                }
                if (encoded.length - at < longest + 1) {
                    encoded = Arrays.copyOf(
                            encoded, (int) Math.min(Integer.MAX_VALUE - 8, encoded.length * 2L + longest));
                }
                at = encodeRow(row, encoded, at);
            }
            if ((at & 1) != 0) {
                encoded[at++] = 0;
            }
        }
        return Arrays.copyOf(encoded, at);
    }

    /** Three equal bytes or more become a run; two do when no literals stand before them. */
    private static int encodeRow(byte[] row, byte[] to, int start) {
        int out = start;
        int literals = 0;
        int x = 0;
        while (x < row.length) {
            int run = 1;
            while (x + run < row.length && run < LONGEST_RUN && row[x + run] == row[x]) {
                run++;
            }
            if (run >= 3 || run == 2 && literals == 0) {
                out = putLiterals(row, x - literals, literals, to, out);
                literals = 0;
                to[out++] = (byte) (1 - run);
                to[out++] = row[x];
                x += run;
            } else {
                x++;
                if (++literals == LONGEST_RUN) {
                    out = putLiterals(row, x - literals, literals, to, out);
                    literals = 0;
                }
            }
        }
        return putLiterals(row, x - literals, literals, to, out);
    }

    private static int putLiterals(byte[] row, int from, int count, byte[] to, int at) {
        if (count == 0) {
            return at;
        }
        to[at] = (byte) (count - 1);
        System.arraycopy(row, from, to, at + 1, count);
        return at + 1 + count;
    }

    private static int u32(byte[] bytes, int at) {
        return bytes[at] & 0xFF
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFF) << 24;
    }

    private static void put32(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >>> 8);
        bytes[at + 2] = (byte) (value >>> 16);
        bytes[at + 3] = (byte) (value >>> 24);
    }
}
