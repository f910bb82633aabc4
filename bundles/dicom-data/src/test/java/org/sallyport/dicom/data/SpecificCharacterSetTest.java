package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specific Character Set: the defined terms of PS3.3 C.12.1.1.2 with the examples of PS3.5 Annexes H to K. */
class SpecificCharacterSetTest {

    private static final List<String> SINGLE = List.of(
            "ISO_IR 100",
            "ISO_IR 101",
            "ISO_IR 109",
            "ISO_IR 110",
            "ISO_IR 144",
            "ISO_IR 127",
            "ISO_IR 126",
            "ISO_IR 138",
            "ISO_IR 148",
            "ISO_IR 203",
            "ISO_IR 13",
            "ISO_IR 166");
    private static final List<String> EXTENDED = List.of(
            "ISO 2022 IR 6",
            "ISO 2022 IR 100",
            "ISO 2022 IR 101",
            "ISO 2022 IR 109",
            "ISO 2022 IR 110",
            "ISO 2022 IR 144",
            "ISO 2022 IR 127",
            "ISO 2022 IR 126",
            "ISO 2022 IR 138",
            "ISO 2022 IR 148",
            "ISO 2022 IR 203",
            "ISO 2022 IR 13",
            "ISO 2022 IR 166",
            "ISO 2022 IR 87",
            "ISO 2022 IR 159",
            "ISO 2022 IR 149",
            "ISO 2022 IR 58");
    private static final List<String> WHOLE = List.of("ISO_IR 192", "GB18030", "GBK");

    static Stream<String> definedTerms() {
        return Stream.of(SINGLE, EXTENDED, WHOLE).flatMap(List::stream);
    }

    private static SpecificCharacterSet set(String terms) {
        return SpecificCharacterSet.of(List.of(terms.split("\\\\", -1)));
    }

