package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.store.Quarantine;

/** Identifying values are found in whatever form and place, and little else is taken for one. */
class LeakScanTest {

    private static final Set<IdentityValue> VALUES = Set.of(
            new IdentityValue(IdentityValue.Kind.PATIENT_NAME, "Müller-Lüdenscheidt^Anna Maria^J^^=山田^太郎=やまだ^たろう"),
            new IdentityValue(IdentityValue.Kind.PATIENT_NAME, "Li^Wu"),
            new IdentityValue(IdentityValue.Kind.OTHER_NAME, "Doe^Jim"),
            new IdentityValue(IdentityValue.Kind.OTHER_NAME, "Long^Ada"),
            new IdentityValue(IdentityValue.Kind.ID, "HH-0815"),
            new IdentityValue(IdentityValue.Kind.ID, "0047112"),
            new IdentityValue(IdentityValue.Kind.ID, "12"),
            new IdentityValue(IdentityValue.Kind.PLACE, "Hauptstraße 5, 10115 Berlin"),
            new IdentityValue(IdentityValue.Kind.BIRTH_DATE, "19500307"),
            new IdentityValue(IdentityValue.Kind.DATE, "20240117"),
            new IdentityValue(IdentityValue.Kind.UID, "1.2.276.0.99.1"));

    private static final LeakPatterns PATTERNS = new LeakPatterns(VALUES, TermList.of("long head"));

    @TempDir
    private Path folder;

    private static String search(Element element) throws IOException {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        dataSet.put(element);
        try {
            new LeakScan(PATTERNS).check(dataSet);
            return "nothing";
        } catch (Leak e) {
            return e.reason();
        }
    }

