package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.Images.Shape;

/** Blanking of regions: every pixel inside, no pixel outside, in all frames, whatever pieces the stream comes in. */
class PixelFilterTest {

    private static final List<Region> REGIONS = List.of(
            new Region(0, 0, 5, 3), new Region(7, 4, 9, 5), new Region(18, 11, 100, 100), new Region(300, 300, 1, 1));

    static Stream<Arguments> nativeForms() {
        List<Shape> shapes = List.of(
                new Shape(17, 23, "MONOCHROME2", 8, 8, false, 3),
                new Shape(17, 23, "MONOCHROME1", 16, 12, false, 2),
                new Shape(17, 23, "MONOCHROME2", 16, 16, true, 1),
                new Shape(17, 23, "MONOCHROME2", 32, 32, false, 2),
                new Shape(17, 23, "PALETTE COLOR", 8, 8, false, 1),
                new Shape(17, 23, "RGB", 8, 8, false, 3),
                new Shape(17, 23, "RGB", 16, 16, false, 2),
                new Shape(17, 23, "YBR_FULL", 8, 8, false, 2));
        return shapes.stream().flatMap(shape -> (shape.samples() > 1 ? Stream.of(0, 1) : Stream.of(0))
                .flatMap(planar -> Stream.of(1, 7, 64 * 1024).map(piece -> Arguments.of(shape, planar, piece))));
    }

    @ParameterizedTest
    @MethodSource("nativeForms")
    void nativePixelsAreBlankedWhereTheyAre(Shape shape, int planar, int piece) throws Exception {
        DataSet dataSet = Images.attributes(shape);
        if (shape.samples() > 1) {
            dataSet.setInt(Tag.PlanarConfiguration, planar);
        }
        byte[] pixels = Images.pixels(shape);
        PixelFilter filter = PixelFilter.blanking(
                pieces(pixels, piece), VR.OW, pixels.length, dataSet, Images.EXPLICIT, REGIONS, PixelLimits.DEFAULT);
        assertEquals(pixels.length, filter.length());
        byte[] blanked = filter.stream().readAllBytes();
        int unit = shape.allocated() / 8;
        for (int at = 0; at < pixels.length; at++) {
            int inFrame = at % shape.frameBytes();
            int plane = shape.rows() * shape.columns() * unit;
            int pixel = planar == 1 ? inFrame % plane / unit : inFrame / (unit * shape.samples());
            int sample = planar == 1 ? inFrame / plane : inFrame / unit % shape.samples();
            boolean inside = isInside(pixel % shape.columns(), pixel / shape.columns());
            int neutral = shape.photometric().startsWith("YBR") && sample > 0 && at % unit == unit - 1 ? 0x80 : 0;
            assertEquals(inside ? (byte) neutral : pixels[at], blanked[at], "byte " + at);
        }
    }

    private static boolean isInside(int x, int y) {
        return REGIONS.stream()
                .anyMatch(
                        region -> x >= region.left() && x < region.right() && y >= region.top() && y < region.bottom());
    }