    /** Bytes as PS3.5 prints them: text, with ESC for escape and hexadecimal in angle brackets. */
    private static byte[] bytes(String printed) {
        StringBuilder latin = new StringBuilder();
        String rest = printed.replace("ESC", "\u001B");
        while (rest.contains("<")) {
            int open = rest.indexOf('<');
            int close = rest.indexOf('>');
            byte[] hex = HexFormat.of().parseHex(rest.substring(open + 1, close).replace(" ", ""));
            latin.append(rest, 0, open).append(new String(hex, StandardCharsets.ISO_8859_1));
            rest = rest.substring(close + 1);
        }
        return latin.append(rest).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> names() {
        return Stream.of(
                // PS3.5 H.3.1 and H.3.2
                Arguments.of(
                        "\\ISO 2022 IR 87",
                        "Yamada^Tarou=ESC$B;3EDESC(B^ESC$BB@O:ESC(B=ESC$B$d$^$@ESC(B^ESC$B$?$m$&ESC(B",
                        "Yamada^Tarou=山田^太郎=やまだ^たろう"),
                Arguments.of(
                        "ISO 2022 IR 13\\ISO 2022 IR 87",
                        "<D4CFC0DE>^<C0DBB3>=ESC$B;3EDESC(J^ESC$BB@O:ESC(J=ESC$B$d$^$@ESC(J^ESC$B$?$m$&ESC(J",
                        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
                Arguments.of("\\ISO 2022 IR 87\\ISO 2022 IR 159", "AESC$(D0!ESC(B^ESC$B;3ESC(B", "A丂^山"),
                Arguments.of("ISO_IR 13", "<D4CFC0DE>^<C0DBB3>", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
                // PS3.5 I.2
                Arguments.of(
                        "\\ISO 2022 IR 149",
                        "Hong^Gildong=ESC$)C<FBF3>^ESC$)C<D1CED4D7>=ESC$)C<C8AB>^ESC$)C<B1E6B5BF>",
                        "Hong^Gildong=洪^吉洞=홍^길동"),
                // PS3.5 J.1 and J.2
                Arguments.of("ISO_IR 192", "Wang^XiaoDong=<E78E8B>^<E5B08F E69DB1>=", "Wang^XiaoDong=王^小東="),
                Arguments.of("GB18030", "Wang^XiaoDong=<CDF5>^<D0A1 B6AB>=", "Wang^XiaoDong=王^小东="),
                Arguments.of("GBK", "Wang^XiaoDong=<CDF5>^<D0A1 B6AB>=", "Wang^XiaoDong=王^小东="),
                // PS3.5 K.2
                Arguments.of(
                        "\\ISO 2022 IR 58", "Zhang^XiaoDong=ESC$)A<D5C5>^ESC$)A<D0A1B6AB>=", "Zhang^XiaoDong=张^小东="),
                // Two-byte sets as the only value, which PS3.3 C.12.1.1.2 does not foresee and some peers send.
                Arguments.of("ISO 2022 IR 87", "Yamada=ESC$B;3EDESC(B", "Yamada=山田"),
                Arguments.of("ISO 2022 IR 149", "Hong=ESC$)C<FBF3>", "Hong=洪"),
                Arguments.of("", "Doe^John", "Doe^John"),
                Arguments.of("ISO_IR 100", "<C4>neas^R<FC>diger", "Äneas^Rüdiger"),
                Arguments.of("ISO_IR 100", "Buc^J<E9>r<F4>me", "Buc^Jérôme"),
                Arguments.of("ISO_IR 101", "Wa<B3EA>sa^Dvo<F8E1>k", "Wałęsa^Dvořák"),
                Arguments.of("ISO_IR 109", "<C6>apek^<A1>al", "Ĉapek^Ħal"),
                Arguments.of("ISO_IR 110", "L<EF>bie<B9>u", "Lībiešu"),
                Arguments.of("ISO_IR 144", "<BBEEDA>ce<DCD1>yp<D3>", "Люкceмбypг"),
                Arguments.of("ISO_IR 127", "<E2C8C7E6EA>^<E4E6D2C7D1>", "قباني^لنزار"),
                Arguments.of("ISO_IR 126", "<C4E9EFEDF5F3E9EFF2>", "Διονυσιος"),
                Arguments.of("ISO_IR 138", "<F9F8E5EF>^<E3E1E5F8E4>", "שרון^דבורה"),
                Arguments.of("ISO_IR 148", "<C7>avu<FE>o<F0>lu", "Çavuşoğlu"),
                Arguments.of("ISO_IR 203", "<BC>uvre^<A4>", "Œuvre^€"),
                Arguments.of("ISO_IR 166", "<B9D2C1CAA1D8C5>", "นามสกุล"),
                // Several code extensions in one name: the first set holds at its start and after each delimiter.
                Arguments.of(
                        "ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144",
                        "M<FC>llerESC-F<C4>ESC-L<BB>^M<FC>ller",
                        "MüllerΔЛ^Müller"),
                Arguments.of(
                        "ISO 2022 IR 6\\ISO 2022 IR 101\\ISO 2022 IR 149",
                        "AESC-B<B3>ESC$)C<C8AB>=ESC-B<B3>",
                        "Ał홍=ł"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("names")
    void aNameDecodes(String terms, String printed, String name) {
        assertEquals(List.of(name), set(terms).decodeNames(bytes(printed)));
        assertTrue(set(terms).canDecode(bytes(printed)));
        assertTrue(set(terms).isKnown());
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("names")
    void aNameEncodesToTheBytesOfTheStandard(String terms, String printed, String name) {
        assertArrayEquals(bytes(printed), set(terms).encode(name));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("names")
    void aNameInADataSetIsReadThroughItsCharacterSet(String terms, String printed, String name) throws IOException {
        Bytes encoded = Bytes.littleEndian()
                .implicit(Tag.SpecificCharacterSet, terms)
                .implicit(Tag.PatientName, bytes(printed).length)
                .raw(bytes(printed));

        DataSet read = encoded.read(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

        assertEquals(name, read.string(Tag.PatientName));
        DataSet made = new DataSet();
        made.setString(Tag.SpecificCharacterSet, terms.split("\\\\", -1));
        made.setString(Tag.PatientName, name);
        assertArrayEquals(bytes(printed), made.elements().get(made.size() - 1).bytes());
    }

    /** PS3.5 I.3, J.3, K.3: designations hold to the end of the line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\ISO 2022 IR 149"
                        + "|ESC$)CThe first line includes <B1E6B5BF>.<0D0A>ESC$)CThe second line includes <B1E6B5BF>, too.<0D0A>The third line."
                        + "|The first line includes 길동.<0D0A>The second line includes 길동, too.<0D0A>The third line.",
                "GB18030|The first line includes <D6D0CEC4>.<0D0A>|The first line includes 中文.<0D0A>",
                "\\ISO 2022 IR 58|1) ESC$)A<B5DAD2BBD0D0>.<0D0A>|1) 第一行.<0D0A>"
            })
    void aTextOfSeveralLinesDecodes(String terms, String printed, String text) {
        String expected = text.replace("<0D0A>", "\r\n");

        assertEquals(expected, set(terms).decode(bytes(printed)));
        assertEquals(expected, set(terms).decode(set(terms).encode(expected)));
    }

    @Test
    void aLineThatDoesNotDesignateItsSetAgainCannotBeDecoded() {
        SpecificCharacterSet korean = set("\\ISO 2022 IR 149");

        assertEquals("길\r\n\uFFFD\uFFFD", korean.decode(bytes("ESC$)C<B1E6>\r\n<B5BF>")));
        assertFalse(korean.canDecode(bytes("ESC$)C<B1E6>\r\n<B5BF>")));
    }

    /** PS3.5 6.1.2.5.3: caret and equals sign are delimiters in PN only. */
    @Test
    void caretAndEqualsSignEndADesignationInNamesOnly() {
        SpecificCharacterSet korean = set("\\ISO 2022 IR 149");
        byte[] text = bytes("ESC$)C<B1E6>=<B5BF>^<B5BF>");

        assertEquals(List.of("길=동^동"), korean.decodeValues(text));
        assertEquals("길=동^동", korean.decode(text));
        assertEquals(List.of("길=\uFFFD\uFFFD^\uFFFD\uFFFD"), korean.decodeNames(text));
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.SpecificCharacterSet, "", "ISO 2022 IR 149");
        dataSet.put(Element.of(Tag.StudyDescription, VR.LO, text));
        assertEquals("길=동^동", dataSet.string(Tag.StudyDescription));
    }

    @Test
    void aBackslashEndsADesignation() {
        SpecificCharacterSet korean = set("\\ISO 2022 IR 149");

        assertEquals(List.of("길", "동"), korean.decodeValues(bytes("ESC$)C<B1E6>\\ESC$)C<B5BF>")));
        assertEquals(List.of("길", "\uFFFD\uFFFD"), korean.decodeValues(bytes("ESC$)C<B1E6>\\<B5BF>")));
        assertEquals("길\\동", korean.decode(bytes("ESC$)C<B1E6>\\<B5BF>")));
    }

    @Test
    void aByteOfACharacterThatLooksLikeABackslashPartsNothing() {
        byte[] gbk = "乗".getBytes(Charset.forName("GBK"));
        assertEquals('\\', gbk[1]);

        assertEquals(List.of("乗"), set("GBK").decodeValues(gbk));
        assertEquals(List.of("乗"), set("GB18030").decodeValues(gbk));
        assertEquals(List.of("顎", "B"), set("\\ISO 2022 IR 87").decodeValues(bytes("ESC$B3\\ESC(B\\B")));
    }

    @Test
    void emptyValuesBetweenBackslashesAreKept() {
        for (String terms : List.of("", "ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 13\\ISO 2022 IR 87")) {
            assertEquals(List.of("A", "", "B", ""), set(terms).decodeValues(bytes("A\\\\B\\")));
        }
    }

    @ParameterizedTest
    @MethodSource("definedTerms")
    void everyDefinedTermIsKnownAndDecodesTheDefaultRepertoire(String term) {
        SpecificCharacterSet set = set(term);

        assertTrue(set.isKnown());
        assertEquals("Doe^John A-1", set.decode(bytes("Doe^John A-1")));
        assertArrayEquals(bytes("Doe^John A-1"), set.encode("Doe^John A-1"));
        assertEquals(term, set.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO_IR 999", "iso_ir 100", "UTF-8", "ISO-IR 100", "ISO_IR 87", "ISO 2022 IR 192"})
    void otherTermsAreNotKnownAndDecodeTheDefaultRepertoireOnly(String term) {
        SpecificCharacterSet set = set(term);

        assertFalse(set.isKnown());
        assertEquals("A\uFFFD", set.decode(bytes("A<C4>")));
    }

    @Test
    void noTermIsTheDefaultRepertoire() {
        assertEquals(SpecificCharacterSet.DEFAULT, SpecificCharacterSet.of(List.of()));
        assertEquals(SpecificCharacterSet.DEFAULT, SpecificCharacterSet.of(List.of("")));
        assertFalse(SpecificCharacterSet.DEFAULT.canDecode(bytes("<C4>")));
    }

    @Test
    void aTextWithoutAPlaceInTheSetBecomesQuestionMarks() {
        assertArrayEquals(bytes("A?"), set("").encode("AÄ"));
        assertArrayEquals(bytes("???"), set("ISO_IR 100").encode("山田😀"));
        assertArrayEquals(bytes("?"), set("\\ISO 2022 IR 149").encode("😀"));
    }

    /** Half-width katakana stand in ISO-IR 13 only, not in the two-byte sets. */
    @Test
    void halfWidthKatakanaAreNotEncodedIntoTwoByteSets() {
        assertArrayEquals(bytes("?"), set("\\ISO 2022 IR 87").encode("ﾔ"));
        assertArrayEquals(bytes("?"), set("\\ISO 2022 IR 159").encode("ﾔ"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ESC", "ESC$", "ESC$)", "ESC$)X<B1E6>", "ESC(", "ESCESCESC", "ESC$)C<B1>", "ESC$B3", "ESC-"})
    void brokenEscapesAndHalfCharactersBecomeReplacements(String printed) {
        for (String terms : List.of("\\ISO 2022 IR 149", "\\ISO 2022 IR 87", "ISO_IR 100", "")) {
            assertFalse(set(terms).canDecode(bytes("A" + printed)), terms);
            assertTrue(set(terms).decode(bytes("A" + printed)).startsWith("A"), terms);
        }
    }

    @ParameterizedTest
    @MethodSource("definedTerms")
    void bytesThatCannotBeDecodedComeThroughUnchanged(String term) throws IOException {
        Random random = new Random(term.hashCode());
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        for (int i = 0; i < 200; i++) {
            byte[] value = new byte[2 * (1 + random.nextInt(20))];
            random.nextBytes(value);
            byte[] encoded = Bytes.littleEndian()
                    .explicit(Tag.SpecificCharacterSet, "CS", term.length())
                    .text(term)
                    .explicit(Tag.PatientName, "PN", value.length)
                    .raw(value)
                    .explicit(Tag.PatientComments, "LT", value.length)
                    .raw(value)
                    .bytes();
            DataSet read = DataSetReader.readAll(new ByteArrayInputStream(encoded), syntax, Limits.DEFAULT);

            assertNotNull(read.strings(Tag.PatientName));
            assertNotNull(read.strings(Tag.PatientComments));
            DataSet again = DataSetReader.readAll(
                    new ByteArrayInputStream(Samples.written(read, syntax)), syntax, Limits.DEFAULT);
            assertArrayEquals(value, again.elements().get(1).bytes());
            assertArrayEquals(value, again.elements().get(2).bytes());
        }
    }

    /** Every character that a single-byte set has, alone and mixed. */
    @ParameterizedTest
    @MethodSource("definedTerms")
    void whatASetDecodesItEncodesToTheSameText(String term) {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of(term));
        StringBuilder all = new StringBuilder();
        for (int b = 0x21; b < 0x100; b++) {
            String one = set.decode(new byte[] {(byte) b});
            if (b != '\\' && one.indexOf('\uFFFD') < 0) {
                all.append(one);
            }
        }

        assertEquals(all.toString(), set.decode(set.encode(all.toString())));
    }

    @Test
    void manyUnknownTermsDoNotFillTheMemory() {
        for (int i = 0; i < 10_000; i++) {
            assertFalse(set("ISO_IR X" + i).isKnown());
        }
        assertTrue(set("ISO_IR 100").canDecode(bytes("<C4>")));
    }
}