    private static String search(VR vr, String text) throws IOException {
        return search(Element.of(
                vr == VR.CS ? Tag.PatientPosition : Tag.SeriesDescription, vr, text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Müller-Lüdenscheidt",
                "mueller-luedenscheidt",
                "MULLER",
                "seen: anna",
                "Maria",
                "Anna-Maria_Müller-Lüdenscheidt",
                "MuellerLuedenscheidtAnnaMaria",
                "山田太郎",
                "head 太郎 山田",
                "やまだ たろう",
                "Li Wu",
                "wu^li",
                "J Doe",
                "J.Doe",
                "Doe, J.",
                "JDOE",
                "doej",
                "Jim Doe",
                "doejim",
                "HH-0815",
                "hh0815x",
                "id 0047112",
                "47112",
                "Hauptstraße 5, 10115 Berlin",
                "hauptstrasse 5 10115 BERLIN",
                "19500307",
                "1950-03-07",
                "1950.3.7",
                "07.03.1950",
                "7/3/1950",
                "03/07/1950",
                "7 March 1950",
                "07-MAR-1950",
                "7. März 1950",
                "Mar 7, 1950",
                "March 7th 1950",
                "07031950",
                "20240117",
                "17.01.2024",
                "1.2.276.0.99.1"
            })
    void valuesAreFoundInFreeTextInEveryForm(String text) throws Exception {
        for (VR vr : new VR[] {VR.LO, VR.SH, VR.UT, VR.PN, VR.LT}) {
            assertTrue(search(vr, text).startsWith("leak: SeriesDescription holds "), vr + " " + text);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Müller in Köln, the patient's name",
        "Jim Doe, a person's name",
        "HH0815, an id",
        "1950-03-07, the date of birth",
        "2024-01-17, a date",
        "1.2.276.0.99.1.2, an original UID"
    })
    void aFindingTellsWhatItIsAndNotWhich(String text, String words) throws Exception {
        assertEquals("leak: SeriesDescription holds " + words, search(VR.LO, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CT head 12 mm",
                "Long head",
                "Ada 5",
                "Jim",
                "doe",
                "Wu",
                "Annabel",
                "Mariana",
                "Muellers",
                "0815",
                "004711",
                "1950",
                "1950-04-07",
                "3.7",
                "20240118",
                "17.02.2024",
                "1.2.276.0.98.1",
                "1.2.27.6",
                "Berlin",
                "太",
                "ANON-0123456789AB"
            })
    void otherTextIsNotTakenForOne(String text) throws Exception {
        assertEquals("nothing", search(VR.LO, text));
        assertEquals("nothing", search(VR.UT, text));
    }

    /** In codes and numbers dates and bare numbers come by chance; the date of birth counts everywhere. */
    @ParameterizedTest
    @CsvSource({
        "CS, MULLER, true",
        "CS, HH0815, true",
        "CS, 19500307, true",
        "CS, 20240117, false",
        "CS, 47112, false",
        "DS, 19500307, true",
        "IS, 47112, false",
        "DS, 20240117, false",
        "DA, 20240117, false",
        "DA, 19500307, false",
        "TM, 195003, false",
        "UI, 1.2.276.0.99.1, false"
    })
    void codesAndNumbers(VR vr, String text, boolean found) throws Exception {
        assertEquals(
                found,
                !search(Element.of(Tag.PatientPosition, vr, text.getBytes(StandardCharsets.US_ASCII)))
                        .equals("nothing"));
    }

    /** A maker may be called like a patient. */
    /** A name of one word that descriptions are full of would hold every study of the hospital. */
    @Test
    void aWordOfRadiologyAloneIsNobody() throws Exception {
        Set<IdentityValue> values = Set.of(
                new IdentityValue(IdentityValue.Kind.OTHER_NAME, "Chest"),
                new IdentityValue(IdentityValue.Kind.PATIENT_NAME, "Hand^Anna"));
        TermList terms = TermList.of("chest hand a pa right");
        for (String text : List.of("PA chest", "Hand right", "A. Hand", "anna_hand", "Hand, Anna")) {
            DataSet dataSet = new DataSet();
            dataSet.setString(Tag.SeriesDescription, text);
            LeakScan scan = new LeakScan(new LeakPatterns(values, terms));
            if (text.startsWith("PA") || text.endsWith("right")) {
                scan.check(dataSet);
            } else {
                assertThrows(Leak.class, () -> scan.check(dataSet), text);
            }
        }
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.SeriesDescription, "PA chest");
        LeakScan withoutTerms = new LeakScan(new LeakPatterns(values, TermList.NONE));
        assertThrows(Leak.class, () -> withoutTerms.check(dataSet), "where a profile knows no terms every name counts");
    }

    @Test
    void anInstitutionThatIsCalledLikeTheScannersMakerIsNone() throws Exception {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.Manufacturer, "TOSHIBA");
        IdentityValue maker = new IdentityValue(IdentityValue.Kind.INSTITUTION, "TOSHIBA");
        new LeakScan(new LeakPatterns(Set.of(maker), TermList.NONE)).check(dataSet);
        dataSet.setString(Tag.Manufacturer, "Toshiba General Hospital");
        IdentityValue hospital = new IdentityValue(IdentityValue.Kind.INSTITUTION, "Toshiba General Hospital");
        assertThrows(Leak.class, () -> new LeakScan(new LeakPatterns(Set.of(hospital), TermList.NONE)).check(dataSet));
    }

    @Test
    void wordsOfTheStandardAreNobody() throws Exception {
        LeakPatterns patterns =
                new LeakPatterns(Set.of(new IdentityValue(IdentityValue.Kind.OTHER_NAME, "Text^Ed")), TermList.NONE);
        DataSet item = new DataSet();
        item.setString(Tag.ValueType, "TEXT");
        new LeakScan(patterns).check(item);
        item.setString(Tag.TextValue, "Text");
        assertThrows(Leak.class, () -> new LeakScan(patterns).check(item));
    }

