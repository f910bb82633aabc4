package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.image.Images.Shape;

/** What could hide text in one picture shows in another. */
class TextPicturesTest {

    private static List<byte[]> pictures(Shape shape, boolean signed, byte... samples) throws ImageException {
        return TextPictures.of(samples, ImagePixel.of(Images.attributes(shape), PixelLimits.DEFAULT), signed);
    }

    private static byte[] shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }

    private static byte[] shades(int... values) {
        byte[] shades = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            shades[i] = (byte) values[i];
        }
        return shades;
    }

    @Test
    void theRangeOfValuesIsSpread() throws Exception {
        List<byte[]> two = pictures(Images.mono(1, 3, 8, 8), false, (byte) 10, (byte) 20, (byte) 30);
        assertEquals(1, two.size());
        assertArrayEquals(shades(0, 127, 255), two.get(0));
        List<byte[]> inverted = pictures(new Shape(1, 2, "MONOCHROME1", 16, 16, true, 1), true, shorts(-1000, 3000));
        assertArrayEquals(shades(255, 0), inverted.get(0));
        assertArrayEquals(
                shades(0, 0),
                pictures(Images.mono(1, 2, 8, 8), false, (byte) 7, (byte) 7).get(0));
    }

    /** Text of value 40 on 0 is gone in the linear picture if one pixel has 65,535. */
    @Test
    void onePixelFarOffDoesNotHideTheOthers() throws Exception {
        List<byte[]> pictures = pictures(Images.mono(1, 4, 16, 16), false, shorts(0, 40, 0, 65_535));
        assertArrayEquals(shades(0, 0, 0, 255), pictures.get(0));
        assertArrayEquals(shades(0, 127, 0, 255), pictures.get(1));
        assertEquals(2, pictures.size());
    }

    @Test
    void valuesOfThirtyTwoBitsFit() throws Exception {
        byte[] samples = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Integer.MIN_VALUE)
                .putInt(Integer.MAX_VALUE)
                .array();
        assertArrayEquals(
                shades(0, 255),
                pictures(new Shape(1, 2, "MONOCHROME2", 32, 32, true, 1), true, samples)
                        .get(0));
    }

    /** Blue has a ninth of the brightness of white. */
    @Test
    void colourHasAPictureOfItsOwn() throws Exception {
        Shape shape = new Shape(1, 3, "RGB", 8, 8, false, 1);
        List<byte[]> pictures = pictures(shape, false, shades(0, 0, 255, 255, 255, 255, 0, 0, 0));
        assertArrayEquals(shades(29, 255, 0), pictures.get(0));
        assertArrayEquals(shades(255, 0, 0), pictures.get(1));
        assertEquals(
                1,
                pictures(shape, false, shades(9, 9, 9, 255, 255, 255, 0, 0, 0)).size());
    }

    @Test
    void onlyOfShadesPicturesCanBeMade() {
        assertTrue(can(1, "MONOCHROME1", 16));
        assertTrue(can(1, "MONOCHROME2", 8));
        assertTrue(can(3, "RGB", 8));
        assertTrue(can(3, "YBR_FULL", 8));
        assertFalse(can(1, "PALETTE COLOR", 8));
        assertFalse(can(2, "MONOCHROME2", 8));
        assertFalse(can(3, "RGB", 16), "of which the upper byte only would be seen");
        assertFalse(can(3, "HSV", 8));
        assertFalse(can(4, "RGB", 8));
    }

    private static boolean can(int samples, String photometric, int bits) {
        return TextPictures.canBeMadeOf(new ImagePixel(1, 2, samples, photometric, 0, bits, bits, bits - 1, 1));
    }
}
