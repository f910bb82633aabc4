package org.sallyport.dicom.image;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A frame as pictures in which a program can find text: grey, a byte for each pixel, row by row. Mostly one; a second where the first could hide
 * text. Pure functions.
 */
public final class TextPictures {

    /** Values are told apart up to so many bits. */
    private static final int MOST_BITS = 16;

    private static final int SHADES = 256;

    /** Fewer shades than these in use: single values far off squeeze the others together. */
    private static final int FEW_SHADES = SHADES / 4;

    /** The distance between the least and the most colour of a pixel from which it counts as coloured. */
    private static final int COLOURED = 64;

    private TextPictures() {}

    /** Whether the samples are shades: grey, or RGB or YBR of 8 bits. Those of a palette are numbers of colours. */
    public static boolean canBeMadeOf(ImagePixel image) {
        String photometric = image.photometricInterpretation();
        return switch (image.samplesPerPixel()) {
            case 1 -> photometric.equals("MONOCHROME1") || photometric.equals("MONOCHROME2");
            case 3 -> image.bitsAllocated() == 8 && (photometric.equals("RGB") || image.isYbr());
            default -> false;
        };
    }

    /**
     * The range of values spread over 256 shades. If few of these are in use, as where one pixel is much brighter than all others, a second picture
     * with the values that there are at equal distances; of coloured frames a second one of how coloured each pixel is, in which blue letters on black
     * are bright.
     *
     * @param samples a frame as {@link FrameReader#next} gives it
     * @param image of which they {@linkplain #canBeMadeOf can be made}
     * @param signed whether Pixel Representation (0028,0103) is 1
     */
    public static List<byte[]> of(byte[] samples, ImagePixel image, boolean signed) {
        return image.samplesPerPixel() == 3 ? ofColours(samples, image) : ofGreys(samples, image, signed);
    }

    private static List<byte[]> ofGreys(byte[] samples, ImagePixel image, boolean signed) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            long value = Preview.value(samples, image, pixel, signed);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(most - least) - MOST_BITS);
        int range = (int) (most - least >>> shift);
        BitSet values = new BitSet(range + 1);
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            values.set((int) (Preview.value(samples, image, pixel, signed) - least >>> shift));
        }
        List<byte[]> pictures = new ArrayList<>();
        pictures.add(drawn(samples, image, signed, least, shift, linear(range)));
        if (isSqueezed(values, range)) {
            pictures.add(drawn(samples, image, signed, least, shift, ranks(values, range)));
        }
        return pictures;
    }

    private static byte[] drawn(
            byte[] samples, ImagePixel image, boolean signed, long least, int shift, byte[] shades) {
        boolean inverted = image.photometricInterpretation().equals("MONOCHROME1");
        byte[] picture = new byte[image.pixels()];
        for (int pixel = 0; pixel < picture.length; pixel++) {
            byte shade = shades[(int) (Preview.value(samples, image, pixel, signed) - least >>> shift)];
            picture[pixel] = inverted ? (byte) ~shade : shade;
        }
        return picture;
    }

    private static byte[] linear(int range) {
        byte[] shades = new byte[range + 1];
        for (int value = 0; value <= range; value++) {
            shades[value] = (byte) ((SHADES - 1L) * value / Math.max(1, range));
        }
        return shades;
    }

    private static byte[] ranks(BitSet values, int range) {
        byte[] shades = new byte[range + 1];
        int last = Math.max(1, values.cardinality() - 1);
        int rank = 0;
        for (int value = values.nextSetBit(0); value >= 0; value = values.nextSetBit(value + 1)) {
            shades[value] = (byte) ((SHADES - 1L) * rank++ / last);
        }
        return shades;
    }

    /** Whether a few shades stand for more values than they are. */
    private static boolean isSqueezed(BitSet values, int range) {
        byte[] shades = linear(range);
        BitSet used = new BitSet(SHADES);
        values.stream().forEach(value -> used.set(shades[value] & 0xFF));
        return used.cardinality() < FEW_SHADES && values.cardinality() > used.cardinality();
    }

    private static List<byte[]> ofColours(byte[] samples, ImagePixel image) {
        byte[] brightness = new byte[image.pixels()];
        byte[] colour = new byte[image.pixels()];
        boolean coloured = false;
        for (int pixel = 0; pixel < brightness.length; pixel++) {
            int rgb = Preview.rgb(samples, image, pixel);
            int red = rgb >> 16 & 0xFF;
            int green = rgb >> 8 & 0xFF;
            int blue = rgb & 0xFF;
            brightness[pixel] = (byte) ((299 * red + 587 * green + 114 * blue) / 1000);
            int chroma = Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
            colour[pixel] = (byte) chroma;
            coloured |= chroma >= COLOURED;
        }
        return coloured ? List.of(spread(brightness), spread(colour)) : List.of(spread(brightness));
    }

    private static byte[] spread(byte[] picture) {
        int least = SHADES - 1;
        int most = 0;
        for (byte shade : picture) {
            least = Math.min(least, shade & 0xFF);
            most = Math.max(most, shade & 0xFF);
        }
        byte[] shades = linear(Math.max(0, most - least));
        for (int i = 0; i < picture.length; i++) {
            picture[i] = shades[(picture[i] & 0xFF) - least];
        }
        return picture;
    }
}
