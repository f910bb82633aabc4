package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

class CanonicalDigestTest {

    private static String digest(DataSet dataSet) throws IOException {
        CanonicalDigest digest = new CanonicalDigest(FakeVault.digest());
        digest.add(dataSet);
        return HexFormat.of().formatHex(digest.finish());
    }

    private static String digest(Element... elements) throws IOException {
        DataSet dataSet = new DataSet();
        for (Element element : elements) {
            dataSet.put(element);
        }
        return digest(dataSet);
    }

    private static DataSet sent(DataSet dataSet, TransferSyntax syntax) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(Gate.encode(dataSet, syntax)), syntax, Limits.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void theSameDataSetHasTheSameDigestInEverySyntax(long seed) throws Exception {
        DataSet dataSet = RandomDataSets.of(new Random(seed)).withoutPrivateSequences();
        String explicit = digest(sent(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
        assertEquals(explicit, digest(sent(dataSet, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)));
        assertEquals(explicit, digest(sent(dataSet, TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)));
        assertEquals(explicit, digest(sent(dataSet, TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)));
    }

    @Test
    void paddingIsOfNoMeaning() throws Exception {
        assertEquals(digest(Gate.text(Tag.PatientID, VR.LO, "P12")), digest(Gate.text(Tag.PatientID, VR.LO, "P12 ")));
        assertEquals(
                digest(Gate.text(Tag.SOPInstanceUID, VR.UI, "1.2")),
                digest(Gate.text(Tag.SOPInstanceUID, VR.UI, "1.2\0")));
    }

    /** A private text is UN in implicit VR, where nobody knows that it is text. */
    @Test
    void paddedPrivateTextIsTheSameInImplicitVr() throws Exception {
        DataSet dataSet = new DataSet();
        dataSet.put(Gate.text(Tag.of(0x0009, 0x0010), VR.LO, "ACME"));
        dataSet.put(Gate.text(Tag.of(0x0009, 0x1001), VR.LO, "odd"));
        assertEquals(
                digest(sent(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)),
                digest(sent(dataSet, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)));
    }

    @Test
    void whatDiffersHasAnotherDigest() throws Exception {
        DataSet empty = new DataSet();
        DataSet one = new DataSet();
        one.setString(Tag.CodeValue, "1");
        DataSet two = new DataSet();
        two.setString(Tag.CodeValue, "2");
        DataSet both = new DataSet();
        both.setString(Tag.CodeValue, "1");
        both.setString(Tag.CodeMeaning, "2");
        DataSet second = new DataSet();
        second.setString(Tag.CodeMeaning, "2");
        List<Element> different = List.of(
                Element.empty(Tag.PatientID, VR.LO),
                Gate.text(Tag.PatientID, VR.LO, "1"),
                Gate.text(Tag.PatientID, VR.LO, "2"),
                Gate.text(Tag.PatientID, VR.LO, "1\\2"),
                Gate.text(Tag.PatientID, VR.LO, " 1"),
                Gate.text(Tag.PatientName, VR.PN, "1"),
                Gate.text(Tag.Rows, VR.US, "\1\0"),
                Gate.text(Tag.Rows, VR.US, "\1 "),
                Gate.text(Tag.Rows, VR.US, "\1\0\0\0"),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of()),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(empty)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(empty, empty)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(one)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(two)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(one, two)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(two, one)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(both)),
                Element.sequence(Tag.ConceptNameCodeSequence, List.of(one, second)),
                new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of())),
                new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[] {1, 2}, new byte[] {3, 4}))),
                new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[] {1, 2, 3, 4}))),
                Element.of(Tag.PixelData, VR.OB, new byte[] {1, 2, 3, 4}));
        Set<String> digests = new HashSet<>();
        for (Element element : different) {
            assertNotEquals(digest(), digest(element));
            digests.add(digest(element));
        }
        assertEquals(different.size(), digests.size());
    }

    /** A nested element is not the same as one beside the sequence. */
    @Test
    void whereAnElementStandsIsDigested() throws Exception {
        DataSet item = new DataSet();
        item.setString(Tag.ContentLabel, "X");
        assertNotEquals(
                digest(
                        Element.sequence(Tag.ConceptNameCodeSequence, List.of(new DataSet())),
                        Gate.text(Tag.ContentLabel, VR.CS, "X")),
                digest(Element.sequence(Tag.ConceptNameCodeSequence, List.of(item))));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyChangeOfAValueChangesTheDigest(long seed) throws Exception {
        DataSet dataSet = RandomDataSets.of(new Random(seed)).dataSet();
        String before = digest(dataSet);
        for (Element element : dataSet.elements()) {
            byte[] bytes = element.bytes();
            if (bytes.length > 0) {
                bytes[0] ^= 0x40;
                assertNotEquals(before, digest(dataSet), Tag.format(element.tag()));
                bytes[0] ^= 0x40;
            }
            DataSet without = dataSet.copy();
            without.remove(element.tag());
            assertNotEquals(before, digest(without), Tag.format(element.tag()));
        }
        assertEquals(before, digest(dataSet));
    }
}
