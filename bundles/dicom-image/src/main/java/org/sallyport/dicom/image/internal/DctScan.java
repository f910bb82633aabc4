package org.sallyport.dicom.image.internal;

import java.util.Arrays;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;

/** Decodes a scan of the sequential DCT processes with Huffman coding (ITU-T T.81 Annex F). Owned by one thread. */
final class DctScan {

    /** Where the coefficients of the zig-zag sequence lie in a block (T.81 Figure A.6). */
    private static final int[] ZIG_ZAG = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    private final JpegScan scan;
    private final int[][] quantization;
    private final EntropyReader bits;
    private final Idct idct;
    private final int[] previous;
    private final int[] block = new int[64];

    private DctScan(JpegScan scan, int[][] quantization, EntropyReader bits, int precision) {
        this.scan = scan;
        this.quantization = quantization;
        this.bits = bits;
        this.idct = new Idct(precision);
        this.previous = new int[quantization.length];
    }

    /**
     * @param quantization tables of the scan's components, in zig-zag order
     * @param planes of the frame's components, filled up to whole MCUs; those of the scan are filled
     * @param strides samples of a row of each plane
     * @return where decoding ended
     */
    static int decode(
            JpegFrame frame,
            JpegScan scan,
            int[][] quantization,
            byte[] data,
            int start,
            int end,
            short[][] planes,
            int[] strides)
            throws ImageException {
        EntropyReader bits = new EntropyReader(data, start, end);
        DctScan decoder = new DctScan(scan, quantization, bits, frame.precision());
        if (scan.components().length == 1) {
            decoder.single(frame, planes, strides);
        } else {
            decoder.interleaved(frame, planes, strides);
        }
        bits.checkMadeUp();
        return bits.position();
    }

    /** A scan of one component has one block in an MCU, and only blocks that the image needs (T.81 A.2.2). */
    private void single(JpegFrame frame, short[][] planes, int[] strides) throws ImageException {
        int index = scan.components()[0];
        JpegFrame.Component component = frame.components().get(index);
        int across = JpegFrame.ceiling(frame.columnsOf(component), 8);
        int down = JpegFrame.ceiling(frame.rowsOf(component), 8);
        int left = scan.restartInterval();
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                left = beginMcu(left);
                block(0, planes[index], 8 * (y * strides[index] + x), strides[index]);
            }
        }
    }

    private void interleaved(JpegFrame frame, short[][] planes, int[] strides) throws ImageException {
        int across = JpegFrame.ceiling(frame.columns(), 8 * frame.maxH());
        int down = JpegFrame.ceiling(frame.rows(), 8 * frame.maxV());
        int left = scan.restartInterval();
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                left = beginMcu(left);
                for (int i = 0; i < previous.length; i++) {
                    int index = scan.components()[i];
                    JpegFrame.Component component = frame.components().get(index);
                    for (int v = 0; v < component.v(); v++) {
                        for (int h = 0; h < component.h(); h++) {
                            int at = 8 * ((y * component.v() + v) * strides[index] + x * component.h() + h);
                            block(i, planes[index], at, strides[index]);
                        }
                    }
                }
            }
        }
    }

    /**
     * @param left MCUs until the next restart marker
     * @return what is left after this one
     */
    private int beginMcu(int left) throws ImageException {
        if (scan.restartInterval() == 0) {
            return 0;
        }
        if (left > 0) {
            return left - 1;
        }
        bits.restart();
        Arrays.fill(previous, 0);
        return scan.restartInterval() - 1;
    }

    private void block(int i, short[] plane, int at, int stride) throws ImageException {
        int[] table = quantization[i];
        previous[i] += bits.difference(scan.dc()[i]);
        int first = previous[i] * table[0];
        boolean flat = true;
        HuffmanTable ac = scan.ac()[i];
        for (int k = 1; k < 64; k++) {
            int code = bits.code(ac);
            int size = code & 15;
            int run = code >> 4;
            if (size == 0) {
                if (run < 15) {
                    break;
                }
                k += 15;
                continue;
            }
            k += run;
            if (k > 63) {
                throw new ImageException(Reason.MALFORMED, "JPEG data with more than 64 coefficients in a block");
            }
            block[ZIG_ZAG[k]] = bits.signed(size) * table[k];
            flat = false;
        }
        if (flat) {
            idct.flat(first, plane, at, stride);
            return;
        }
        block[0] = first;
        idct.transform(block, plane, at, stride);
        Arrays.fill(block, 0);
    }
}
