package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.dicom.image.Images.EXPLICIT;
import static org.sallyport.dicom.image.Images.IMPLICIT;
import static org.sallyport.dicom.image.Images.RLE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.Images.Shape;

class TranscoderTest {

    private static final Shape SMALL = Images.mono(6, 7, 16, 12);

    static List<Shape> shapes() {
        return List.of(
                Images.mono(1, 1, 8, 8),
                Images.mono(3, 5, 8, 8),
                Images.mono(64, 300, 16, 12),
                Images.mono(7, 9, 32, 32),
                new Shape(11, 13, "MONOCHROME1", 16, 16, true, 3),
                new Shape(5, 129, "RGB", 8, 8, false, 2),
                new Shape(9, 6, "YBR_FULL", 8, 8, false, 1),
                new Shape(4, 257, "RGB", 16, 16, false, 2),
                new Shape(10, 10, "PALETTE COLOR", 8, 8, false, 2));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void rleAndBackKeepsEveryByte(Shape shape) throws IOException {
        byte[] pixels = Images.pixels(shape);
        DataSet original = Images.dataSet(shape, pixels);
        DataSet encoded = Images.transcoded(original, IMPLICIT, RLE);
        assertEquals(shape.frames() + 1, Images.fragments(encoded).size());
        DataSet decoded = Images.transcoded(encoded, RLE, EXPLICIT);
        assertArrayEquals(Images.even(pixels), Images.pixelData(decoded));
        encoded.remove(Tag.PixelData);
        original.remove(Tag.PixelData);
        decoded.remove(Tag.PixelData);
        assertEquals(List.of(), DataSetDifference.between(original, encoded));
        assertEquals(List.of(), DataSetDifference.between(original, decoded));
    }

    @Test
    void pixelDataGetsTheValueRepresentationOfItsBits() throws IOException {
        assertEquals(VR.OW, vrOf(SMALL));
        assertEquals(VR.OB, vrOf(Images.mono(3, 5, 8, 8)));
    }

    private static VR vrOf(Shape shape) throws IOException {
        DataSet encoded = Images.transcoded(Images.dataSet(shape, Images.pixels(shape)), EXPLICIT, RLE);
        Element pixelData = Images.transcoded(encoded, RLE, EXPLICIT).get(Tag.PixelData);
        return pixelData == null ? VR.UN : pixelData.vr();
    }

    @Test
    void colorByPlaneBecomesByPixelInRle() throws IOException {
        Shape shape = new Shape(2, 2, "RGB", 8, 8, false, 1);
        DataSet byPlane = Images.dataSet(shape, new byte[] {1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24});
        byPlane.setInt(Tag.PlanarConfiguration, 1);
        DataSet encoded = Images.transcoded(byPlane, EXPLICIT, RLE);
        assertEquals(0, encoded.intValue(Tag.PlanarConfiguration, -1));
        DataSet decoded = Images.transcoded(encoded, RLE, EXPLICIT);
        assertEquals(0, decoded.intValue(Tag.PlanarConfiguration, -1));
        assertArrayEquals(new byte[] {1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24}, Images.pixelData(decoded));
    }

    @Test
    void nativePixelDataIsPassedOnAsItIs() throws IOException {
        // One bit in a pixel, by plane, subsampled, too long: nothing has to be understood.
        Shape shape = new Shape(3, 3, "YBR_FULL_422", 8, 8, false, 1);
        byte[] odd = new byte[100];
        Arrays.fill(odd, (byte) 0x5A);
        DataSet dataSet = Images.dataSet(shape, odd);
        for (TransferSyntax to : List.of(EXPLICIT, TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)) {
            DataSet read = Images.transcoded(dataSet, IMPLICIT, to);
            assertArrayEquals(odd, Images.pixelData(read));
            assertEquals("YBR_FULL_422", read.string(Tag.PhotometricInterpretation));
        }
    }

    @Test
    void theSameSyntaxIsPassedOnWhateverItIs() throws IOException {
        TransferSyntax jpeg2000 = Images.syntax("1.2.840.10008.1.2.4.90");
        DataSet dataSet = Images.encapsulated(SMALL, new byte[0], new byte[] {1, 2, 3, 4});
        DataSet read = Images.transcoded(dataSet, jpeg2000, jpeg2000);
        assertEquals(List.of(), DataSetDifference.between(dataSet, read));
        ImageException refused =
                assertThrows(ImageException.class, () -> Images.transcoded(dataSet, jpeg2000, EXPLICIT));
        assertEquals(Reason.UNSUPPORTED, refused.reason());
    }

    @Test
    void saysWhatItCanDo() {
        assertTrue(Transcoder.canDecode(RLE));
        assertTrue(Transcoder.canDecode(IMPLICIT));
        assertTrue(Transcoder.canDecode(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
        assertFalse(Transcoder.canDecode(Images.syntax("1.2.840.10008.1.2.4.90")));
        assertTrue(Transcoder.canEncode(RLE));
        assertFalse(Transcoder.canEncode(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
        assertFalse(Transcoder.canEncode(Images.syntax("1.2.840.10008.1.2.4.50")));
        assertTrue(Transcoder.canTranscode(RLE, IMPLICIT));
    }

    @Test
    void anObjectWithoutPixelDataIsEncodedAnew() throws IOException {
        DataSet dataSet = Images.attributes(SMALL);
        dataSet.setItems(Tag.ReferencedSeriesSequence, Images.attributes(SMALL));
        assertEquals(List.of(), DataSetDifference.between(dataSet, Images.transcoded(dataSet, RLE, IMPLICIT)));
    }

    @Test
    void elementsAfterPixelDataStay() throws IOException {
        DataSet dataSet = Images.dataSet(SMALL, Images.pixels(SMALL));
        dataSet.put(Element.of(Tag.DataSetTrailingPadding, VR.OB, new byte[10]));
        DataSet decoded = Images.transcoded(Images.transcoded(dataSet, EXPLICIT, RLE), RLE, IMPLICIT);
        assertEquals(List.of(), DataSetDifference.between(dataSet, decoded));
    }

    @Test
    void metaInformationIsWrittenAnew() throws IOException {
        DataSet dataSet = Images.dataSet(SMALL, Images.pixels(SMALL));
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        new FileMetaInformation("1.2", "1.3", RLE.uid(), "1.4", "OTHER", "SOURCE").write(in);
        in.write(Images.written(Images.transcoded(dataSet, EXPLICIT, RLE), RLE));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Images.transcoder().part10(new ByteArrayInputStream(in.toByteArray()), IMPLICIT, out);
        Part10Reader file = Images.open(out.toByteArray());
        assertEquals(IMPLICIT, file.transferSyntax());
        assertEquals("1.3", file.meta().mediaStorageSopInstanceUid());
        assertEquals("SOURCE", file.meta().sourceAet());
        assertEquals("SALLYPORT_1", file.meta().implementationVersionName());
        assertEquals(
                List.of(), DataSetDifference.between(dataSet, file.dataSet().readAll()));
    }

    @Test
    void aFileWithoutMetaInformationGetsItsOwn() throws IOException {
        DataSet dataSet = Images.dataSet(SMALL, Images.pixels(SMALL));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Images.transcoder().part10(new ByteArrayInputStream(Images.written(dataSet, IMPLICIT)), RLE, out);
        Part10Reader file = Images.open(out.toByteArray());
        assertEquals(dataSet.string(Tag.SOPInstanceUID), file.meta().mediaStorageSopInstanceUid());
        assertEquals(RLE, file.transferSyntax());
    }

    @Test
    void iconsAreDecodedToo() throws IOException {
        Shape iconShape = Images.mono(8, 8, 8, 8);
        byte[] iconPixels = Images.pixels(iconShape);
        DataSet icon = Images.transcoded(Images.dataSet(iconShape, iconPixels), EXPLICIT, RLE);
        DataSet dataSet = Images.transcoded(Images.dataSet(SMALL, Images.pixels(SMALL)), EXPLICIT, RLE);
        dataSet.setItems(Tag.IconImageSequence, icon);
        DataSet decoded = Images.transcoded(dataSet, RLE, EXPLICIT);
        Element sequence = decoded.get(Tag.IconImageSequence);
        assertNotNull(sequence);
        assertArrayEquals(iconPixels, Images.pixelData(sequence.items().get(0)));
    }

    @Test
    void subsampledNativeColourIsNotTakenApart() {
        Shape shape = new Shape(4, 4, "YBR_FULL_422", 8, 8, false, 1);
        ImageException refused = assertThrows(
                ImageException.class, () -> Images.transcoded(Images.dataSet(shape, new byte[32]), EXPLICIT, RLE));
        assertEquals(Reason.UNSUPPORTED, refused.reason());
    }

    @ParameterizedTest
    @ValueSource(ints = {Tag.Rows, Tag.Columns, Tag.BitsAllocated})
    void attributesThatAreNeededMustBeThere(int tag) throws IOException {
        DataSet dataSet = Images.transcoded(Images.dataSet(SMALL, Images.pixels(SMALL)), EXPLICIT, RLE);
        dataSet.remove(tag);
        ImageException refused = assertThrows(ImageException.class, () -> Images.transcoded(dataSet, RLE, EXPLICIT));
        assertEquals(Reason.MALFORMED, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains(Tag.format(tag)), refused.toString());
    }

    @Test
    void aFrameBeyondTheLimitsTakesNoMemory() throws IOException {
        DataSet dataSet = Images.transcoded(Images.dataSet(SMALL, Images.pixels(SMALL)), EXPLICIT, RLE);
        dataSet.setInt(Tag.Rows, 65_535);
        dataSet.setInt(Tag.Columns, 65_535);
        ImageException refused = assertThrows(ImageException.class, () -> Images.transcoded(dataSet, RLE, EXPLICIT));
        assertEquals(Reason.LIMIT, refused.reason());
    }

    @Test
    void anEncodedFrameBeyondTheLimitsIsRefused() throws IOException {
        byte[] bytes = Images.written(Images.encapsulated(SMALL, new byte[0], new byte[200_000]), RLE);
        Transcoder strict = new Transcoder(
                Images.LARGE, new PixelLimits(100, 100, 1, 1000), org.sallyport.dicom.data.BulkStore.REFUSE);
        ImageException refused = assertThrows(
                ImageException.class,
                () -> strict.dataSet(new ByteArrayInputStream(bytes), RLE, EXPLICIT, OutputStream.nullOutputStream()));
        assertEquals(Reason.LIMIT, refused.reason());
    }

    @Test
    void theNumberOfFramesMustFit() throws IOException {
        Shape three = new Shape(6, 7, "MONOCHROME2", 16, 12, false, 3);
        DataSet encoded = Images.transcoded(Images.dataSet(three, Images.pixels(three)), EXPLICIT, RLE);
        encoded.setInt(Tag.NumberOfFrames, 4);
        ImageException fewer = assertThrows(ImageException.class, () -> Images.transcoded(encoded, RLE, EXPLICIT));
        assertEquals(Reason.TRUNCATED, fewer.reason());
        encoded.setInt(Tag.NumberOfFrames, 2);
        ImageException more = assertThrows(ImageException.class, () -> Images.transcoded(encoded, RLE, EXPLICIT));
        assertEquals(Reason.MALFORMED, more.reason());
    }

    @Test
    void nothingIsWrittenBeforeTheFirstFrameIsDecoded() throws IOException {
        byte[] bytes = Images.written(Images.encapsulated(SMALL, new byte[0], new byte[64]), RLE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThrows(ImageException.class, () -> Images.transcoder()
                .dataSet(new ByteArrayInputStream(bytes), RLE, EXPLICIT, out));
        assertEquals(0, out.size());
    }

    @Test
    void manyFramesPassThroughTheMemoryOfOne() throws IOException {
        // 4,000 frames of 512 KiB are 2 GiB; the heap of tests is smaller.
        int frames = 4000;
        Shape one = Images.mono(512, 512, 16, 16);
        DataSet head = Images.attributes(new Shape(512, 512, "MONOCHROME2", 16, 16, false, frames));
        byte[] fragment = Images.fragments(Images.transcoded(Images.dataSet(one, new byte[512 * 1024]), EXPLICIT, RLE))
                .get(1);
        InputStream endless = new ManyFrames(Images.written(head, RLE), fragment, frames);
        long[] count = {0};
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int b) {
                count[0]++;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                count[0] += length;
            }
        };
        Images.transcoder().dataSet(endless, RLE, IMPLICIT, counting);
        assertTrue(count[0] > frames * 512L * 1024, count[0] + " bytes");
    }

    @Test
    void aFrameReaderGivesFramesOneByOne() throws IOException {
        Shape shape = new Shape(5, 5, "RGB", 8, 8, false, 2);
        byte[] pixels = Images.pixels(shape);
        DataSet encoded = Images.transcoded(Images.dataSet(shape, pixels), EXPLICIT, RLE);
        Element pixelData = encoded.get(Tag.PixelData);
        assertNotNull(pixelData);
        FrameReader frames = FrameReader.of(pixelData, encoded, RLE, PixelLimits.DEFAULT);
        assertArrayEquals(Arrays.copyOfRange(pixels, 0, 75), frames.next());
        assertArrayEquals(Arrays.copyOfRange(pixels, 75, 150), frames.next());
        assertNull(frames.next());
        assertNull(frames.next());
    }

    @Test
    void encapsulatedUncompressedFramesAreTakenOut() throws IOException {
        TransferSyntax syntax = Images.syntax("1.2.840.10008.1.2.1.98");
        Shape shape = new Shape(1, 3, "MONOCHROME2", 8, 8, false, 2);
        DataSet dataSet = Images.encapsulated(shape, new byte[0], new byte[] {1, 2, 3, 0}, new byte[] {4, 5, 6, 0});
        assertArrayEquals(
                new byte[] {1, 2, 3, 4, 5, 6}, Images.pixelData(Images.transcoded(dataSet, syntax, EXPLICIT)));
    }

    @Test
    void offsetTablesLeaveTheDataSetThatIsDecoded() throws IOException {
        DataSet dataSet = Images.transcoded(Images.dataSet(SMALL, Images.pixels(SMALL)), EXPLICIT, RLE);
        dataSet.put(Element.of(Tag.ExtendedOffsetTable, VR.OV, new byte[8]));
        dataSet.put(Element.of(Tag.ExtendedOffsetTableLengths, VR.OV, new byte[] {100, 0, 0, 0, 0, 0, 0, 0}));
        DataSet decoded = Images.transcoded(dataSet, RLE, EXPLICIT);
        assertNull(decoded.get(Tag.ExtendedOffsetTable));
        assertNull(decoded.get(Tag.ExtendedOffsetTableLengths));
        assertArrayEquals(Images.pixels(SMALL), Images.pixelData(decoded));
    }

    @Test
    void encapsulatedValuesThatAreNoPixelDataAreRefused() {
        DataSet dataSet = Images.attributes(SMALL);
        dataSet.setString(0x00090010, VR.LO, "ACME");
        dataSet.put(new Element(0x00091001, VR.OB, new Value.Fragments(List.of(new byte[0], new byte[2]))));
        ImageException refused = assertThrows(ImageException.class, () -> Images.transcoded(dataSet, RLE, EXPLICIT));
        assertEquals(Reason.UNSUPPORTED, refused.reason());
    }

    /** An RLE data set of as many equal frames as wanted, made while it is read. */
    private static final class ManyFrames extends InputStream {

        private final org.sallyport.dicom.image.internal.PieceStream pieces;

        ManyFrames(byte[] head, byte[] fragment, int frames) {
            byte[] pixelData = {(byte) 0xE0, 0x7F, 0x10, 0, 'O', 'B', 0, 0, -1, -1, -1, -1};
            int[] piece = {0};
            pieces = new org.sallyport.dicom.image.internal.PieceStream(() -> {
                int n = piece[0]++;
                if (n == 0) {
                    return head;
                }
                if (n == 1) {
                    return pixelData;
                }
                if (n == 2) {
                    return FrameReader.itemHeader(Tag.Item, 0);
                }
                if (n == 2 * frames + 3) {
                    return FrameReader.itemHeader(Tag.SequenceDelimitationItem, 0);
                }
                if (n > 2 * frames + 3) {
                    return null;
                }
                return n % 2 == 1 ? FrameReader.itemHeader(Tag.Item, fragment.length) : fragment;
            });
        }

        @Override
        public int read() throws IOException {
            return pieces.read();
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return pieces.read(to, offset, length);
        }
    }
}
