package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data sets, their typed access, and how they are compared. */
class DataSetTest {

    @Test
    void elementsStandInUnsignedTagOrderHoweverTheyWerePut() {
        List<Integer> tags = new ArrayList<>(List.of(0x00080005, 0x00100010, 0x7FE00010, 0x80001234, 0xFFFCFFFC));
        List<Integer> shuffled = new ArrayList<>(tags);
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            DataSet dataSet = new DataSet();
            shuffled.forEach(tag -> dataSet.put(Element.empty(tag, VR.UN)));
            assertEquals(tags, dataSet.elements().stream().map(Element::tag).toList());
            shuffled.forEach(tag -> assertTrue(dataSet.contains(tag)));
        }
    }

    @Test
    void anElementReplacesTheOneWithItsTagAndCanBeRemoved() {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.PatientID, "A");
        dataSet.setString(Tag.PatientID, "B");

        assertEquals(1, dataSet.size());
        assertEquals("B", dataSet.string(Tag.PatientID));
        dataSet.remove(Tag.PatientID);
        dataSet.remove(Tag.PatientName);
        assertTrue(dataSet.isEmpty());
        assertNull(dataSet.get(Tag.PatientID));
    }

    @Test
    void aCopySharesNoItems() {
        DataSet original = Samples.everything();
        String before = Samples.show(original);
        DataSet copy = original.copy();
        assertEquals(before, Samples.show(copy));

        copy.items(Tag.ReferencedSeriesSequence).get(0).setString(Tag.PatientID, "changed");
        copy.remove(Tag.PixelData);

        assertEquals(before, Samples.show(original));
        assertNotSame(
                original.items(Tag.ReferencedSeriesSequence).get(0),
                copy.items(Tag.ReferencedSeriesSequence).get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "US, FFFF0100, 65535 1",
        "SS, FFFF0100, -1 1",
        "UL, FFFFFFFF, 4294967295",
        "SL, FFFFFFFF, -1",
        "UV, FFFFFFFFFFFFFFFF, 18446744073709551615",
        "OV, FFFFFFFFFFFFFFFF, 18446744073709551615",
        "SV, FFFFFFFFFFFFFFFF, -1",
        "OW, 0080, 32768",
        "OL, 01000080, 2147483649",
        "FL, 0000C03F, 1.5",
        "OF, 0000C03F, 1.5",
        "FD, 000000000000F83F, 1.5",
        "OD, 000000000000F83F, 1.5",
        "AT, 10002000, '(0010,0020)'",
        "US, FFFF01, 65535"
    })
    void numbersAreReadInTheirRepresentation(VR vr, String hex, String expected) {
        DataSet dataSet = new DataSet();
        dataSet.put(Element.of(0x00091001, vr, HexFormat.of().parseHex(hex)));

        assertEquals(List.of(expected.split(" ")), dataSet.strings(0x00091001));
    }

    @Test
    void numbersAreWrittenInTheRepresentationOfTheDictionary() {
        DataSet dataSet = new DataSet();
        dataSet.setInt(Tag.Rows, 65_535);
        dataSet.setInt(Tag.InstanceNumber, -7);
        dataSet.setInt(Tag.DimensionIndexPointer, 0x00100020);
        dataSet.setInt(Samples.tagOf(VR.UV), -1);
        dataSet.setInt(Samples.tagOf(VR.FD), 3);

        assertEquals(65_535, dataSet.intValue(Tag.Rows, 0));
        assertEquals("-7", dataSet.string(Tag.InstanceNumber));
        assertEquals("(0010,0020)", dataSet.string(Tag.DimensionIndexPointer));
        assertEquals("18446744073709551615", dataSet.string(Samples.tagOf(VR.UV)));
        assertEquals("3.0", dataSet.string(Samples.tagOf(VR.FD)));
    }

    @ParameterizedTest
    @CsvSource({"'12 ', 12", "' +12', 12", "-3, -3", "'', 99", "1.5, 99", "99999999999, 99", "7\\8, 7"})
    void wholeNumbersAreReadFromText(String text, int expected) {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.InstanceNumber, text);

        assertEquals(expected, dataSet.intValue(Tag.InstanceNumber, 99));
        assertEquals(5, dataSet.intValue(Tag.SeriesNumber, 5));
    }

    /** PS3.5 6.2 and 6.4: which spaces are of meaning, and where a backslash parts values. */
    @Test
    void textIsPartedAndTrimmedAsItsRepresentationSays() {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.OtherPatientIDs, " A ", "", "B ");
        dataSet.setString(Tag.ImageComments, "  a\\b  ");
        dataSet.put(Element.of(Tag.SOPInstanceUID, VR.UI, new byte[] {'1', '.', '2', 0}));
        dataSet.setString(Samples.tagOf(VR.UR), "http://a/\\b ");

        assertEquals(List.of("A", "", "B"), dataSet.strings(Tag.OtherPatientIDs));
        assertEquals(List.of("  a\\b"), dataSet.strings(Tag.ImageComments));
        assertEquals("1.2", dataSet.string(Tag.SOPInstanceUID));
        assertEquals(List.of("http://a/\\b"), dataSet.strings(Samples.tagOf(VR.UR)));
        assertEquals(List.of(), dataSet.strings(Tag.PatientName));
    }

    @Test
    void privateCreatorsAreFoundForTheirBlock() {
        DataSet dataSet = new DataSet();
        dataSet.setString(0x00090010, VR.LO, "ACME 1.0 ");

        assertEquals("ACME 1.0", dataSet.privateCreator(0x00091001));
        assertNull(dataSet.privateCreator(0x00091101));
        assertNull(dataSet.privateCreator(0x00090010));
        assertNull(dataSet.privateCreator(0x00081001));
    }

    @Test
    void changingTheCharacterSetReachesTheItems() {
        DataSet inner = new DataSet();
        inner.put(Element.of(Tag.PatientName, VR.PN, new byte[] {(byte) 0xC4}));
        DataSet middle = new DataSet();
        middle.setItems(Tag.ReferencedPatientSequence, inner);
        DataSet outer = new DataSet();
        outer.setItems(Tag.ReferencedStudySequence, middle);

        assertEquals("\uFFFD", inner.string(Tag.PatientName));
        outer.setString(Tag.SpecificCharacterSet, "ISO_IR 100");
        assertEquals("Ä", inner.string(Tag.PatientName));
        outer.remove(Tag.SpecificCharacterSet);
        assertEquals("\uFFFD", inner.string(Tag.PatientName));
    }

    @Test
    void aSequenceAndItsRepresentationHaveToFit() {
        assertThrows(
                IllegalArgumentException.class, () -> new Element(Tag.PatientName, VR.PN, new Value.Items(List.of())));
        assertThrows(IllegalArgumentException.class, () -> Element.of(Tag.ContentSequence, VR.SQ, new byte[0]));
    }

    @Test
    void nothingShowsAValue() {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.PatientName, "Yamada^Tarou");
        DataSet outer = new DataSet();
        outer.setItems(Tag.ReferencedPatientSequence, dataSet);
        Element name = dataSet.elements().get(0);

        String shown = outer + " " + outer.elements() + dataSet + " " + name + " " + name.value() + " "
                + new Value.Fragments(List.of(name.bytes()));

        assertFalse(shown.contains("Yamada"), shown);
        assertFalse(shown.contains("[89"), shown);
    }

    // ---- differences

    private static List<String> difference(DataSet one, DataSet other) throws IOException {
        List<String> found = DataSetDifference.between(one, other);
        assertEquals(found, DataSetDifference.between(other, one));
        return found;
    }

    private static DataSet with(int tag, VR vr, int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        DataSet dataSet = new DataSet();
        dataSet.put(Element.of(tag, vr, value));
        return dataSet;
    }

    private static DataSet with(int tag, VR vr, Value value) {
        DataSet dataSet = new DataSet();
        dataSet.put(new Element(tag, vr, value));
        return dataSet;
    }

    @Test
    void equalDataSetsDoNotDiffer() throws IOException {
        assertEquals(List.of(), difference(Samples.everything(), Samples.everything()));
        assertEquals(List.of(), difference(new DataSet(), new DataSet()));
    }

    @Test
    void differencesAreNamedByTheirPath() throws IOException {
        DataSet one = Samples.everything();
        DataSet other = Samples.everything();
        other.items(Tag.ReferencedSeriesSequence)
                .get(0)
                .items(Tag.ReferencedImageSequence)
                .get(1)
                .setString(Samples.tagOf(VR.LO), "other");
        other.remove(Tag.PixelRepresentation);
        other.setString(Tag.PatientID, "new");

        assertEquals(
                List.of("(0008,1115)[0].(0008,1140)[1].(0072,0066)", "(0010,0020)", "(0028,0103)"),
                difference(one, other));
    }

    @Test
    void anItemMoreIsADifferenceOfTheSequence() throws IOException {
        DataSet one = new DataSet();
        one.setItems(Tag.ContentSequence, new DataSet());
        DataSet other = new DataSet();
        other.setItems(Tag.ContentSequence, new DataSet(), new DataSet());

        assertEquals(List.of("(0040,A730)"), difference(one, other));
    }

    @Test
    void paddingIsOfNoMeaningButEveryOtherByteIs() throws IOException {
        assertEquals(List.of(), difference(with(Tag.PatientID, VR.LO, 'A'), with(Tag.PatientID, VR.LO, 'A', ' ')));
        assertEquals(
                List.of(), difference(with(Tag.SOPInstanceUID, VR.UI, '1'), with(Tag.SOPInstanceUID, VR.UI, '1', 0)));
        assertEquals(
                List.of("(0010,0020)"),
                difference(with(Tag.PatientID, VR.LO, 'A'), with(Tag.PatientID, VR.LO, 'A', 'B')));
        assertEquals(
                List.of("(0010,0020)"),
                difference(with(Tag.PatientID, VR.LO, 'A'), with(Tag.PatientID, VR.LO, 'A', ' ', ' ')));
        assertEquals(
                List.of("(0010,0020)"),
                difference(with(Tag.PatientID, VR.LO, 'A', 'B'), with(Tag.PatientID, VR.LO, 'A', 'C')));
    }

    @Test
    void valuesOfDifferentKindsDiffer() throws IOException {
        DataSet fragments = with(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[] {1, 2})));
        DataSet bytes = with(Tag.PixelData, VR.OB);
        DataSet items = with(Tag.PixelData, VR.SQ, new Value.Items(List.of()));

        assertEquals(List.of("(7FE0,0010)"), difference(fragments, bytes));
        assertEquals(List.of("(7FE0,0010)"), difference(items, bytes));
        assertEquals(List.of("(7FE0,0010)"), difference(items, fragments));
    }

    @Test
    void fragmentsAreComparedOneByOne() throws IOException {
        DataSet one = with(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[0], new byte[] {1, 2})));
        DataSet same = with(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[0], new byte[] {1, 2})));
        DataSet other = with(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[] {1, 2}, new byte[0])));

        assertEquals(List.of(), difference(one, same));
        assertEquals(List.of("(7FE0,0010)"), difference(one, other));
    }

    @Test
    void aValueThatLiesElsewhereIsComparedByItsBytes() throws IOException {
        DataSet held = with(Tag.EncapsulatedDocument, VR.OB, 1, 2, 3);
        Value elsewhere = new Elsewhere(new byte[] {1, 2, 3, 0});
        Value another = new Elsewhere(new byte[] {1, 2, 4});

        assertEquals(List.of(), difference(held, with(Tag.EncapsulatedDocument, VR.OB, elsewhere)));
        assertEquals(List.of("(0042,0011)"), difference(held, with(Tag.EncapsulatedDocument, VR.OB, another)));
    }

    @Test
    void aValueThatLiesElsewhereIsWrittenLikeOneInMemory() throws IOException {
        DataSet elsewhere = with(Tag.EncapsulatedDocument, VR.OB, new Elsewhere(new byte[] {1, 2, 3}));

        assertArrayEquals(
                Samples.written(
                        with(Tag.EncapsulatedDocument, VR.OB, 1, 2, 3), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                Samples.written(elsewhere, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    }

    private record Elsewhere(byte[] bytes) implements Value.Bulk {

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }
    }
}
