package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Part 10 files (PS3.10 7), whole, without preamble, without meta information, damaged. */
class Part10Test {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final int START_OF_META = 132;

    static List<TransferSyntax> written() {
        return Samples.written();
    }

    static Stream<TransferSyntax> guessable() {
        return Stream.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_BIG_ENDIAN);
    }

    private static byte[] file(TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(CT, "1.2.3", syntax.uid()).write(out);
        out.write(dataSet(syntax));
        return out.toByteArray();
    }

    private static byte[] dataSet(TransferSyntax syntax) throws IOException {
        return syntax.bigEndian()
                ? Samples.encoded(Samples.everyVr(), syntax, false)
                : Samples.written(Samples.everyVr(), syntax);
    }

    private static Part10Reader open(byte[] bytes) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(bytes), Limits.DEFAULT, BulkStore.REFUSE);
    }

    @ParameterizedTest
    @MethodSource("written")
    void aFileIsReadInTheTransferSyntaxOfItsMetaInformation(TransferSyntax syntax) throws IOException {
        Part10Reader file = open(file(syntax));

        assertEquals(FileMetaInformation.ours(CT, "1.2.3", syntax.uid()), file.meta());
        assertEquals(syntax, file.transferSyntax());
        assertEquals(
                Samples.show(Samples.everyVr()), Samples.show(file.dataSet().readAll()));
    }

    @ParameterizedTest
    @MethodSource("written")
    void aFileThatComesByteByByteReadsAlike(TransferSyntax syntax) throws IOException {
        Part10Reader file = Part10Reader.open(Bytes.dripping(file(syntax)), Limits.DEFAULT, BulkStore.REFUSE);

        assertEquals(
                Samples.show(Samples.everyVr()), Samples.show(file.dataSet().readAll()));
    }

    /** PS3.10 7.1: group length of all that follows it, version 00 01, in tag order. */
    @Test
    void metaInformationIsWrittenByteForByteAsTheStandardSays() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new FileMetaInformation(CT, "1.2.3", "1.2.840.10008.1.2", "1.2.9", "V1", "SENDER").write(out);

        Bytes body = Bytes.littleEndian()
                .explicit(0x00020001, "OB", 2)
                .hex("0001")
                .explicit(0x00020002, "UI", CT + "\0")
                .explicit(0x00020003, "UI", "1.2.3\0")
                .explicit(0x00020010, "UI", "1.2.840.10008.1.2\0")
                .explicit(0x00020012, "UI", "1.2.9\0")
                .explicit(0x00020013, "SH", "V1")
                .explicit(0x00020016, "AE", "SENDER");
        Bytes expected = Bytes.littleEndian()
                .raw(new byte[128])
                .text("DICM")
                .explicit(0x00020000, "UL", 4)
                .u32(body.size())
                .raw(body.bytes());
        assertArrayEquals(expected.bytes(), out.toByteArray());
    }

    @Test
    void whatIsOptionalInMetaInformationMayBeAbsent() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation meta = new FileMetaInformation(CT, "1.2.3", "1.2.840.10008.1.2", "1.2.9", null, null);
        meta.write(out);

        Part10Reader file = open(out.toByteArray());

        assertEquals(meta, file.meta());
        assertNull(file.meta().implementationVersionName());
        assertTrue(file.dataSet().readAll().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("written")
    void aFileWithoutPreambleIsRead(TransferSyntax syntax) throws IOException {
        byte[] whole = file(syntax);
        byte[] fromMagic = Arrays.copyOfRange(whole, 128, whole.length);
        byte[] fromMeta = Arrays.copyOfRange(whole, START_OF_META, whole.length);

        for (byte[] bytes : List.of(fromMagic, fromMeta)) {
            Part10Reader file = open(bytes);
            assertEquals(CT, file.meta().mediaStorageSopClassUid());
            assertEquals(
                    Samples.show(Samples.everyVr()), Samples.show(file.dataSet().readAll()));
        }
    }

    @ParameterizedTest
    @MethodSource("guessable")
    void aBareDataSetIsReadInTheTransferSyntaxThatItShows(TransferSyntax syntax) throws IOException {
        Part10Reader file = open(dataSet(syntax));

        assertEquals(syntax, file.transferSyntax());
        assertEquals(new FileMetaInformation("", "", syntax.uid(), "", null, null), file.meta());
        assertEquals(
                Samples.show(Samples.everyVr()), Samples.show(file.dataSet().readAll()));
    }

    @Test
    void metaInformationWithoutTransferSyntaxLeavesItToBeTold() throws IOException {
        byte[] bytes = Bytes.littleEndian()
                .explicit(0x00020002, "UI", CT + "\0")
                .implicit(Tag.Modality, "OT")
                .bytes();

        Part10Reader file = open(bytes);

        assertEquals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, file.transferSyntax());
        assertEquals("OT", file.dataSet().readAll().string(Tag.Modality));
    }

    @Test
    void aTransferSyntaxThatIsNotKnownIsRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(CT, "1.2.3", "1.2.3.4").write(out);

        DicomDataException e = assertThrows(DicomDataException.class, () -> open(out.toByteArray()));

        assertEquals(Reason.MALFORMED, e.reason());
        assertTrue(String.valueOf(e.getMessage()).contains("(0002,0010)"), e::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "DICM", "%PDF-1.7 and more", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"})
    void whatIsNoDicomFileIsRefused(String content) {
        assertThrows(DicomDataException.class, () -> open(content.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void metaInformationIsBounded() {
        Bytes bytes = Bytes.littleEndian();
        for (int i = 0; i < 10; i++) {
            bytes.explicit(0x00020002 + i, "LO", "x".repeat(10_000));
        }

        DicomDataException e = assertThrows(DicomDataException.class, () -> open(bytes.bytes()));

        assertEquals(Reason.LIMIT, e.reason());
    }

    @Test
    void aDeclaredLengthInMetaInformationTakesNoMemory() {
        Bytes bytes = Bytes.littleEndian().explicit(0x00020102, "OB", 0xFFFFFFFFL);

        DicomDataException e = assertThrows(DicomDataException.class, () -> open(bytes.bytes()));

        assertEquals(Reason.LIMIT, e.reason());
    }

    /** A cut between elements leaves a shorter file; one anywhere else is told. */
    @ParameterizedTest
    @MethodSource("written")
    void aFileCutAnywhereNeverGivesElementsThatAreNotThere(TransferSyntax syntax) throws IOException {
        byte[] whole = file(syntax);
        String all = Samples.show(Samples.everyVr());

        for (int cut = 0; cut < whole.length; cut++) {
            try {
                Part10Reader file = open(Arrays.copyOf(whole, cut));
                String read = Samples.show(file.dataSet().readAll());
                assertTrue(all.startsWith(read) && read.length() < all.length(), "cut at " + cut);
                assertTrue(syntax != TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "cut at " + cut);
            } catch (DicomDataException e) {
                assertTrue(e.reason() == Reason.TRUNCATED || cut <= START_OF_META, "cut at " + cut + ": " + e);
            }
        }
    }
}
