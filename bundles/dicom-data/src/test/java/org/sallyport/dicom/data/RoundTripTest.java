package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read back (PS3.5 7, Annex A). */
class RoundTripTest {

    private static final String JPEG = "1.2.840.10008.1.2.4.50";

    static Stream<Arguments> everyVrInEverySyntax() {
        return Samples.written().stream()
                .flatMap(syntax ->
                        Stream.of(VR.values()).filter(vr -> vr != VR.SQ).map(vr -> Arguments.of(vr, syntax)));
    }

    static List<TransferSyntax> syntaxes() {
        return Samples.written();
    }

    private static DataSet read(byte[] bytes, TransferSyntax syntax) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(bytes), syntax, Limits.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("everyVrInEverySyntax")
    void aValueOfEachRepresentationComesBack(VR vr, TransferSyntax syntax) throws IOException {
        DataSet one = new DataSet();
        one.put(Element.of(Samples.tagOf(vr), vr, Samples.valueOf(vr)));

        assertEquals(Samples.show(one), Samples.show(read(Samples.written(one, syntax), syntax)));
    }

    @ParameterizedTest
    @MethodSource("everyVrInEverySyntax")
    void anEmptyValueComesBackEmpty(VR vr, TransferSyntax syntax) throws IOException {
        DataSet one = new DataSet();
        one.put(Element.empty(Samples.tagOf(vr), vr));

        assertEquals(Samples.show(one), Samples.show(read(Samples.written(one, syntax), syntax)));
    }