    @Test
    void makersNamesArePartsOfNobodysName() throws Exception {
        assertEquals("nothing", search(Element.of(Tag.Manufacturer, VR.LO, bytes("Muller Medical"))));
        assertFalse(
                search(Element.of(Tag.Manufacturer, VR.LO, bytes("Jim Doe"))).equals("nothing"));
        assertFalse(search(Element.of(Tag.StationName, VR.SH, bytes("Muller Medical")))
                .equals("nothing"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void unknownAndPrivateBytesOverlaysAndCurvesAreSearched() throws Exception {
        for (int tag :
                new int[] {Tag.of(0x0029, 0x1001), Tag.OverlayData, Tag.of(0x5000, 0x3000), Tag.of(0x6004, 0x3000)}) {
            VR vr = Tag.isPrivate(tag) ? VR.UN : VR.OW;
            assertFalse(search(Element.of(tag, vr, bytes("\0\1\2DOE^JIM\0\3"))).equals("nothing"), Tag.format(tag));
            assertFalse(
                    search(Element.of(tag, vr, "xx Jim Doe yy".getBytes(StandardCharsets.UTF_16LE)))
                            .equals("nothing"),
                    Tag.format(tag) + " wide");
            assertFalse(search(Element.of(tag, vr, bytes("..1950-03-07.."))).equals("nothing"), Tag.format(tag));
            assertEquals("nothing", search(Element.of(tag, vr, bytes("\1\2ANNA\3"))), "four letters come by chance");
        }
        assertEquals("nothing", search(Element.of(Tag.RedPaletteColorLookupTableData, VR.OW, bytes("DOE^JIM "))));
    }

    @Test
    void longValuesAreSearchedInPieces() throws Exception {
        byte[] value = new byte[(3 << 20) + 5];
        byte[] planted = bytes("Jim Doe");
        for (int at : new int[] {0, (1 << 20) - 3, (2 << 20) - 7, value.length - planted.length}) {
            byte[] bytes = value.clone();
            System.arraycopy(planted, 0, bytes, at, planted.length);
            assertThrows(
                    Leak.class,
                    () -> new LeakScan(PATTERNS)
                            .checkLong(Tag.of(0x0029, 0x1001), VR.UN, new ByteArrayInputStream(bytes)),
                    "at " + at);
        }
        new LeakScan(PATTERNS).checkLong(Tag.of(0x0029, 0x1001), VR.UN, new ByteArrayInputStream(value));
    }

    @Test
    void itemsAreSearchedAndTheirPlaceIsTold() throws Exception {
        DataSet item = new DataSet();
        item.setString(Tag.CodeMeaning, "Doe's protocol of Jim Doe");
        assertEquals(
                "leak: AnatomicRegionSequence[0].CodeMeaning holds a person's name",
                search(Element.sequence(Tag.AnatomicRegionSequence, List.of(item))));
    }

    /** What the object itself tells of its patient must not stand in it any more, or it is held and nothing stored. */
    @Test
    void anObjectWithALeakIsHeldSealedAndItsStudyKnown() throws Exception {
        Gate gate =
                new Gate(Profile.of("careless", Set.of(), ProfileRule.of(Tag.SeriesDescription, Action.KEEP)), folder);
        DataSet image = Gate.image();
        image.setString(Tag.PatientName, "Roe^Jane");
        image.setString(Tag.SeriesDescription, "Axial, Jane Roe");
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(image));
        assertEquals(List.of(), gate.store.instances);
        Quarantine.Entry held = gate.store.held.get(0);
        assertEquals(Quarantine.Kind.LEAK, held.description().kind());
        assertEquals(FakeVault.mapped(Gate.STUDY), held.description().studyInstanceUid());
        assertEquals(
                "leak: SeriesDescription holds the patient's name",
                held.description().reason());
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(held.id()));
        byte[] original = gate.vault
                .open("held/" + held.id(), new ByteArrayInputStream(sealed), Gate.OFFICER)
                .readAllBytes();
        assertEquals(List.of(), DataSetDifference.between(image, Gate.read(original)));
        image.setString(Tag.SeriesDescription, "Axial");
        assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(image));
    }

