package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.dicom.image.Images.EXPLICIT;
import static org.sallyport.dicom.image.Images.RLE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.Images.Shape;

/** Whatever comes, the documented exceptions are all that comes out, in bounded time. */
@Timeout(120)
class HostileInputTest {

    private static final TransferSyntax JPEG = Images.syntax("1.2.840.10008.1.2.4.50");
    private static final Shape SMALL = Images.mono(24, 20, 8, 8);
    private static final Shape COLOUR = new Shape(19, 21, "YBR_FULL_422", 8, 8, false, 1);
    private static final Shape DEEP = Images.mono(12, 14, 16, 16);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void changedFramesOfJpeg(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] grey = JpegSequentialTest.jpeg(new JpegSequentialTest.Encoding(24, 20, false, 1, 1, 2));
        byte[] colour = JpegSequentialTest.jpeg(new JpegSequentialTest.Encoding(19, 21, true, 2, 2, 0));
        byte[] lossless = JpegLosslessTest.frame(new LosslessJpeg(16, 7, 0, 3, true), DEEP, Images.pixels(DEEP), 0);
        int decoded = 0;
        for (int i = 0; i < 4000; i++) {
            decoded += survives(SMALL, JPEG, changed(grey, random));
            decoded += survives(COLOUR, JPEG, changed(colour, random));
            decoded += survives(DEEP, JPEG, changed(lossless, random));
        }
        // Changes that are all found by the first marker would show nothing.
        assertTrue(decoded > 500, decoded + " decoded");
    }

    @Test
    void changedFramesOfRle() throws IOException {
        Random random = new Random(5);
        byte[] rle = Images.fragments(Images.transcoded(Images.dataSet(DEEP, Images.pixels(DEEP)), EXPLICIT, RLE))
                .get(1);
        int decoded = 0;
        for (int i = 0; i < 20_000; i++) {
            decoded += survives(DEEP, RLE, changed(rle, random));
        }
        assertTrue(decoded > 500, decoded + " decoded");
    }

    @Test
    void changedDataSets() throws IOException {
        Random random = new Random(6);
        byte[] jpeg = JpegSequentialTest.jpeg(new JpegSequentialTest.Encoding(24, 20, false, 1, 1, 0));
        byte[] whole = Images.written(Images.encapsulated(SMALL, new byte[4], jpeg), JPEG);
        for (int i = 0; i < 10_000; i++) {
            survives(changed(whole, random), JPEG);
        }
    }

    /** Some bytes changed, inserted or removed, or the end cut off. */
    private static byte[] changed(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] = (byte) 0xFF;
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> {
                    if (bytes.length > 3) {
                        byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
                        System.arraycopy(bytes, at + 1, shorter, at, shorter.length - at);
                        bytes = shorter;
                    }
                }
                default -> {
                    if (random.nextInt(8) == 0) {
                        bytes = Arrays.copyOf(bytes, Math.max(3, at));
                    }
                }
            }
        }
        return bytes;
    }

    private static int survives(Shape shape, TransferSyntax syntax, byte[] frame) throws IOException {
        return survives(Images.written(Images.encapsulated(shape, new byte[0], frame), syntax), syntax);
    }

    /** @return 1 if it could be decoded */
    private static int survives(byte[] dataSet, TransferSyntax syntax) throws IOException {
        PixelLimits limits = new PixelLimits(1024, 1024, 3, 1 << 20);
        Transcoder transcoder = new Transcoder(Images.LARGE, limits, BulkStore.REFUSE);
        try {
            transcoder.dataSet(new ByteArrayInputStream(dataSet), syntax, EXPLICIT, OutputStream.nullOutputStream());
            return 1;
        } catch (ImageException | DicomDataException e) {
            return 0;
        }
    }

    @Test
    void aMillionMarkersTakeLinearTime() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JpegLosslessTest.bytes(0xFF, 0xD8));
        // A Huffman table and a comment, over and over.
        byte[] table = new byte[2 + 2 + 17 + 1];
        System.arraycopy(JpegLosslessTest.bytes(0xFF, 0xC4, 0, 20, 0, 1), 0, table, 0, 6);
        byte[] comment = JpegLosslessTest.bytes(0xFF, 0xFE, 0, 2);
        for (int i = 0; i < 1_000_000; i++) {
            out.writeBytes(table);
            out.writeBytes(comment);
        }
        assertEquals(Reason.TRUNCATED, refused(SMALL, out.toByteArray()));
    }

    @Test
    void scansOfTheSameComponentAreNotDecodedAgain() {
        LosslessJpeg plain = new LosslessJpeg(16, 1, 0, 0, false);
        byte[] jpeg =
                JpegLosslessTest.frame(plain, new Shape(12, 14, "RGB", 16, 16, false, 1), new byte[12 * 14 * 6], 0);
        // All three scans say that they are of component 1.
        for (int i = 0; i + 5 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xDA) {
                jpeg[i + 5] = 1;
            }
        }
        assertEquals(Reason.MALFORMED, refused(new Shape(12, 14, "RGB", 16, 16, false, 1), jpeg));
    }

    @Test
    void hugeDimensionsTakeNoMemory() throws IOException {
        Shape huge = Images.mono(65_535, 65_535, 16, 16);
        byte[] jpeg = JpegLosslessTest.frame(new LosslessJpeg(16, 1, 0, 0, true), DEEP, Images.pixels(DEEP), 0);
        System.arraycopy(new byte[] {-1, -1, -1, -1}, 0, jpeg, 7, 4);
        assertEquals(Reason.LIMIT, refused(huge, jpeg));
        assertEquals(Reason.MALFORMED, refused(DEEP, jpeg));
    }

    @Test
    void aHuffmanTableWithTooManyCodesIsRefused() {
        byte[] jpeg = JpegLosslessTest.frame(new LosslessJpeg(16, 1, 0, 0, true), DEEP, Images.pixels(DEEP), 0);
        for (int i = 0; i + 5 < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC4) {
                // All seventeen values get codes of one bit.
                Arrays.fill(jpeg, i + 5, i + 21, (byte) 0);
                jpeg[i + 5] = 17;
                break;
            }
        }
        assertEquals(Reason.MALFORMED, refused(DEEP, jpeg));
    }

    @Test
    void fragmentsOfLyingLengthsTakeNoMemory() throws IOException {
        DataSet dataSet = Images.attributes(SMALL);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Images.written(dataSet, JPEG));
        out.writeBytes(JpegLosslessTest.bytes(0xE0, 0x7F, 0x10, 0, 'O', 'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF));
        out.writeBytes(FrameReader.itemHeader(org.sallyport.dicom.data.Tag.Item, 0));
        out.writeBytes(FrameReader.itemHeader(org.sallyport.dicom.data.Tag.Item, 0xFFFFFFF0));
        out.writeBytes(new byte[100]);
        assertThrows(ImageException.class, () -> Images.transcoder()
                .dataSet(new ByteArrayInputStream(out.toByteArray()), JPEG, EXPLICIT, OutputStream.nullOutputStream()));
    }

    private static Reason refused(Shape shape, byte[] frame) {
        return assertThrows(
                        ImageException.class,
                        () -> Images.transcoded(Images.encapsulated(shape, new byte[0], frame), JPEG, EXPLICIT))
                .reason();
    }
}
