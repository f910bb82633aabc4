package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.sallyport.dicom.image.Images.EXPLICIT;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.Images.Shape;

class JpegLosslessTest {

    private static final TransferSyntax LOSSLESS = Images.syntax("1.2.840.10008.1.2.4.57");
    private static final Shape SHAPE = Images.mono(23, 17, 16, 16);
    private static final LosslessJpeg PLAIN = new LosslessJpeg(16, 1, 0, 0, true);

    static Stream<LosslessJpeg> encodings() {
        return IntStream.rangeClosed(1, 7).boxed().flatMap(predictor -> Stream.of(2, 7, 8, 9, 12, 16)
                .flatMap(precision -> Stream.of(
                        new LosslessJpeg(precision, predictor, 0, 0, true),
                        new LosslessJpeg(precision, predictor, 1, 0, true),
                        new LosslessJpeg(precision, predictor, 0, 3, true))));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void allPredictorsPrecisionsAndIntervals(LosslessJpeg jpeg) throws IOException {
        int allocated = jpeg.precision() > 8 ? 16 : 8;
        Shape shape = Images.mono(23, 17, allocated, jpeg.precision());
        byte[] pixels = Images.pixels(shape);
        byte[] expected = pixels.clone();
        for (int i = 0; i < pixels.length; i += allocated / 8) {
            expected[i] &= (byte) (0xFF << jpeg.pointTransform());
        }
        assertArrayEquals(Images.even(expected), decoded(shape, frame(jpeg, shape, pixels, 0)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void colourInOneScanOrSeveral(boolean interleaved) throws IOException {
        for (String photometric : List.of("RGB", "YBR_FULL")) {
            Shape shape = new Shape(9, 11, photometric, 8, 8, false, 3);
            byte[] pixels = Images.pixels(shape);
            LosslessJpeg jpeg = new LosslessJpeg(8, 4, 0, 2, interleaved);
            DataSet decoded = Images.transcoded(encoded(jpeg, shape, pixels), LOSSLESS, EXPLICIT);
            assertArrayEquals(Images.even(pixels), Images.pixelData(decoded));
            assertEquals(photometric, decoded.string(Tag.PhotometricInterpretation));
            assertNull(decoded.get(Tag.LossyImageCompression));
        }
    }

    @Test
    void differencesOfHalfTheRange() throws IOException {
        int[] samples = {0, 0x8000, 0, 0xFFFF, 0x7FFF, 0xFFFF, 0, 0x8000};
        Shape shape = Images.mono(2, 4, 16, 16);
        byte[] expected = new byte[16];
        for (int i = 0; i < samples.length; i++) {
            expected[2 * i] = (byte) samples[i];
            expected[2 * i + 1] = (byte) (samples[i] >> 8);
        }
        for (int predictor = 1; predictor <= 7; predictor++) {
            LosslessJpeg jpeg = new LosslessJpeg(16, predictor, 0, 0, true);
            assertArrayEquals(expected, decoded(shape, jpeg.encode(new int[][] {samples}, 2, 4)));
        }
    }

    @Test
    void eightBitsWithSixteenAllocatedAreWidened() throws IOException {
        Shape eight = Images.mono(5, 6, 8, 8);
        byte[] pixels = Images.pixels(eight);
        byte[] jpeg = frame(new LosslessJpeg(8, 1, 0, 0, true), eight, pixels, 0);
        DataSet sixteen = Images.encapsulated(Images.mono(5, 6, 16, 16), new byte[0], jpeg);
        DataSet decoded = Images.transcoded(sixteen, LOSSLESS, EXPLICIT);
        byte[] expected = new byte[60];
        for (int i = 0; i < 30; i++) {
            expected[2 * i] = pixels[i];
        }
        assertArrayEquals(expected, Images.pixelData(decoded));
        assertEquals(8, decoded.intValue(Tag.BitsStored, 0));
        assertEquals(7, decoded.intValue(Tag.HighBit, 0));
    }

    @Test
    void twelveBitsWithEightAllocatedCorrectTheAttributes() throws IOException {
        Shape twelve = Images.mono(5, 6, 16, 12);
        byte[] pixels = Images.pixels(twelve);
        byte[] jpeg = frame(new LosslessJpeg(12, 1, 0, 0, true), twelve, pixels, 0);
        DataSet eight = Images.encapsulated(Images.mono(5, 6, 8, 8), new byte[0], jpeg);
        DataSet decoded = Images.transcoded(eight, LOSSLESS, EXPLICIT);
        assertArrayEquals(pixels, Images.pixelData(decoded));
        assertEquals(16, decoded.intValue(Tag.BitsAllocated, 0));
        assertEquals(12, decoded.intValue(Tag.BitsStored, 0));
        assertEquals(11, decoded.intValue(Tag.HighBit, 0));
    }

    @Test
    void framesInFragmentsOfAnySize() throws IOException {
        Shape shape = new Shape(23, 17, "MONOCHROME2", 16, 16, false, 3);
        byte[] pixels = Images.pixels(shape);
        for (int size : new int[] {4, 10, 100, 100_000}) {
            for (boolean basic : new boolean[] {true, false}) {
                for (boolean extended : new boolean[] {true, false}) {
                    DataSet dataSet = fragmented(shape, pixels, size, basic, extended);
                    assertArrayEquals(
                            pixels,
                            Images.pixelData(Images.transcoded(dataSet, LOSSLESS, EXPLICIT)),
                            "fragments of " + size);
                }
            }
        }
    }

    @Test
    void anOffsetTableOfRubbishIsPassedOver() throws IOException {
        Shape shape = new Shape(23, 17, "MONOCHROME2", 16, 16, false, 3);
        byte[] pixels = Images.pixels(shape);
        for (byte[] table : List.of(new byte[12], new byte[8], new byte[] {0, 0, 0, 0, 9, 9, 9, 9, 10, 9, 9, 9})) {
            List<byte[]> fragments = new ArrayList<>(Images.fragments(fragmented(shape, pixels, 100, true, false)));
            fragments.set(0, table);
            DataSet dataSet = Images.encapsulated(shape, fragments.toArray(byte[][]::new));
            assertArrayEquals(pixels, Images.pixelData(Images.transcoded(dataSet, LOSSLESS, EXPLICIT)));
        }
    }

    private static DataSet fragmented(Shape shape, byte[] pixels, int size, boolean basic, boolean extended) {
        List<byte[]> fragments = new ArrayList<>(List.of(new byte[0]));
        byte[] basicTable = new byte[4 * shape.frames()];
        byte[] extendedTable = new byte[8 * shape.frames()];
        int offset = 0;
        for (int frame = 0; frame < shape.frames(); frame++) {
            for (int b = 0; b < 4; b++) {
                basicTable[4 * frame + b] = (byte) (offset >> 8 * b);
                extendedTable[8 * frame + b] = (byte) (offset >> 8 * b);
            }
            byte[] jpeg = Images.even(frame(PLAIN, shape, pixels, frame));
            for (int at = 0; at < jpeg.length; at += size) {
                byte[] fragment = Arrays.copyOfRange(jpeg, at, Math.min(jpeg.length, at + size));
                fragments.add(fragment);
                offset += 8 + fragment.length;
            }
        }
        if (basic) {
            fragments.set(0, basicTable);
        }
        DataSet dataSet = Images.encapsulated(shape, fragments.toArray(byte[][]::new));
        if (extended) {
            dataSet.put(Element.of(Tag.ExtendedOffsetTable, VR.OV, extendedTable));
        }
        return dataSet;
    }

    @Test
    void whatEquipmentWritesIsTolerated() throws IOException {
        byte[] pixels = Images.pixels(SHAPE);
        byte[] jpeg = frame(PLAIN, SHAPE, pixels, 0);
        // Rubbish and fill bytes before a marker, an unknown segment, no End of Image, padding after it.
        byte[] rubbish = concat(Arrays.copyOf(jpeg, 2), bytes(0xFF, 0xFF, 0xE5, 0, 3, 7, 1, 2, 3), rest(jpeg, 2));
        assertArrayEquals(pixels, decoded(SHAPE, rubbish));
        assertArrayEquals(pixels, decoded(SHAPE, Arrays.copyOf(jpeg, jpeg.length - 2)));
        assertArrayEquals(pixels, decoded(SHAPE, concat(jpeg, bytes(0, 0, 0xFF, 0xFF))));
    }

    @Test
    void otherSizesThanTheAttributesSayAreRefused() {
        byte[] jpeg = frame(PLAIN, SHAPE, Images.pixels(SHAPE), 0);
        assertEquals(
                Reason.MALFORMED, refused(Images.mono(17, 23, 16, 16), jpeg).reason());
        assertEquals(
                Reason.MALFORMED,
                refused(new Shape(23, 17, "RGB", 16, 16, false, 1), jpeg).reason());
    }

    @Test
    void otherProcessesAreRefused() {
        byte[] jpeg = frame(PLAIN, SHAPE, Images.pixels(SHAPE), 0);
        for (int marker : new int[] {0xC2, 0xC5, 0xC7, 0xC9, 0xCA, 0xCB, 0xCF, 0xCC}) {
            byte[] other = jpeg.clone();
            other[3] = (byte) marker;
            assertEquals(Reason.UNSUPPORTED, refused(SHAPE, other).reason());
        }
    }

    @Test
    void aRestartMarkerThatLacksIsAnError() {
        LosslessJpeg restarting = new LosslessJpeg(16, 1, 0, 3, true);
        byte[] jpeg = frame(restarting, SHAPE, Images.pixels(SHAPE), 0);
        for (int i = 0; i + 1 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && (jpeg[i + 1] & 0xF8) == 0xD0) {
                jpeg[i] = 0;
                jpeg[i + 1] = 0;
            }
        }
        assertThrows(ImageException.class, () -> decoded(SHAPE, jpeg));
    }

    @Test
    void aRestartIntervalOfPartsOfRowsIsRefused() {
        LosslessJpeg restarting = new LosslessJpeg(16, 1, 0, 3, true);
        byte[] jpeg = frame(restarting, SHAPE, Images.pixels(SHAPE), 0);
        for (int i = 0; i + 1 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && (jpeg[i + 1] & 0xFF) == 0xDD) {
                jpeg[i + 5]++;
                break;
            }
        }
        assertEquals(Reason.MALFORMED, refused(SHAPE, jpeg).reason());
    }

    @Test
    void everyTruncationIsToldOf() {
        byte[] jpeg = frame(PLAIN, SHAPE, Images.pixels(SHAPE), 0);
        // Even lengths: the padding of an odd fragment is eight bits that could be the last pixels.
        for (int length = 0; length < jpeg.length - 4; length += 2) {
            byte[] cut = Arrays.copyOf(jpeg, length);
            assertThrows(ImageException.class, () -> decoded(SHAPE, cut), () -> "cut at " + cut.length);
        }
    }

    static ImageException refused(Shape shape, byte[] jpeg) {
        return assertThrows(ImageException.class, () -> decoded(shape, jpeg));
    }

    static byte[] decoded(Shape shape, byte[] jpeg) throws IOException {
        return Images.pixelData(Images.transcoded(Images.encapsulated(shape, new byte[0], jpeg), LOSSLESS, EXPLICIT));
    }

    static DataSet encoded(LosslessJpeg jpeg, Shape shape, byte[] pixels) {
        byte[][] fragments = new byte[shape.frames() + 1][0];
        for (int frame = 0; frame < shape.frames(); frame++) {
            fragments[frame + 1] = frame(jpeg, shape, pixels, frame);
        }
        return Images.encapsulated(shape, fragments);
    }

    static byte[] frame(LosslessJpeg jpeg, Shape shape, byte[] pixels, int frame) {
        int unit = shape.allocated() / 8;
        int[][] samples = new int[shape.samples()][shape.rows() * shape.columns()];
        int at = frame * shape.frameBytes();
        for (int p = 0; p < samples[0].length; p++) {
            for (int[] component : samples) {
                component[p] = unit == 1 ? pixels[at] & 0xFF : pixels[at] & 0xFF | (pixels[at + 1] & 0xFF) << 8;
                at += unit;
            }
        }
        return jpeg.encode(samples, shape.rows(), shape.columns());
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] rest(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] concat(byte[]... parts) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
