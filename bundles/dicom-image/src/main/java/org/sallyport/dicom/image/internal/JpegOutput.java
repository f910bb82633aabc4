package org.sallyport.dicom.image.internal;

import org.sallyport.dicom.image.ImagePixel;

/** Makes native frames of decoded components, and says what they are. Pure functions. */
final class JpegOutput {

    /** Adobe's marker says that the three components are RGB, or YCbCr. */
    private static final int ADOBE_RGB = 0;

    private static final int ADOBE_YCC = 1;

    // ITU-T T.871 in 1/65,536.
    private static final int R_CR = 91_881;
    private static final int G_CB = 22_554;
    private static final int G_CR = 46_802;
    private static final int B_CB = 116_130;
    private static final int HALF = 1 << 15;

    private JpegOutput() {}

    /** Samples are what was encoded: colours stay, also YBR_FULL (PS3.5 8.2.1). */
    static Frame lossless(JpegFrame frame, short[][] planes, int pointTransform, ImagePixel image) {
        ImagePixel output = bits(Codec.decoded(image), frame.precision());
        byte[] samples = new byte[output.frameBytes()];
        int unit = output.bytesPerSample();
        int step = planes.length * unit;
        for (int i = 0; i < planes.length; i++) {
            short[] plane = planes[i];
            for (int p = 0, at = i * unit; p < plane.length; p++, at += step) {
                put(samples, at, (plane[p] & 0xFFFF) << pointTransform, unit);
            }
        }
        return new Frame(samples, output, false);
    }

    /**
     * YCbCr becomes RGB. Whether components are YCbCr is said by Adobe's marker, else by Photometric Interpretation.
     *
     * @param adobeTransform of Adobe's marker, -1 = none
     */
    static Frame lossy(JpegFrame frame, short[][] planes, int[] strides, int adobeTransform, ImagePixel image) {
        boolean colour = planes.length == 3
                && (image.isYbr() || image.photometricInterpretation().equals("RGB"));
        boolean ycc = colour
                && switch (adobeTransform) {
                    case ADOBE_RGB -> false;
                    case ADOBE_YCC -> true;
                    default -> image.isYbr();
                };
        ImagePixel output = bits(image.withPlanarConfiguration(0), frame.precision());
        if (colour) {
            output = output.withPhotometric("RGB");
        }
        byte[] samples = new byte[output.frameBytes()];
        int unit = output.bytesPerSample();
        Upsampler[] components = new Upsampler[planes.length];
        for (int i = 0; i < planes.length; i++) {
            components[i] = new Upsampler(frame, frame.components().get(i), planes[i], strides[i], frame.columns());
        }
        int[][] rows = new int[planes.length][];
        int at = 0;
        for (int y = 0; y < frame.rows(); y++) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] = components[i].row(y);
            }
            if (ycc) {
                toRgb(rows, frame.columns(), frame.precision());
            }
            for (int x = 0; x < frame.columns(); x++) {
                for (int[] row : rows) {
                    put(samples, at, row[x], unit);
                    at += unit;
                }
            }
        }
        return new Frame(samples, output, true);
    }

    private static void toRgb(int[][] rows, int columns, int precision) {
        int center = 1 << precision - 1;
        int max = (1 << precision) - 1;
        for (int x = 0; x < columns; x++) {
            int y = rows[0][x];
            int cb = rows[1][x] - center;
            int cr = rows[2][x] - center;
            rows[0][x] = clamp(y + (R_CR * cr + HALF >> 16), max);
            rows[1][x] = clamp(y + (HALF - G_CB * cb - G_CR * cr >> 16), max);
            rows[2][x] = clamp(y + (B_CB * cb + HALF >> 16), max);
        }
    }

    private static int clamp(int value, int max) {
        return Math.max(0, Math.min(max, value));
    }

    /** No more bits are stored than the encoding has (PS3.5 8.2.1); allocated are as many as the samples need, or more if the attributes say so. */
    private static ImagePixel bits(ImagePixel image, int precision) {
        if (precision > image.bitsAllocated()) {
            return image.withBits(16, precision, precision - 1);
        }
        return image.withBits(
                image.bitsAllocated(),
                Math.min(image.bitsStored(), precision),
                Math.min(image.highBit(), precision - 1));
    }

    private static void put(byte[] samples, int at, int value, int unit) {
        samples[at] = (byte) value;
        if (unit > 1) {
            samples[at + 1] = (byte) (value >>> 8);
        }
    }
}