    /** Gives no more than so many bytes at a time. */
    private static InputStream pieces(byte[] bytes, int most) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, most));
            }
        };
    }

    /** Two pixels share their colour: both lose it. */
    @Test
    void subsampledColourIsBlankedByPairs() throws Exception {
        Shape shape = new Shape(4, 6, "YBR_FULL_422", 8, 8, false, 1);
        DataSet dataSet = Images.attributes(shape);
        byte[] pixels = new byte[4 * 6 * 2];
        java.util.Arrays.fill(pixels, (byte) 77);
        byte[] blanked = PixelFilter.blanking(
                        new ByteArrayInputStream(pixels),
                        VR.OB,
                        pixels.length,
                        dataSet,
                        Images.EXPLICIT,
                        List.of(new Region(3, 1, 1, 2)),
                        PixelLimits.DEFAULT)
                .stream()
                .readAllBytes();
        for (int y = 0; y < 4; y++) {
            for (int pair = 0; pair < 3; pair++) {
                byte[] expected = y >= 1 && y < 3 && pair == 1
                        ? new byte[] {0, 0, (byte) 0x80, (byte) 0x80}
                        : new byte[] {77, 77, 77, 77};
                assertArrayEquals(
                        expected, java.util.Arrays.copyOfRange(blanked, y * 12 + pair * 4, y * 12 + pair * 4 + 4));
            }
        }
    }

    @Test
    void encapsulatedPixelsAreDecodedAndBlanked() throws Exception {
        Shape shape = new Shape(17, 23, "RGB", 8, 8, false, 3);
        DataSet rle = Images.transcoded(Images.dataSet(shape, Images.pixels(shape)), Images.EXPLICIT, Images.RLE);
        DataSetReader reader = new DataSetReader(
                new ByteArrayInputStream(Images.written(rle, Images.RLE)),
                Images.RLE,
                Images.LARGE,
                org.sallyport.dicom.data.BulkStore.REFUSE);
        DataSet head = new DataSet();
        while (reader.next() == DataSetReader.Event.ELEMENT) {
            head.put(reader.element());
        }
        PixelFilter filter = PixelFilter.blanking(
                reader.stream(), reader.vr(), reader.length(), head, Images.RLE, REGIONS, PixelLimits.DEFAULT);
        byte[] blanked = filter.stream().readAllBytes();
        byte[] expected = PixelFilter.blanking(
                        new ByteArrayInputStream(Images.pixels(shape)),
                        VR.OB,
                        (long) shape.frameBytes() * 3,
                        Images.attributes(shape),
                        Images.EXPLICIT,
                        REGIONS,
                        PixelLimits.DEFAULT)
                .stream()
                .readAllBytes();
        assertArrayEquals(expected, blanked);
        assertEquals(expected.length, filter.length());
        filter.describe(head);
        assertEquals("0", head.string(Tag.PlanarConfiguration));
    }

    @Test
    void aChangeSeesEveryFrameOnceInOrder() throws Exception {
        Shape shape = new Shape(5, 6, "MONOCHROME2", 8, 8, false, 4);
        byte[] pixels = Images.pixels(shape);
        StringBuilder seen = new StringBuilder();
        PixelFilter filter = PixelFilter.changing(
                new ByteArrayInputStream(pixels),
                pixels.length,
                Images.attributes(shape),
                Images.EXPLICIT,
                List.of(),
                (frame, samples) -> {
                    seen.append(frame);
                    byte[] inverted = samples.clone();
                    for (int i = 0; i < inverted.length; i++) {
                        inverted[i] = (byte) ~inverted[i];
                    }
                    return inverted;
                },
                PixelLimits.DEFAULT);
        byte[] changed = filter.stream().readAllBytes();
        assertEquals("0123", seen.toString());
        for (int i = 0; i < pixels.length; i++) {
            assertEquals((byte) ~pixels[i], changed[i]);
        }
    }

    @Test
    void regionsOutsideOfTheImageAreRefusedAndSoIsWhatCannotBeBlanked() {
        Shape shape = Images.mono(10, 10, 8, 8);
        assertRefused(Images.attributes(shape), 100, List.of(new Region(10, 0, 5, 5)));
        DataSet bits = Images.attributes(shape);
        bits.setInt(Tag.BitsAllocated, 1);
        bits.setInt(Tag.BitsStored, 1);
        bits.setInt(Tag.HighBit, 0);
        assertRefused(bits, 13, List.of(new Region(0, 0, 5, 5)));
        assertRefused(Images.attributes(shape), 99, List.of(new Region(0, 0, 5, 5)));
        DataSet unknown = Images.attributes(shape);
        unknown.remove(Tag.Rows);
        assertRefused(unknown, 100, List.of(new Region(0, 0, 5, 5)));
    }

    private static void assertRefused(DataSet dataSet, int length, List<Region> regions) {
        assertThrows(
                ImageException.class,
                () -> PixelFilter.blanking(
                        InputStream.nullInputStream(),
                        VR.OB,
                        length,
                        dataSet,
                        Images.EXPLICIT,
                        regions,
                        PixelLimits.DEFAULT));
    }

    /** A region has to be one: nothing that is empty or lies before the image. */
    @Test
    void aRegionHasPixels() {
        assertThrows(IllegalArgumentException.class, () -> new Region(0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Region(-1, 0, 1, 1));
    }

    @Test
    void aPreviewIsAPictureWithTheMarksInRed() throws IOException {
        Shape shape = Images.mono(40, 60, 16, 12);
        FrameReader frames = FrameReader.of(
                new ByteArrayInputStream(Images.pixels(shape)),
                shape.frameBytes(),
                Images.attributes(shape),
                Images.EXPLICIT,
                PixelLimits.DEFAULT);
        byte[] frame = java.util.Objects.requireNonNull(frames.next());
        byte[] png = Preview.png(frame, frames.image(), false, List.of(new Region(10, 10, 20, 10)), 2048);
        java.awt.image.BufferedImage picture = javax.imageio.ImageIO.read(new ByteArrayInputStream(png));
        assertEquals(60, picture.getWidth());
        assertEquals(40, picture.getHeight());
        assertEquals(0xFF2020, picture.getRGB(10, 10) & 0xFFFFFF);
        assertEquals(0xFF2020, picture.getRGB(29, 19) & 0xFFFFFF);
        int inside = picture.getRGB(20, 15) & 0xFFFFFF;
        assertEquals(inside & 0xFF, inside >> 16, "grey");
        byte[] small = Preview.png(frame, frames.image(), false, List.of(), 30);
        assertEquals(
                30, javax.imageio.ImageIO.read(new ByteArrayInputStream(small)).getWidth());
    }

    /** Signed values, inverted greys and colours come out as a radiologist would see them. */
    @Test
    void previewsOfSignedInvertedAndColouredFrames() throws IOException {
        assertEquals(0xFFFFFF, first(new Shape(1, 2, "MONOCHROME2", 16, 16, true, 1), true, 100, 0, -100, -1));
        assertEquals(0x000000, first(new Shape(1, 2, "MONOCHROME1", 8, 8, false, 1), false, 200, 10));
        assertEquals(0x0A141E, first(new Shape(1, 1, "RGB", 8, 8, false, 1), false, 10, 20, 30));
        assertEquals(0x505050, first(new Shape(1, 1, "YBR_FULL", 8, 8, false, 1), false, 0x50, 128, 128));
    }

    private static int first(Shape shape, boolean signed, int... bytes) throws IOException {
        byte[] frame = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            frame[i] = (byte) bytes[i];
        }
        ImagePixel image = ImagePixel.of(Images.attributes(shape), PixelLimits.DEFAULT);
        byte[] png = Preview.png(frame, image, signed, List.of(), 100);
        return javax.imageio.ImageIO.read(new ByteArrayInputStream(png)).getRGB(0, 0) & 0xFFFFFF;
    }
}
