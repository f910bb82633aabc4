package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSetReader.Event;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Encodings as peers send them, made by hand: what PS3.5 allows, what is tolerated beyond it, and what is not. */
class DataSetReaderTest {

    private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax BIG_ENDIAN = TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;

    static Stream<Arguments> encodings() {
        return Stream.of(IMPLICIT, EXPLICIT, BIG_ENDIAN)
                .flatMap(syntax -> Stream.of(Arguments.of(syntax, false), Arguments.of(syntax, true)));
    }

    private static DataSetReader reader(byte[] bytes, TransferSyntax syntax) {
        return new DataSetReader(new ByteArrayInputStream(bytes), syntax, Limits.DEFAULT, BulkStore.REFUSE);
    }

    private static DicomDataException refused(Bytes bytes, TransferSyntax syntax) {
        return assertThrows(DicomDataException.class, () -> bytes.read(syntax));
    }

    private static void assertMalformed(Bytes bytes, TransferSyntax syntax) {
        assertEquals(Reason.MALFORMED, refused(bytes, syntax).reason());
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void everyEncodingOfLengthsAndByteOrderReadsAlike(TransferSyntax syntax, boolean definedLengths)
            throws IOException {
        DataSet all = Samples.everything();
        byte[] encoded = Samples.encoded(all, syntax, definedLengths);

        DataSet read = DataSetReader.readAll(new ByteArrayInputStream(encoded), syntax, Limits.DEFAULT);

        assertEquals(Samples.show(all), Samples.show(read));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void inputThatComesByteByByteReadsAlike(TransferSyntax syntax, boolean definedLengths) throws IOException {
        DataSet all = Samples.everything();
        byte[] encoded = Samples.encoded(all, syntax, definedLengths);

        DataSet read = DataSetReader.readAll(Bytes.dripping(encoded), syntax, Limits.DEFAULT);

        assertEquals(Samples.show(all), Samples.show(read));
    }

    @Test
    void deflatedInputThatComesByteByByteReadsAlike() throws IOException {
        TransferSyntax syntax = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        DataSet all = Samples.everything();

        DataSet read = DataSetReader.readAll(Bytes.dripping(Samples.written(all, syntax)), syntax, Limits.DEFAULT);

        assertEquals(Samples.show(all), Samples.show(read));
    }

    // ---- lengths

    @Test
    void groupLengthsArePassedOverEverywhere() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(0x00080000, "UL", 4)
                .u32(999)
                .explicit(Tag.ProcedureCodeSequence, "SQ", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .explicit(0x00080000, "UL", 4)
                .u32(1)
                .explicit(Tag.CodeValue, "SH", "T1")
                .endOfItem()
                .endOfSequence()
                .explicit(0x00100000, "UL", 4)
                .u32(0)
                .explicit(Tag.PatientID, "LO", "A1")
                .read(EXPLICIT);

        assertEquals(2, read.size());
        assertEquals(1, read.items(Tag.ProcedureCodeSequence).get(0).size());
        assertEquals("A1", read.string(Tag.PatientID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "ABC"})
    void oddLengthsAreReadAsTheyAre(String odd) throws IOException {
        Bytes explicit = Bytes.littleEndian().explicit(Tag.PatientID, "LO", odd).explicit(Tag.PatientSex, "CS", "O ");
        Bytes implicit = Bytes.littleEndian().implicit(Tag.PatientID, odd).implicit(Tag.PatientSex, "O ");

        assertArrayEquals(
                odd.getBytes(StandardCharsets.US_ASCII),
                explicit.read(EXPLICIT).elements().get(0).bytes());
        assertEquals("O", explicit.read(EXPLICIT).string(Tag.PatientSex));
        assertEquals(odd, implicit.read(IMPLICIT).string(Tag.PatientID));
        assertEquals("O", implicit.read(IMPLICIT).string(Tag.PatientSex));
    }

    @Test
    void anOddNumberOfBytesInBigEndianNumbersKeepsItsLastByte() throws IOException {
        DataSet read = Bytes.bigEndian()
                .explicit(Samples.tagOf(VR.OW), "OW", 5)
                .hex("0102 0304 05")
                .read(BIG_ENDIAN);

        assertArrayEquals(new byte[] {2, 1, 4, 3, 5}, read.elements().get(0).bytes());
    }

    @Test
    void aLengthThatReachesBeyondItsItemIsRefused() {
        Bytes bytes = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "SQ", 8 + 10)
                .item(10)
                .explicit(Tag.CodeValue, "SH", 4)
                .text("AB")
                .explicit(Tag.PatientID, "LO", "A1");

        DicomDataException e = refused(bytes, EXPLICIT);

        assertEquals(Reason.MALFORMED, e.reason());
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("(0008,0100): length 4 reaches beyond its item"),
                e::getMessage);
    }

    @Test
    void anItemLongerThanItsSequenceIsRefused() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8)
                        .item(10)
                        .explicit(Tag.CodeValue, "SH", "AB"),
                EXPLICIT);
    }

    @Test
    void anItemOfUndefinedLengthMayNotEndOutsideItsSequence() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8)
                        .item(Bytes.UNDEFINED)
                        .endOfItem()
                        .explicit(Tag.PatientID, "LO", "A1"),
                EXPLICIT);
    }

    @Test
    void aNestedSequenceOfUndefinedLengthMayNotEndOutsideItsItem() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8 + 12)
                        .item(12)
                        .explicit(Tag.EquivalentCodeSequence, "SQ", Bytes.UNDEFINED)
                        .endOfSequence()
                        .explicit(Tag.PatientID, "LO", "A1"),
                EXPLICIT);
    }

    @Test
    void aGroupLengthMayNotReachBeyondItsItem() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8 + 8)
                        .item(8)
                        .explicit(0x00080000, "UL", 4)
                        .u32(4)
                        .explicit(Tag.PatientID, "LO", "A1"),
                EXPLICIT);
    }

    @Test
    void anElementHeaderMayNotBeCutByTheEndOfItsItem() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8 + 4)
                        .item(4)
                        .explicit(Tag.CodeValue, "SH", 0)
                        .explicit(Tag.PatientID, "LO", "A1"),
                EXPLICIT);
    }

    @Test
    void aSequenceOfDefinedLengthMayHoldItemsOfUndefinedLengthAndTheOtherWayRound() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "SQ", 8 + 10 + 8)
                .item(Bytes.UNDEFINED)
                .explicit(Tag.CodeValue, "SH", "AB")
                .endOfItem()
                .explicit(Tag.ReferencedImageSequence, "SQ", Bytes.UNDEFINED)
                .item(10)
                .explicit(Tag.CodeValue, "SH", "CD")
                .item(0)
                .endOfSequence()
                .read(EXPLICIT);

        assertEquals("AB", read.items(Tag.ProcedureCodeSequence).get(0).string(Tag.CodeValue));
        assertEquals("CD", read.items(Tag.ReferencedImageSequence).get(0).string(Tag.CodeValue));
        assertTrue(read.items(Tag.ReferencedImageSequence).get(1).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LO", "UT", "OF", "UL"})
    void onlySequencesUnknownsAndPixelDataMayHaveUndefinedLength(String vr) {
        int tag = Samples.tagOf(VR.valueOf(vr));
        VR named = VR.valueOf(vr);
        Bytes bytes = named.hasLongLength()
                ? Bytes.littleEndian().explicit(tag, vr, Bytes.UNDEFINED)
                : Bytes.littleEndian().implicit(tag, Bytes.UNDEFINED);

        assertMalformed(bytes.endOfSequence(), named.hasLongLength() ? EXPLICIT : IMPLICIT);
    }

    // ---- structure

    @ParameterizedTest
    @ValueSource(ints = {Tag.Item, Tag.ItemDelimitationItem, Tag.SequenceDelimitationItem, 0x00020010, 0x00000002})
    void itemsAndElementsOfOtherGroupsDoNotBelongAtTopLevel(int tag) {
        assertMalformed(Bytes.littleEndian().implicit(tag, 0), IMPLICIT);
    }

    @Test
    void anElementWhereAnItemShouldBeginIsRefused() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", Bytes.UNDEFINED)
                        .explicit(Tag.CodeValue, "SH", "AB")
                        .endOfSequence(),
                EXPLICIT);
    }

    @Test
    void aSequenceOfDefinedLengthHasNoDelimiter() {
        assertMalformed(
                Bytes.littleEndian()
                        .explicit(Tag.ProcedureCodeSequence, "SQ", 8)
                        .endOfSequence(),
                EXPLICIT);
    }

    @Test
    void elementsOutOfOrderAreSorted() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.PatientID, "LO", "A1")
                .explicit(Tag.Modality, "CS", "OT")
                .explicit(Tag.PatientSex, "CS", "O ")
                .explicit(Tag.StudyDate, "DA", "20200101")
                .read(EXPLICIT);

        assertEquals(
                List.of(Tag.StudyDate, Tag.Modality, Tag.PatientID, Tag.PatientSex),
                read.elements().stream().map(Element::tag).toList());
    }

    @Test
    void anElementThatStandsTwiceIsRefused() {
        DicomDataException next = refused(
                Bytes.littleEndian().explicit(Tag.PatientID, "LO", "A1").explicit(Tag.PatientID, "LO", "A2"), EXPLICIT);
        DicomDataException later = refused(
                Bytes.littleEndian()
                        .explicit(Tag.PatientID, "LO", "A1")
                        .explicit(Tag.PatientSex, "CS", "O ")
                        .explicit(Tag.PatientID, "LO", "A2"),
                EXPLICIT);
        DicomDataException nested = refused(
                Bytes.littleEndian()
                        .explicit(Tag.OtherPatientIDsSequence, "SQ", Bytes.UNDEFINED)
                        .item(Bytes.UNDEFINED)
                        .explicit(Tag.PatientID, "LO", "A1")
                        .explicit(Tag.PatientID, "LO", "A2")
                        .endOfItem()
                        .endOfSequence(),
                EXPLICIT);

        for (DicomDataException e : List.of(next, later, nested)) {
            assertEquals(Reason.OUT_OF_ORDER, e.reason());
            assertTrue(String.valueOf(e.getMessage()).startsWith("(0010,0020) stands twice"), e::getMessage);
        }
    }

    @Test
    void anElementThatBelongsBeforePixelDataIsRefusedAfterIt() {
        DicomDataException e = refused(
                Bytes.littleEndian().explicit(Tag.PixelData, "OW", 2).u16(0).explicit(Tag.PatientID, "LO", "A1"),
                EXPLICIT);

        assertEquals(Reason.OUT_OF_ORDER, e.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000", "6F42", "4C 6F", "2020", "FFFF"})
    void bytesThatAreNoLettersAreNoValueRepresentation(String code) {
        assertMalformed(Bytes.littleEndian().tag(Tag.PatientID).hex(code).u16(0), EXPLICIT);
    }

    @Test
    void aRepresentationOfALaterEditionIsKeptAsUnknown() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(0x00091001, "ZZ", 4)
                .hex("01020304")
                .explicit(Tag.PatientID, "LO", "A1")
                .read(EXPLICIT);

        assertEquals("(0009,1001) UN 01020304\n(0010,0020) LO 4131\n", Samples.show(read));
    }

    @Test
    void messagesNameNoValue() {
        String name = "Yamada^Tarou";
        DicomDataException e = refused(
                Bytes.littleEndian().explicit(Tag.PatientName, "PN", name).explicit(Tag.PatientName, "PN", name),
                EXPLICIT);

        assertFalse(e.toString().contains("Yamada"));
    }

    // ---- UN and implicit VR

    @Test
    void anUnknownElementOfUndefinedLengthIsASequenceInImplicitLittleEndian() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(0x00091010, "UN", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .implicit(Tag.PatientID, "A1")
                .implicit(0x00091011, Bytes.UNDEFINED)
                .item(10)
                .implicit(Tag.PatientSex, "O ")
                .endOfSequence()
                .endOfItem()
                .endOfSequence()
                .explicit(Tag.PatientID, "LO", "A2")
                .read(EXPLICIT);

        DataSet item = read.items(0x00091010).get(0);
        assertEquals("A1", item.string(Tag.PatientID));
        assertEquals("O", item.items(0x00091011).get(0).string(Tag.PatientSex));
        assertEquals("A2", read.string(Tag.PatientID));
    }

    @Test
    void anUnknownSequenceInBigEndianIsLittleEndianInside() throws IOException {
        byte[] content = Bytes.littleEndian()
                .item(Bytes.UNDEFINED)
                .implicit(Tag.Rows, 2)
                .u16(512)
                .endOfItem()
                .endOfSequence()
                .bytes();
        DataSet read = Bytes.bigEndian()
                .explicit(0x00091010, "UN", Bytes.UNDEFINED)
                .raw(content)
                .explicit(Tag.Rows, "US", 2)
                .u16(256)
                .read(BIG_ENDIAN);

        assertEquals(512, read.items(0x00091010).get(0).intValue(Tag.Rows, -1));
        assertEquals(256, read.intValue(Tag.Rows, -1));
    }

    @Test
    void aKnownAttributeSentAsUnknownGetsItsOwnRepresentation() throws IOException {
        byte[] items =
                Bytes.littleEndian().item(10).implicit(Tag.CodeValue, "AB").bytes();
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "UN", items.length)
                .raw(items)
                .explicit(Tag.PatientID, "UN", "A1")
                .explicit(Tag.Rows, "UN", 2)
                .u16(512)
                .read(EXPLICIT);

        assertEquals("AB", read.items(Tag.ProcedureCodeSequence).get(0).string(Tag.CodeValue));
        assertEquals("A1", read.string(Tag.PatientID));
        assertEquals(512, read.intValue(Tag.Rows, -1));
    }

    @Test
    void anUnknownNumberInBigEndianIsLittleEndian() throws IOException {
        DataSet read = Bytes.bigEndian().explicit(Tag.Rows, "UN", 2).hex("0002").read(BIG_ENDIAN);

        assertEquals(512, read.intValue(Tag.Rows, -1));
    }

    @Test
    void bytesThatDoNotFitTheRepresentationStayUnknown() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "UN", "no sequence!")
                .explicit(Tag.Rows, "UN", "abc")
                .read(EXPLICIT);

        assertEquals(VR.UN, read.elements().get(0).vr());
        assertEquals(VR.UN, read.elements().get(1).vr());
    }

    @Test
    void unknownAttributesStayUnknown() throws IOException {
        Bytes explicit = Bytes.littleEndian().explicit(0x00091001, "UN", "data");
        Bytes implicit = Bytes.littleEndian().implicit(0x00091001, "data");

        assertEquals("(0009,1001) UN 64617461\n", Samples.show(explicit.read(EXPLICIT)));
        assertEquals("(0009,1001) UN 64617461\n", Samples.show(implicit.read(IMPLICIT)));
    }

    @Test
    void privateCreatorsInImplicitAreText() throws IOException {
        DataSet read = Bytes.littleEndian().implicit(0x00090010, "ACME").read(IMPLICIT);

        assertEquals(VR.LO, read.elements().get(0).vr());
        assertEquals("ACME", read.privateCreator(0x00091001));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void pixelRepresentationDecidesBetweenSignedAndUnsigned(int representation) throws IOException {
        DataSet read = Bytes.littleEndian()
                .implicit(Tag.PixelRepresentation, 2)
                .u16(representation)
                .implicit(Tag.SmallestImagePixelValue, 2)
                .hex("FFFF")
                .implicit(Tag.ModalityLUTSequence, Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .implicit(Tag.LUTDescriptor, 6)
                .hex("FFFF 0000 1000")
                .endOfItem()
                .endOfSequence()
                .read(IMPLICIT);

        int expected = representation == 1 ? -1 : 0xFFFF;
        assertEquals(expected, read.intValue(Tag.SmallestImagePixelValue, 0));
        assertEquals(expected, read.items(Tag.ModalityLUTSequence).get(0).intValue(Tag.LUTDescriptor, 0));
    }

    @Test
    void pixelRepresentationDecidesInASequenceSentAsUnknownToo() throws IOException {
        byte[] items = Bytes.littleEndian()
                .item(14)
                .implicit(Tag.LUTDescriptor, 6)
                .hex("FFFF 0000 1000")
                .bytes();
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.PixelRepresentation, "US", 2)
                .u16(1)
                .explicit(Tag.ModalityLUTSequence, "UN", items.length)
                .raw(items)
                .read(EXPLICIT);

        assertEquals(-1, read.items(Tag.ModalityLUTSequence).get(0).intValue(Tag.LUTDescriptor, 0));
    }

    @Test
    void anItemHasTheCharacterSetOfItsEnclosingDataSetUnlessItHasItsOwn() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.SpecificCharacterSet, "CS", "ISO_IR 100")
                .explicit(Tag.ReferencedPatientSequence, "SQ", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .explicit(Tag.PatientName, "PN", 2)
                .hex("C4 20")
                .endOfItem()
                .item(Bytes.UNDEFINED)
                .explicit(Tag.SpecificCharacterSet, "CS", "ISO_IR 126")
                .explicit(Tag.PatientName, "PN", 2)
                .hex("C4 20")
                .endOfItem()
                .endOfSequence()
                .read(EXPLICIT);

        List<DataSet> items = read.items(Tag.ReferencedPatientSequence);
        assertEquals("Ä", items.get(0).string(Tag.PatientName));
        assertEquals("Δ", items.get(1).string(Tag.PatientName));
    }

    // ---- events

    @Test
    void eachEventNamesItsElement() throws IOException {
        DataSetReader reader = reader(Samples.encoded(Samples.everything(), EXPLICIT, false), EXPLICIT);

        for (Event event = reader.next(); event != Event.END; event = reader.next()) {
            if (event == Event.ELEMENT) {
                assertEquals(Tag.format(reader.element().tag()), Tag.format(reader.tag()));
                assertEquals(reader.element().vr(), reader.vr());
            } else {
                assertEquals(Tag.PixelData, reader.tag());
                assertEquals(64, reader.length());
            }
        }
    }

    @Test
    void whatIsLeftOfAStreamIsPassedOver() throws IOException {
        byte[] bytes = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OW", 100_000)
                .raw(new byte[100_000])
                .explicit(0xFFFCFFFC, "OB", 2)
                .hex("0000")
                .bytes();
        DataSetReader reader = reader(bytes, EXPLICIT);

        assertEquals(Event.STREAM, reader.next());
        assertEquals(0, reader.stream().read());
        assertEquals(Event.ELEMENT, reader.next());
        assertEquals(0xFFFCFFFC, reader.tag());
        assertEquals(Event.END, reader.next());
        assertEquals(bytes.length, reader.position());
        assertEquals(Event.END, reader.next());
    }

    @Test
    void elementAndStreamAreOnlyThereAfterTheirEvent() throws IOException {
        DataSetReader reader =
                reader(Bytes.littleEndian().explicit(Tag.PatientID, "LO", "A1").bytes(), EXPLICIT);

        assertThrows(IllegalStateException.class, reader::element);
        assertThrows(IllegalStateException.class, reader::stream);
        assertEquals(Event.ELEMENT, reader.next());
        assertThrows(IllegalStateException.class, reader::stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OB", "OW", "OF", "OD"})
    void aBigEndianStreamIsTurnedAroundHoweverItIsRead(String vr) throws IOException {
        int unit = VR.valueOf(vr).unit();
        byte[] sent = new byte[40_000];
        byte[] expected = new byte[sent.length];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) (i * 31 + (i >> 8));
            expected[i - i % unit + unit - 1 - i % unit] = sent[i];
        }
        byte[] encoded = Bytes.bigEndian()
                .explicit(Tag.PixelData, vr, sent.length)
                .raw(sent)
                .bytes();

        for (int step : new int[] {1, 3, 7, 8, 9, 4096, 100_000}) {
            DataSetReader reader = reader(encoded, BIG_ENDIAN);
            reader.next();
            assertArrayEquals(expected, readInSteps(reader.stream(), step), "steps of " + step);
        }
        DataSetReader reader = new DataSetReader(Bytes.dripping(encoded), BIG_ENDIAN, Limits.DEFAULT, BulkStore.REFUSE);
        reader.next();
        assertArrayEquals(expected, reader.stream().readAllBytes());
    }

    private static byte[] readInSteps(InputStream in, int step) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] to = new byte[step];
        for (int n = in.read(to, 0, step); n >= 0; n = in.read(to, 0, step)) {
            assertTrue(n <= step);
            out.write(to, 0, n);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FFFE00E0 FFFFFFFF", "FFFEDDE0 04000000", "10002000 02000000", "FFFE0DE0 00000000"})
    void whatIsNoFragmentInEncapsulatedPixelDataIsRefused(String header) {
        Bytes bytes = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(0)
                .hex(header)
                .hex("00000000")
                .endOfSequence();

        assertMalformed(bytes, TransferSyntax.of("1.2.840.10008.1.2.4.50").orElseThrow());
        DataSetReader reader = reader(bytes.bytes(), EXPLICIT);
        DicomDataException e = assertThrows(DicomDataException.class, () -> {
            reader.next();
            reader.stream().readAllBytes();
        });
        assertEquals(Reason.MALFORMED, e.reason());
    }

    @Test
    void nestedPixelDataIsAnElementOfItsItem() throws IOException {
        DataSet read = Bytes.littleEndian()
                .explicit(Tag.IconImageSequence, "SQ", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(0)
                .item(2)
                .hex("0102")
                .endOfSequence()
                .endOfItem()
                .endOfSequence()
                .read(EXPLICIT);

        assertEquals(
                "(7FE0,0010) OB fragment  fragment 0102\n",
                Samples.show(read.items(Tag.IconImageSequence).get(0)));
    }

    // ---- deflated

    @Test
    void bytesAfterADeflatedDataSetAreOfNoMeaning() throws IOException {
        TransferSyntax syntax = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        // PS3.5 A.5: a deflated data set is padded with a single zero to even length.
        Bytes padded = Bytes.littleEndian()
                .raw(Samples.written(Samples.everyVr(), syntax))
                .hex("00");

        assertEquals(Samples.show(Samples.everyVr()), Samples.show(padded.read(syntax)));
    }

    @Test
    void whatIsNotDeflatedIsRefusedAsMalformed() {
        TransferSyntax syntax = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;

        assertMalformed(Bytes.littleEndian().hex("FFFFFFFFFFFFFFFF"), syntax);
    }

    @Test
    void aDeflatedDataSetWithoutItsEndIsTruncatedEvenIfItsElementsAreComplete() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DeflaterOutputStream deflater = new DeflaterOutputStream(out, new Deflater(6, true), 512, true);
        deflater.write(Bytes.littleEndian().explicit(Tag.PatientID, "LO", "A1").bytes());
        deflater.flush();

        DicomDataException e =
                refused(Bytes.littleEndian().raw(out.toByteArray()), TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);

        assertEquals(Reason.TRUNCATED, e.reason());
    }

    @Test
    void anExceptionOfTheInputIsPassedOnAsItIs() {
        IOException lost = new IOException("connection lost");
        InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                throw lost;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                throw lost;
            }
        };
        for (TransferSyntax syntax : List.of(EXPLICIT, TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)) {
            IOException e = assertThrows(IOException.class, () -> DataSetReader.readAll(in, syntax, Limits.DEFAULT));
            assertEquals(lost, e);
            assertNull(e.getCause());
        }
    }
}