    @ParameterizedTest
    @MethodSource("everyVrInEverySyntax")
    void anOddValueIsPaddedToEvenLengthWithThePaddingOfItsRepresentation(VR vr, TransferSyntax syntax)
            throws IOException {
        DataSet one = new DataSet();
        one.put(Element.of(Samples.tagOf(vr), vr, new byte[] {'1'}));

        byte[] back =
                read(Samples.written(one, syntax), syntax).elements().get(0).bytes();

        // PS3.5 6.2: text is padded with a space, UI and bytes with a zero.
        boolean zero = vr == VR.UI || !vr.isText();
        assertArrayEquals(new byte[] {'1', (byte) (zero ? 0 : ' ')}, back);
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void sequencesPrivateBlocksAndRepeatingGroupsComeBack(TransferSyntax syntax) throws IOException {
        DataSet all = Samples.everything();

        assertEquals(Samples.show(all), Samples.show(read(Samples.written(all, syntax), syntax)));
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void writingWhatWasReadGivesTheSameBytes(TransferSyntax syntax) throws IOException {
        byte[] once = Samples.written(Samples.everything(), syntax);

        assertArrayEquals(once, Samples.written(read(once, syntax), syntax));
    }

    @Test
    void anEmptyDataSetIsWrittenAsNothing() throws IOException {
        assertEquals(0, Samples.written(new DataSet(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN).length);
        assertTrue(read(new byte[0], TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN).isEmpty());
    }

    @Test
    void aDataSetIsWrittenByteForByteAsTheStandardSays() throws IOException {
        DataSet dataSet = new DataSet();
        DataSet item = new DataSet();
        item.setString(Tag.CodeValue, "T-1");
        dataSet.setString(Tag.Modality, "OT");
        dataSet.setItems(Tag.ProcedureCodeSequence, item);
        dataSet.put(Element.of(Tag.EncapsulatedDocument, VR.OB, new byte[] {7}));

        Bytes expected = Bytes.littleEndian()
                .explicit(Tag.Modality, "CS", "OT")
                .explicit(Tag.ProcedureCodeSequence, "SQ", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .explicit(Tag.CodeValue, "SH", "T-1 ")
                .endOfItem()
                .endOfSequence()
                .explicit(Tag.EncapsulatedDocument, "OB", 2)
                .hex("07 00");
        assertArrayEquals(expected.bytes(), Samples.written(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_533, 65_534, 65_535, 65_536, 70_001})
    void aValueTooLongForSixteenBitsOfLengthComesBackWhole(int length) throws IOException {
        DataSet one = new DataSet();
        one.setString(Tag.ImageComments, "x".repeat(length));
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

        DataSet back = read(Samples.written(one, syntax), syntax);

        assertEquals("x".repeat(length), back.string(Tag.ImageComments));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_533, 65_534, 65_535, 65_536, 70_001})
    void aStreamedValueTooLongForSixteenBitsOfLengthComesBackWhole(int length) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.stream(
                Tag.ImageComments,
                VR.LT,
                length,
                new ByteArrayInputStream("x".repeat(length).getBytes(StandardCharsets.US_ASCII)));
        writer.write(Element.of(Tag.SOPInstanceUID, VR.UI, new byte[] {'1', '2'}));
        writer.finish();

        DataSet back = read(out.toByteArray(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

        assertEquals("x".repeat(length), back.string(Tag.ImageComments));
        assertEquals("12", back.string(Tag.SOPInstanceUID));
    }

    @Test
    void aStreamThatIsShorterThanSaidIsRefused() {
        DataSetWriter writer =
                new DataSetWriter(OutputStream.nullOutputStream(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

        DicomDataException e = assertThrows(
                DicomDataException.class,
                () -> writer.stream(Tag.PixelData, VR.OW, 100, new ByteArrayInputStream(new byte[99])));

        assertEquals(DicomDataException.Reason.TRUNCATED, e.reason());
        assertEquals("(7FE0,0010): 99 of 100 bytes came", e.getMessage());
    }

    @Test
    void aValueBeyondThirtyTwoBitsOfLengthIsRefused() {
        DataSetWriter writer =
                new DataSetWriter(OutputStream.nullOutputStream(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

        DicomDataException e = assertThrows(
                DicomDataException.class,
                () -> writer.stream(Tag.PixelData, VR.OW, 0xFFFFFFFFL, InputStream.nullInputStream()));

        assertEquals(DicomDataException.Reason.LIMIT, e.reason());
    }

    @Test
    void bigEndianIsNotWritten() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new DataSetWriter(OutputStream.nullOutputStream(), TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
    }

    /** PS3.5 A.4: Basic Offset Table, then fragments. */
    @Test
    void encapsulatedPixelDataComesBackFragmentByFragment() throws IOException {
        TransferSyntax syntax = TransferSyntax.of(JPEG).orElseThrow();
        DataSet image = new DataSet();
        image.put(new Element(
                Tag.PixelData,
                VR.OB,
                new Value.Fragments(
                        List.of(new byte[] {0, 0, 0, 0, 12, 0, 0, 0}, new byte[] {1, 2, 3, 4}, new byte[] {5, 6}))));

        assertEquals(Samples.show(image), Samples.show(read(Samples.written(image, syntax), syntax)));
    }

    @Test
    void anOddFragmentIsPaddedWithAZero() throws IOException {
        TransferSyntax syntax = TransferSyntax.of(JPEG).orElseThrow();
        DataSet image = new DataSet();
        image.put(new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[0], new byte[] {1, 2, 3}))));

        Bytes expected = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(0)
                .item(4)
                .hex("01020300")
                .endOfSequence();
        assertArrayEquals(expected.bytes(), Samples.written(image, syntax));
    }

    @Test
    void encapsulatedPixelDataPassesThroughAsAStreamUnchanged() throws IOException {
        TransferSyntax syntax = TransferSyntax.of(JPEG).orElseThrow();
        byte[] encoded = Bytes.littleEndian()
                .explicit(Tag.SOPInstanceUID, "UI", "1.2.3\0")
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(4)
                .u32(0)
                .item(0)
                .item(6)
                .hex("010203040506")
                .endOfSequence()
                .explicit(0xFFFCFFFC, "OB", 2)
                .hex("0000")
                .bytes();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, syntax);
        DataSetReader reader =
                new DataSetReader(new ByteArrayInputStream(encoded), syntax, Limits.DEFAULT, BulkStore.REFUSE);

        for (DataSetReader.Event event = reader.next(); event != DataSetReader.Event.END; event = reader.next()) {
            if (event == DataSetReader.Event.STREAM) {
                writer.stream(reader.tag(), reader.vr(), reader.length(), reader.stream());
            } else {
                writer.write(reader.element());
            }
        }
        writer.finish();

        assertArrayEquals(encoded, out.toByteArray());
    }

    @ParameterizedTest
    @EnumSource(
            value = VR.class,
            names = {"OB", "OW"})
    void encapsulatedPixelDataWithoutAnyFragmentComesBackEmpty(VR vr) throws IOException {
        DataSet back = Bytes.littleEndian()
                .explicit(Tag.PixelData, vr.name(), Bytes.UNDEFINED)
                .endOfSequence()
                .read(TransferSyntax.of(JPEG).orElseThrow());

        assertEquals("(7FE0,0010) OB\n", Samples.show(back));
    }
}
