package org.sallyport.dicom.image;

import java.io.ByteArrayOutputStream;

/**
 * A second opinion on lossless JPEG: an encoder of process 14 (ITU-T T.81 Annex H), simple and slow. Its Huffman table has codes of all lengths
 * from 2 to 16, more than the decoder looks ahead.
 *
 * @param interval rows between restart markers, 0 = none
 * @param interleaved whether all components come in one scan
 */
record LosslessJpeg(int precision, int predictor, int pointTransform, int interval, boolean interleaved) {

    private static final int[] LENGTHS = {2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    /** @param samples by component, row by row */
    byte[] encode(int[][] samples, int rows, int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = samples.length;
        bytes(out, 0xFF, 0xD8);
        bytes(out, 0xFF, 0xC3, 0, 8 + 3 * count, precision, rows >> 8, rows, columns >> 8, columns, count);
        for (int i = 0; i < count; i++) {
            bytes(out, i + 1, 0x11, 0);
        }
        bytes(out, 0xFF, 0xC4, 0, 2 + 17 + LENGTHS.length, 0);
        for (int length = 1; length <= 16; length++) {
            int codes = 0;
            for (int l : LENGTHS) {
                codes += l == length ? 1 : 0;
            }
            out.write(codes);
        }
        for (int i = 0; i < LENGTHS.length; i++) {
            out.write(i);
        }
        if (interval > 0) {
            bytes(out, 0xFF, 0xDD, 0, 4, interval * columns >> 8, interval * columns);
        }
        if (interleaved) {
            int[] all = new int[count];
            for (int i = 0; i < count; i++) {
                all[i] = i;
            }
            scan(out, samples, all, rows, columns);
        } else {
            for (int i = 0; i < count; i++) {
                scan(out, samples, new int[] {i}, rows, columns);
            }
        }
        bytes(out, 0xFF, 0xD9);
        return out.toByteArray();
    }

    private void scan(ByteArrayOutputStream out, int[][] samples, int[] components, int rows, int columns) {
        bytes(out, 0xFF, 0xDA, 0, 6 + 2 * components.length, components.length);
        for (int c : components) {
            bytes(out, c + 1, 0);
        }
        bytes(out, predictor, 0, pointTransform);
        Bits bits = new Bits(out);
        int first = 0;
        for (int y = 0; y < rows; y++) {
            if (interval > 0 && y > 0 && y % interval == 0) {
                bits.flush();
                bytes(out, 0xFF, 0xD0 + (y / interval - 1) % 8);
                first = y;
            }
            for (int x = 0; x < columns; x++) {
                for (int c : components) {
                    int at = y * columns + x;
                    int difference = (samples[c][at] >> pointTransform) - predict(samples[c], at, x, y, first, columns);
                    write(bits, (short) difference);
                }
            }
        }
        bits.flush();
    }

    private int predict(int[] samples, int at, int x, int y, int first, int columns) {
        if (x == 0) {
            return y == first ? 1 << precision - pointTransform - 1 : samples[at - columns] >> pointTransform;
        }
        int a = samples[at - 1] >> pointTransform;
        if (y == first) {
            return a;
        }
        int b = samples[at - columns] >> pointTransform;
        int c = samples[at - columns - 1] >> pointTransform;
        return switch (predictor) {
            case 1 -> a;
            case 2 -> b;
            case 3 -> c;
            case 4 -> a + b - c;
            case 5 -> a + (b - c >> 1);
            case 6 -> b + (a - c >> 1);
            default -> a + b >> 1;
        };
    }

    private static void write(Bits bits, int difference) {
        int category = difference == Short.MIN_VALUE ? 16 : 32 - Integer.numberOfLeadingZeros(Math.abs(difference));
        int code = 0;
        for (int i = 1; i <= category; i++) {
            code = code + 1 << LENGTHS[i] - LENGTHS[i - 1];
        }
        bits.put(code, LENGTHS[category]);
        if (category < 16) {
            bits.put(difference < 0 ? difference - 1 : difference, category);
        }
    }

    private static void bytes(ByteArrayOutputStream out, int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
    }

    /** Writes bits with stuffed bytes after FF. */
    private static final class Bits {

        private final ByteArrayOutputStream out;
        private int current;
        private int count;

        Bits(ByteArrayOutputStream out) {
            this.out = out;
        }

        void put(int value, int length) {
            for (int i = length - 1; i >= 0; i--) {
                current = current << 1 | value >> i & 1;
                if (++count == 8) {
                    out.write(current);
                    if (current == 0xFF) {
                        out.write(0);
                    }
                    current = 0;
                    count = 0;
                }
            }
        }

        void flush() {
            while (count > 0) {
                put(1, 1);
            }
        }
    }
}
