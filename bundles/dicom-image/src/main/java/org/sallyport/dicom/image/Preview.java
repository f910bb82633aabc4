package org.sallyport.dicom.image;

import java.util.List;
import org.sallyport.dicom.image.internal.Png;

/**
 * A frame for people to look at: the range of its values spread over that of a screen, made smaller if need be. Colours of a palette are shown as
 * shades of grey. Pure functions.
 */
public final class Preview {

    private static final int MARK_RED = 0xFF2020;
    private static final int MARK_WIDTH = 2;

    private Preview() {}

    /**
     * A PNG file.
     *
     * @param samples a frame as {@link FrameReader#next} gives it
     * @param signed whether Pixel Representation (0028,0103) is 1
     * @param marks regions that are framed in red
     * @param longestSide of the picture in pixels; larger frames are made smaller
     */
    public static byte[] png(byte[] samples, ImagePixel image, boolean signed, List<Region> marks, int longestSide) {
        int step = Math.max(1, (Math.max(image.rows(), image.columns()) + longestSide - 1) / longestSide);
        int width = (image.columns() + step - 1) / step;
        int height = (image.rows() + step - 1) / step;
        int[] picture = image.samplesPerPixel() >= 3
                ? colours(samples, image, step, width, height)
                : greys(samples, image, signed, step, width, height);
        for (Region mark : marks) {
            frame(picture, width, height, mark, step);
        }
        return Png.encode(picture, width, height);
    }

    private static int[] greys(byte[] samples, ImagePixel image, boolean signed, int step, int width, int height) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            long value = value(samples, image, pixel, signed);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        long range = Math.max(1, most - least);
        boolean inverted = image.photometricInterpretation().equals("MONOCHROME1");
        int[] picture = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                long value = value(samples, image, y * step * image.columns() + x * step, signed);
                int grey = (int) ((value - least) * 255 / range);
                grey = inverted ? 255 - grey : grey;
                picture[y * width + x] = grey << 16 | grey << 8 | grey;
            }
        }
        return picture;
    }

    /** The first sample of a pixel, of which the stored bits count; of more than 32 the upper 32. */
    static long value(byte[] samples, ImagePixel image, int pixel, boolean signed) {
        int unit = image.bytesPerSample();
        int used = Math.min(unit, 4);
        int at = pixel * unit * image.samplesPerPixel() + unit - used;
        long value = 0;
        for (int i = used - 1; i >= 0; i--) {
            value = value << 8 | samples[at + i] & 0xFF;
        }
        if (unit > 4) {
            return signed ? (int) value : value;
        }
        int stored = Math.min(image.bitsStored(), used * 8);
        int low = Math.max(0, image.highBit() + 1 - stored);
        value = value >>> low & (1L << stored) - 1;
        return signed && (value >>> stored - 1 & 1) != 0 ? value - (1L << stored) : value;
    }

    private static int[] colours(byte[] samples, ImagePixel image, int step, int width, int height) {
        int[] picture = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture[y * width + x] = rgb(samples, image, y * step * image.columns() + x * step);
            }
        }
        return picture;
    }

    /** A pixel of three samples or more as {@code 0xRRGGBB}. */
    static int rgb(byte[] samples, ImagePixel image, int pixel) {
        int unit = image.bytesPerSample();
        int at = pixel * unit * image.samplesPerPixel() + unit - 1;
        int a = samples[at] & 0xFF;
        int b = samples[at + unit] & 0xFF;
        int c = samples[at + 2 * unit] & 0xFF;
        return image.photometricInterpretation().startsWith("YBR_") ? rgb(a, b - 128, c - 128) : a << 16 | b << 8 | c;
    }

    /** PS3.3 C.7.6.3.1.2, YBR_FULL. */
    private static int rgb(int y, int cb, int cr) {
        int r = clamp(y + 1.402 * cr);
        int g = clamp(y - 0.344136 * cb - 0.714136 * cr);
        int b = clamp(y + 1.772 * cb);
        return r << 16 | g << 8 | b;
    }

    private static int clamp(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    private static void frame(int[] picture, int width, int height, Region mark, int step) {
        int left = mark.left() / step;
        int top = mark.top() / step;
        int right = Math.min(width, (mark.right() + step - 1) / step);
        int bottom = Math.min(height, (mark.bottom() + step - 1) / step);
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                boolean edge = x < left + MARK_WIDTH
                        || x >= right - MARK_WIDTH
                        || y < top + MARK_WIDTH
                        || y >= bottom - MARK_WIDTH;
                if (edge) {
                    picture[y * width + x] = MARK_RED;
                }
            }
        }
    }
}
