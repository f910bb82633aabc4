package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.data.VR;

/** A profile's own rules, and what the object's class has to do with it. */
class RulesTest {

    private static final String BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11";
    private static final String ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1";
    private static final String PET = "1.2.840.10008.5.1.4.1.1.128";
    private static final String RT_PLAN = "1.2.840.10008.5.1.4.1.1.481.5";

    @TempDir
    private Path folder;

    private Profile profile(String rules) throws IOException {
        Files.writeString(folder.resolve("mine.yaml"), "base: basic\noptions: [retain-safe-private]\nrules:\n" + rules);
        return ProfileParser.read(folder, "mine");
    }

    private static DataSet treat(Profile profile, DataSet head) {
        return new Treatment(profile.compiled(ObjectKind.of(head)), FakeVault.Study.ONE).treatHead(head);
    }

    private static DataSet head() {
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.Manufacturer, "ACME Imaging");
        head.setString(Tag.ManufacturerModelName, "Model 7");
        head.setString(Tag.StationName, "CT-DOE");
        head.setString(Tag.SeriesDescription, "Head of Jane");
        return head;
    }

    @Test
    void theLastRuleThatCoversAnAttributeDecides() throws Exception {
        Profile profile = profile("""
                  - {name: all, vr: SH, action: remove}
                  - {name: this, attribute: StationName, action: keep}
                """);
        assertEquals("CT-DOE", treat(profile, head()).string(Tag.StationName));
        Profile other = profile("""
                  - {name: this, attribute: StationName, action: keep}
                  - {name: all, vr: SH, action: empty}
                """);
        assertEquals(
                0,
                Objects.requireNonNull(treat(other, head()).get(Tag.StationName))
                        .bytes()
                        .length);
    }

    @ParameterizedTest
    @CsvSource({
        "modality: CT, true",
        "modality: MR, false",
        "manufacturer: 'acme.*', true",
        "manufacturer: acme, false",
        "model: Model 7, true",
        "class: CTImageStorage, true",
        "class: MRImageStorage, false"
    })
    void aRuleMayBeForCertainObjectsOnly(String scope, boolean counts) throws Exception {
        Profile profile = profile("  - {name: r, attribute: StationName, " + scope + ", action: keep}\n");
        assertEquals(counts, "CT-DOE".equals(treat(profile, head()).string(Tag.StationName)), scope);
    }

    @Test
    void aPathIsOneWayFromTopLevel() throws Exception {
        DataSet inner = new DataSet();
        inner.setString(Tag.ScheduledProcedureStepID, "S1");
        DataSet outer = new DataSet();
        outer.setItems(Tag.RequestAttributesSequence, inner.copy());
        DataSet head = head();
        head.setItems(Tag.RequestAttributesSequence, inner);
        head.setItems(Tag.SharedFunctionalGroupsSequence, outer);
        Profile profile = profile("""
                  - {name: seq, attribute: RequestAttributesSequence, action: keep}
                  - {name: path, path: RequestAttributesSequence/ScheduledProcedureStepID, action: replace, value: NONE}
                """);
        DataSet treated = treat(profile, head);
        assertEquals("NONE", treated.items(Tag.RequestAttributesSequence).get(0).string(Tag.ScheduledProcedureStepID));
        DataSet deeper = treated.items(Tag.SharedFunctionalGroupsSequence).get(0);
        assertFalse(
                "NONE".equals(deeper.items(Tag.RequestAttributesSequence).get(0).string(Tag.ScheduledProcedureStepID)));
    }

    @Test
    void aPrivateElementIsNamedByItsCreatorWhereverItsBlockIs() throws Exception {
        DataSet head = head();
        head.put(Gate.text(Tag.of(0x0029, 0x0042), VR.LO, "ACME 1.1"));
        head.put(Gate.text(Tag.of(0x0029, 0x4208), VR.LO, "PHANTOM"));
        head.put(Gate.text(Tag.of(0x0029, 0x4209), VR.LO, "Jane"));
        Profile profile =
                profile("  - {name: p, private: {creator: ACME 1.1, group: 0029, element: 08}, action: keep}\n");
        DataSet treated = treat(profile, head);
        assertEquals("PHANTOM", treated.string(Tag.of(0x0029, 0x1008)));
        assertEquals("ACME 1.1", treated.string(Tag.of(0x0029, 0x0010)));
        assertFalse(treated.contains(Tag.of(0x0029, 0x1009)));
        Profile whole = profile("  - {name: p, private: {creator: ACME 1.1}, action: keep}\n");
        assertEquals("Jane", treat(whole, head).string(Tag.of(0x0029, 0x1009)));
    }

    @Test
    void aRuleMayAskForTextInTheValue() throws Exception {
        Profile profile = profile("""
                  - {name: keep, attribute: SeriesDescription, action: keep}
                  - {name: names, vr: LO, text: '\\bjane\\b', action: dummy}
                """);
        assertEquals("REMOVED", treat(profile, head()).string(Tag.SeriesDescription));
        DataSet harmless = head();
        harmless.setString(Tag.SeriesDescription, "Head of nobody");
        assertEquals("Head of nobody", treat(profile, harmless).string(Tag.SeriesDescription));
        DataSet janet = head();
        janet.setString(Tag.SeriesDescription, "Janet");
        assertEquals("Janet", treat(profile, janet).string(Tag.SeriesDescription));
    }

    @Test
    void rulesAreWorkedOutOnceForObjectsOfAKind() throws Exception {
        Profile profile = profile("  - {name: r, attribute: StationName, modality: MR, action: keep}\n");
        DataSet one = head();
        DataSet other = head();
        other.setString(Tag.Manufacturer, "Somebody else");
        assertSame(profile.compiled(ObjectKind.of(one)), profile.compiled(ObjectKind.of(other)));
        other.setString(Tag.Modality, "MR");
        assertFalse(profile.compiled(ObjectKind.of(one)) == profile.compiled(ObjectKind.of(other)));
    }

    /** Combined actions are resolved by the attribute's type in the IOD (PS3.15 E.1.1). */
    @ParameterizedTest
    @CsvSource({
        Gate.CT + ", InstitutionName, absent",
        Gate.CT + ", SeriesDate, absent",
        PET + ", SeriesDate, 19000101",
        PET + ", AcquisitionDate, ''",
        Gate.CT + ", ContentDate, ''",
        ENHANCED_CT + ", ContentDate, 19000101",
        BASIC_TEXT_SR + ", ContentTime, 000000",
        Gate.CT + ", DeviceSerialNumber, absent",
        ENHANCED_CT + ", DeviceSerialNumber, REMOVED",
        RT_PLAN + ", OperatorsName, ''",
        Gate.CT + ", OperatorsName, absent",
        RT_PLAN + ", RTPlanDate, 19000101",
        Gate.CT + ", ContrastBolusAgent, ''",
        "1.2.3.4, SeriesDate, 19000101",
        "1.2.3.4, ContentDate, 19000101",
        "1.2.3.4, RequestedProcedureDescription, ''"
    })
    void aCombinedActionIsThatOfTheTypeInTheIod(String sopClass, String keyword, String expected) {
        int tag = Dictionary.tagOf(keyword).orElseThrow();
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.SOPClassUID, sopClass);
        VR vr = Dictionary.vrOf(tag);
        head.setString(tag, vr == VR.DA ? "20240101" : vr == VR.TM ? "101500" : "Secret");
        DataSet treated = treat(Profile.BASIC, head);
        String value = treated.string(tag);
        assertEquals(expected, !treated.contains(tag) ? "absent" : value == null ? "" : value);
    }

    /** What is taken from the standard names its edition, each row too, and the conformance statement tells the same. */
    @Test
    void theTablesTellTheirEdition() throws IOException {
        assertTrue(firstLine("confidentiality.tsv")
                .startsWith("# DICOM PS3.15 2024b, Table E.1-1, with 18 later attributes:"));
        Map<String, Long> rows = Table.read("confidentiality.tsv", 14).stream()
                .collect(Collectors.groupingBy(row -> row[2], Collectors.counting()));
        assertEquals(Map.of("2024b", 620L, "addendum", 18L), rows);
        assertTrue(
                firstLine("safe-private.tsv").startsWith("# DICOM PS3.15, an edition before 2024b, Table E.3.10-1:"));
        assertTrue(Table.read("confidentiality-more.tsv", 14).stream().allMatch(row -> row[2].equals("own")));
        String statement = Files.readString(Path.of("../../docs/conformance.md"));
        assertTrue(statement.contains(
                "PS3.15 2024b Table E.1-1 with 18 later attributes, and Table E.3.10-1 of an earlier edition"));
    }

    private static String firstLine(String table) throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Table.class.getResourceAsStream(table)), StandardCharsets.UTF_8))) {
            return String.valueOf(in.readLine());
        }
    }

    @Test
    void everyTypeAndFamilyOfTheTablesIsKnown() {
        Set<String> families = new HashSet<>(SopClasses.families());
        for (String[] row : Table.read("attribute-types.tsv", 3)) {
            int tag = (int) Long.parseLong(row[0], 16);
            assertNotNull(Dictionary.entry(tag), row[0]);
            for (String entry : row[2].split(" ", -1)) {
                String family = entry.substring(0, entry.indexOf('='));
                assertTrue(family.equals("*") || families.contains(family), row[0] + ": " + family);
            }
        }
        for (SopClasses.SopClass each : SopClasses.all()) {
            assertEquals(each.name(), UidRegistry.name(each.uid()));
        }
    }

    /** Where cleaning leaves nothing, the object stays valid all the same. */
    @Test
    void whatIsCleanedAwayIsTreatedAsWithoutTheOption() {
        Profile cleaning = Profile.of("test", Set.of(Option.CLEAN_DESCRIPTORS));
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.SeriesDescription, "Jane");
        head.setString(Tag.StructureSetLabel, "Jane");
        head.setString(Tag.ROIName, "Jane");
        head.setString(Tag.SegmentLabel, "Jane");
        DataSet treated = treat(cleaning, head);
        assertFalse(treated.contains(Tag.SeriesDescription), "X");
        assertEquals("REMOVED", treated.string(Tag.StructureSetLabel), "D");
        assertTrue(treated.contains(Tag.ROIName) && treated.string(Tag.ROIName) == null, "Z");
        assertEquals("REMOVED", treated.string(Tag.SegmentLabel), "a description that no table lists");
    }

    @Test
    void codesOfPublicSchemesKeepTheirMeaningAndOwnOnesHaveItCleaned() {
        DataSet known = code("113014", "DCM", "Study by Doe");
        DataSet own = code("X1", "99HOSP", "Dr. Doe");
        DataSet head = Gate.withoutPixels();
        head.put(Element.sequence(Tag.ProcedureCodeSequence, List.of(known, own)));
        List<DataSet> treated = treat(Profile.of("test", Set.of(Option.CLEAN_DESCRIPTORS)), head)
                .items(Tag.ProcedureCodeSequence);
        assertEquals("Study by Doe", treated.get(0).string(Tag.CodeMeaning));
        assertEquals("REMOVED", treated.get(1).string(Tag.CodeMeaning));
        assertEquals("X1", treated.get(1).string(Tag.CodeValue));
    }

    private static DataSet code(String value, String scheme, String meaning) {
        DataSet code = new DataSet();
        code.setString(Tag.CodeValue, value);
        code.setString(Tag.CodingSchemeDesignator, scheme);
        code.setString(Tag.CodeMeaning, meaning);
        return code;
    }

    /** Reports keep their tree, numbers and codes; of text the allowed words, of names nothing (PS3.15 E.3.4). */
    @Test
    void structuredContentIsWalked() throws Exception {
        DataSet name = new DataSet();
        name.setString(Tag.ValueType, "PNAME");
        name.setItems(Tag.ConceptNameCodeSequence, code("121008", "DCM", "Person Observer Name"));
        name.setString(Tag.PersonName, "Doe^Jane");
        DataSet text = new DataSet();
        text.setString(Tag.ValueType, "TEXT");
        text.setString(Tag.TextValue, "Lesion of Jane Doe in the liver, 12 mm");
        DataSet number = new DataSet();
        number.setString(Tag.ValueType, "NUM");
        DataSet measured = new DataSet();
        measured.setString(Tag.NumericValue, "12.5");
        measured.setItems(Tag.MeasurementUnitsCodeSequence, code("mm", "UCUM", "millimeter"));
        number.setItems(Tag.MeasuredValueSequence, measured);
        DataSet date = new DataSet();
        date.setString(Tag.ValueType, "DATE");
        date.setString(Tag.Date, "20240301");
        DataSet uid = new DataSet();
        uid.setString(Tag.ValueType, "UIDREF");
        uid.setString(Tag.UID, "1.2.3");
        DataSet container = new DataSet();
        container.setString(Tag.ValueType, "CONTAINER");
        container.put(Element.sequence(Tag.ContentSequence, List.of(name, text, number, date, uid)));
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.SOPClassUID, BASIC_TEXT_SR);
        head.setItems(Tag.ContentSequence, container);
        Profile cleaning = new Profile(
                "test",
                "1",
                "0".repeat(64),
                Set.of(Option.CLEAN_STRUCTURED_CONTENT, Option.RETAIN_MODIFIED_DATES),
                List.of(),
                List.of(),
                List.of(),
                TermList.of(Files.readString(Path.of("../../config/profiles/descriptors.terms"))),
                null,
                false);
        List<DataSet> items =
                treat(cleaning, head).items(Tag.ContentSequence).get(0).items(Tag.ContentSequence);
        assertEquals("REMOVED", items.get(0).string(Tag.PersonName));
        assertEquals(
                "Person Observer Name",
                items.get(0).items(Tag.ConceptNameCodeSequence).get(0).string(Tag.CodeMeaning));
        assertEquals("Lesion of in the liver, 12 mm", items.get(1).string(Tag.TextValue));
        assertEquals(
                "12.5", items.get(2).items(Tag.MeasuredValueSequence).get(0).string(Tag.NumericValue));
        assertEquals("20231122", items.get(3).string(Tag.Date));
        assertEquals(FakeVault.mapped("1.2.3"), items.get(4).string(Tag.UID));
    }

    /** What standardized uptake values are computed from (body weight) is the same after treatment. */
    @Test
    void uptakeValuesAreTheSameBeforeAndAfter() throws Exception {
        DataSet tracer = new DataSet();
        tracer.setString(Tag.RadiopharmaceuticalStartTime, "081500");
        tracer.setString(Tag.RadiopharmaceuticalStartDateTime, "20240117081500.000000+0100");
        tracer.setString(Tag.RadionuclideTotalDose, "350000000");
        tracer.setString(Tag.RadionuclideHalfLife, "6586.2");
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.SOPClassUID, PET);
        head.setString(Tag.Modality, "PT");
        head.setString(Tag.SeriesDate, "20240117");
        head.setString(Tag.SeriesTime, "093512");
        head.setString(Tag.AcquisitionDate, "20240117");
        head.setString(Tag.AcquisitionTime, "093555");
        head.setString(Tag.PatientWeight, "61.5");
        head.setString(Tag.DecayCorrection, "START");
        head.setString(Tag.Units, "BQML");
        head.setString(Tag.RescaleSlope, "1.5");
        head.setString(Tag.RescaleIntercept, "0");
        head.setItems(Tag.RadiopharmaceuticalInformationSequence, tracer);
        head.put(Gate.text(Tag.of(0x7053, 0x0020), VR.LO, "Philips PET Private Group"));
        head.put(Gate.text(Tag.of(0x7053, 0x2000), VR.DS, "0.000551"));
        Path delivered = Path.of("../../config/profiles");
        for (String name : List.of("ith-default", "research-full-dates")) {
            DataSet treated = treat(ProfileParser.read(delivered, name), head);
            assertEquals(suv(head, 0x20), suv(treated, 0x10), name);
        }
    }

    /** SUVbw of a stored value of 1000, twice: by decay since injection, and by the scanner's own factor. */
    private static List<Double> suv(DataSet pet, int block) {
        DataSet tracer = pet.items(Tag.RadiopharmaceuticalInformationSequence).get(0);
        long injected = instant(String.valueOf(tracer.string(Tag.RadiopharmaceuticalStartDateTime)));
        long scanned = instant(pet.string(Tag.SeriesDate) + pet.string(Tag.SeriesTime));
        double dose = number(tracer, Tag.RadionuclideTotalDose)
                * Math.pow(2, -(scanned - injected) / number(tracer, Tag.RadionuclideHalfLife));
        double activity = 1000 * number(pet, Tag.RescaleSlope) + number(pet, Tag.RescaleIntercept);
        return List.of(
                activity * number(pet, Tag.PatientWeight) * 1000 / dose,
                activity * number(pet, Tag.of(0x7053, block << 8)));
    }

    private static double number(DataSet dataSet, int tag) {
        return Double.parseDouble(String.valueOf(dataSet.string(tag)));
    }

    private static long instant(String dateTime) {
        return LocalDateTime.parse(dateTime.substring(0, 14), DateTimeFormatter.ofPattern("yyyyMMddHHmmss"))
                .toEpochSecond(ZoneOffset.UTC);
    }

    /** Diffusion and slope, standard and of the makers, also in functional groups. */
    @Test
    void diffusionAndSlopesSurvive() throws Exception {
        DataSet diffusion = new DataSet();
        diffusion.setInt(Tag.DiffusionBValue, VR.FD, 1000);
        diffusion.setInt(Tag.DiffusionGradientOrientation, VR.FD, 0, 0, 1);
        DataSet group = new DataSet();
        group.setItems(Tag.MRDiffusionSequence, diffusion);
        DataSet head = Gate.withoutPixels();
        head.setString(Tag.RescaleSlope, "2.44");
        head.setString(Tag.RescaleIntercept, "-10");
        head.setItems(Tag.SharedFunctionalGroupsSequence, group);
        head.put(Gate.text(Tag.of(0x0019, 0x0010), VR.LO, "SIEMENS MR HEADER"));
        head.put(Gate.text(Tag.of(0x0019, 0x100C), VR.IS, "1000"));
        head.put(Gate.text(Tag.of(0x0043, 0x0010), VR.LO, "GEMS_PARM_01"));
        head.put(Gate.text(Tag.of(0x0043, 0x1039), VR.IS, "1000\\8\\0\\0"));
        head.put(Gate.text(Tag.of(0x2005, 0x0010), VR.LO, "Philips MR Imaging DD 001"));
        head.put(Element.of(Tag.of(0x2005, 0x100E), VR.FL, new byte[] {1, 2, 3, 4}));
        for (String name : List.of("ith-default", "research-full-dates")) {
            DataSet treated = treat(ProfileParser.read(Path.of("../../config/profiles"), name), head);
            for (int tag : new int[] {
                Tag.RescaleSlope,
                Tag.RescaleIntercept,
                Tag.SharedFunctionalGroupsSequence,
                Tag.of(0x0019, 0x100C),
                Tag.of(0x0043, 0x1039),
                Tag.of(0x2005, 0x100E)
            }) {
                assertSame(head.get(tag), treated.get(tag), name + " " + Tag.format(tag));
            }
        }
    }
}
