package org.sallyport.dicom.image.internal;

import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;

/** Decodes a scan of the lossless processes with Huffman coding (ITU-T T.81 Annex H). Pure functions. */
final class LosslessScan {

    private LosslessScan() {}

    /**
     * @param planes of the frame's components, row by row without gaps, unsigned; those of the scan are filled
     * @return where decoding ended
     */
    static int decode(JpegFrame frame, JpegScan scan, byte[] data, int start, int end, short[][] planes)
            throws ImageException {
        int columns = frame.columns();
        if (scan.restartInterval() % columns != 0) {
            throw new ImageException(
                    Reason.MALFORMED,
                    "lossless JPEG with a restart interval of " + scan.restartInterval()
                            + ", which is not whole rows of " + columns + " (T.81 H.1.1)");
        }
        int rowsPerInterval = scan.restartInterval() / columns;
        int initial = 1 << frame.precision() - scan.pointTransform() - 1;
        int count = scan.components().length;
        int[][] differences = new int[count][columns];
        EntropyReader bits = new EntropyReader(data, start, end);
        int firstRow = 0;
        for (int y = 0; y < frame.rows(); y++) {
            if (rowsPerInterval > 0 && y > 0 && y % rowsPerInterval == 0) {
                bits.restart();
                firstRow = y;
            }
            if (count == 1) {
                readRow(bits, scan.dc()[0], differences[0]);
            } else {
                readRow(bits, scan.dc(), differences);
            }
            for (int i = 0; i < count; i++) {
                short[] plane = planes[scan.components()[i]];
                if (y == firstRow) {
                    firstRow(differences[i], plane, y * columns, initial);
                } else {
                    row(differences[i], plane, y * columns, columns, scan.predictor());
                }
            }
        }
        bits.checkMadeUp();
        return bits.position();
    }

    private static void readRow(EntropyReader bits, HuffmanTable table, int[] differences) throws ImageException {
        for (int x = 0; x < differences.length; x++) {
            differences[x] = bits.difference(table);
        }
    }

    private static void readRow(EntropyReader bits, HuffmanTable[] tables, int[][] differences) throws ImageException {
        for (int x = 0; x < differences[0].length; x++) {
            for (int i = 0; i < tables.length; i++) {
                differences[i][x] = bits.difference(tables[i]);
            }
        }
    }

    /** The first row of a scan or restart interval is predicted by the sample to the left, whatever the predictor (T.81 H.1.2.1). */
    private static void firstRow(int[] differences, short[] plane, int at, int initial) {
        int left = initial;
        for (int x = 0; x < differences.length; x++) {
            left += differences[x];
            plane[at + x] = (short) left;
        }
    }

    /** T.81 Table H.1; all numbers modulo 2¹⁶. */
    private static void row(int[] differences, short[] plane, int at, int columns, int predictor) {
        int up = at - columns;
        int a = plane[up] + differences[0] & 0xFFFF;
        plane[at] = (short) a;
        for (int x = 1; x < columns; x++) {
            int b = plane[up + x] & 0xFFFF;
            int c = plane[up + x - 1] & 0xFFFF;
            int predicted =
                    switch (predictor) {
                        case 1 -> a;
                        case 2 -> b;
                        case 3 -> c;
                        case 4 -> a + b - c;
                        case 5 -> a + (b - c >> 1);
                        case 6 -> b + (a - c >> 1);
                        default -> a + b >> 1;
                    };
            a = predicted + differences[x] & 0xFFFF;
            plane[at + x] = (short) a;
        }
    }
}