    /** Another object of the patient may tell the name that this one holds in a comment. */
    @Test
    void whatEarlierObjectsToldOfThePatientIsSearchedForInLaterOnes() throws Exception {
        Gate gate =
                new Gate(Profile.of("careless", Set.of(), ProfileRule.of(Tag.SeriesDescription, Action.KEEP)), folder);
        DataSet first = Gate.image();
        first.setString(Tag.PatientBirthName, "Maidenhead^Jane");
        gate.receive(first);
        DataSet second = Gate.image();
        second.setString(Tag.SOPInstanceUID, "1.2.276.0.99.1.1.2");
        second.setString(Tag.SeriesDescription, "formerly Maidenhead");
        assertEquals(
                new IntakeResult.Kept(How.QUARANTINED),
                gate.receive(
                        Gate.encode(second, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                        Gate.CT,
                        "1.2.276.0.99.1.1.2"));
    }

    /** The pixels are gone by when what stands behind them is read: it goes, and comes back with the original. */
    @Test
    void aLeakBehindThePixelsIsRemoved() throws Exception {
        Gate gate = new Gate(
                Profile.of(
                        "careless",
                        Set.of(),
                        new ProfileRule(
                                "p",
                                Scope.ALL,
                                Set.of(),
                                List.of(),
                                new ProfileRule.PrivateBlock("ACME", 0, -1),
                                Set.of(),
                                null,
                                Action.KEEP,
                                null)),
                folder);
        DataSet image = Gate.image();
        image.setString(Tag.PatientName, "Roe^Jane");
        image.put(Gate.text(Tag.of(0x7FE1, 0x0030), VR.LO, "ACME"));
        image.put(Gate.text(Tag.of(0x7FE1, 0x3001), VR.LO, "of Jane Roe"));
        DataSet treated = gate.treated(image);
        assertFalse(treated.elements().stream().anyMatch(element -> Tag.isPrivate(element.tag())));
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void plainPdfIsReadAndAnyOtherIsHeld() {
        String plain = "%PDF-1.4\n1 0 obj <</Title (Report of Jane\\040Roe)>> endobj\n2 0 obj <</Length 44>>\nstream\n"
                + "BT /F1 12 Tf [(Ro)20(e, Ja)-20(ne)-300(x)] TJ <4A616E65> Tj ET\nendstream endobj\n%%EOF";
        String text = PdfText.of(plain.getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(text.contains("Report of Jane Roe"), text);
        assertTrue(text.contains("Roe, Jane x"), text);
        assertTrue(text.contains("\nJane"), text);
        for (String opaque : List.of("/ToUnicode 5 0 R", "/Subtype /Image", "/Encrypt 9 0 R")) {
            byte[] pdf = plain.replace("/Title", opaque + " /Title").getBytes(StandardCharsets.ISO_8859_1);
            assertThrows(Doubt.class, () -> PdfText.of(pdf), opaque);
        }
        assertThrows(Doubt.class, () -> PdfText.of(bytes("no document")));
        assertThrows(Doubt.class, () -> PdfText.of(bytes("%PDF-1.4 <</Length 5>> stream abc")));
    }

    @Test
    void deflatedContentOfAPdfIsRead() throws Exception {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
            out.write(bytes("BT (Jane Roe) Tj ET"));
        }
        ByteArrayOutputStream pdf = new ByteArrayOutputStream();
        pdf.write(bytes("%PDF-1.4\n1 0 obj <</Filter /FlateDecode>>\nstream\r\n"));
        pdf.write(deflated.toByteArray());
        pdf.write(bytes("\nendstream endobj"));
        assertTrue(PdfText.of(pdf.toByteArray()).contains("Jane Roe"));
    }

    /** Whatever stands there: no finding, no failure. */
    @Test
    void randomBytesHoldNobody() throws Exception {
        Random random = new Random(11);
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < 8; i++) {
            random.nextBytes(bytes);
            assertEquals("nothing", search(Element.of(Tag.of(0x0029, 0x1001), VR.UN, bytes)));
        }
    }
}
