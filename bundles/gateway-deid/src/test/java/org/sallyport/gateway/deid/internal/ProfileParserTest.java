package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.Region;

/** Profiles as people write them: what is not understood is refused with file, line and rule. */
class ProfileParserTest {

    @TempDir
    private Path folder;

    private Profile read(String yaml) throws IOException {
        Files.writeString(folder.resolve("mine.yaml"), yaml);
        return ProfileParser.read(folder, "mine");
    }

    /** Each error names the file, and what it is about. */
    private void assertRefused(String yaml, String... mentioned) {
        IOException e = assertThrows(IOException.class, () -> read(yaml), yaml);
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("mine.yaml"), message);
        for (String word : mentioned) {
            assertTrue(message.contains(word), message + " does not mention " + word);
        }
    }

    @Test
    void aProfileHasItsOptionsAndRules() throws Exception {
        Files.writeString(folder.resolve("ours.terms"), "head # and nothing else\nleg\n");
        Profile profile = read("""
                description: Ours
                version: 2.1
                base: basic
                options: [retain-modified-dates, clean-descriptors, clean-pixel-data]
                terms: [ours]
                rules:
                  - {name: a, attribute: StudyDescription, action: keep}
                  - {name: b, attribute: ["(0008,0070)", OverlayLabel], modality: [CT, mr], manufacturer: "acme.*", action: remove}
                  - {name: c, path: RequestAttributesSequence / ScheduledProcedureStepID, text: "[0-9]{5}", action: empty}
                  - {name: d, private: {creator: ACME 1.1, group: 0029, element: 1E}, action: keep}
                  - {name: e, vr: [LT, UT], class: CTImageStorage, model: X, action: clean}
                  - {name: f, attribute: StationName, action: replace, value: NOWHERE}
                classes:
                  - {name: g, class: 1.2.3, action: hold}
                pixels:
                  - {name: h, modality: US, rows: 480, columns: 640, blank: [[0, 1, 20, 30]]}
                  - {name: i, image-type: screen, blank: outside-ultrasound-regions}
                  - {name: j, model: Y, action: keep}
                ocr: true
                """);
        assertEquals("mine", profile.name());
        assertEquals("2.1", profile.version());
        assertTrue(profile.ocr());
        assertEquals(
                Set.of(Option.RETAIN_MODIFIED_DATES, Option.CLEAN_DESCRIPTORS, Option.CLEAN_PIXEL_DATA),
                profile.options());
        assertEquals("head", profile.cleaner().clean("Jane head", Set.of()));
        List<ProfileRule> rules = profile.rules();
        assertEquals(
                List.of("a", "b", "c", "d", "e", "f"),
                rules.stream().map(ProfileRule::name).toList());
        assertEquals(Set.of(Tag.Manufacturer, Tag.OverlayLabel), rules.get(1).tags());
        assertEquals(Set.of("CT", "MR"), rules.get(1).scope().modalities());
        assertEquals(
                List.of(Tag.RequestAttributesSequence, Tag.ScheduledProcedureStepID),
                rules.get(2).path());
        assertEquals(
                new ProfileRule.PrivateBlock("ACME 1.1", 0x0029, 0x1E),
                rules.get(3).privateBlock());
        assertEquals(Set.of(VR.LT, VR.UT), rules.get(4).vrs());
        assertEquals(Set.of(Gate.CT), rules.get(4).scope().sopClasses());
        assertEquals("NOWHERE", rules.get(5).value());
        assertEquals(
                "1.2.3",
                profile.classRules().get(0).scope().sopClasses().iterator().next());
        assertTrue(profile.classRules().get(0).held());
        assertEquals(
                List.of(new Region(0, 1, 20, 30)), profile.pixelRules().get(0).regions());
        assertEquals(
                PixelRule.Verdict.BLANK_OUTSIDE_ULTRASOUND,
                profile.pixelRules().get(1).verdict());
        assertEquals("SCREEN", profile.pixelRules().get(1).scope().imageType());
        assertEquals(PixelRule.Verdict.KEEP, profile.pixelRules().get(2).verdict());
    }

    @Test
    void optionsAndRulesMayBeLeftOutOrEmpty() throws Exception {
        assertEquals(List.of(), read("base: basic").rules());
        assertEquals(Set.of(), read("base: basic\noptions: []\nrules: []\n").options());
        assertEquals(
                Set.of(),
                read("base: basic\noptions:\nrules:\nclasses:\npixels:\n").options());
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic", "ith-default", "research-full-dates", "ith-legacy"})
    void theProfilesThatAreDeliveredAreReadable(String name) throws Exception {
        Profile profile = ProfileParser.read(delivered(), name);
        assertEquals(name.equals("ith-default"), profile.shiftsDates());
        assertEquals(name.equals("basic"), profile.options().isEmpty());
    }

    private static Path delivered() {
        return Path.of("../../config/profiles").toAbsolutePath().normalize();
    }

    /** Editors are given the same schema that is asked when a profile is loaded. */
    @Test
    void theSchemaBesideTheProfilesIsTheOneThatIsAsked() throws Exception {
        String resource = new String(
                Objects.requireNonNull(getClass().getResourceAsStream("profile.schema.json"))
                        .readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(resource, Files.readString(delivered().resolve("profile.schema.json")));
        for (String option : Option.ids()) {
            assertTrue(resource.contains("\"" + option + "\""), option);
        }
    }

    @Test
    void theHashTellsWhetherAnythingIsDifferent() throws Exception {
        Files.writeString(folder.resolve("descriptors.terms"), "head");
        String yaml = "base: basic\noptions: [clean-descriptors]\n";
        String hash = read(yaml).hash();
        assertEquals(64, hash.length());
        assertEquals(hash, read(yaml).hash());
        assertNotEquals(hash, read(yaml + "# a remark\n").hash());
        Files.writeString(folder.resolve("descriptors.terms"), "head leg");
        assertNotEquals(hash, read(yaml).hash());
    }

    @Test
    void anUnknownKeyIsRefusedWithItsLine() {
        assertRefused("base: basic\nrule: {}\n", "line 2", "\"rule\"", "options", "rules", "description");
        assertRefused(
                "base: basic\nrules:\n  - name: x\n    atribute: StationName\n    action: keep\n",
                "line 4",
                "rule \"x\"",
                "\"atribute\"",
                "attribute");
    }

    @Test
    void theBaseHasToBeBasic() {
        assertRefused("base: none\n", "base", "basic");
        assertRefused("options: []\n", "base");
        assertRefused("", "empty");
        assertRefused("just text", "object");
        assertRefused("- base\n- basic\n", "object", "array");
    }

    @Test
    void anUnknownOptionIsRefusedAndTheKnownOnesTold() {
        assertRefused(
                "base: basic\noptions: [retain-everything]\n",
                "line 2",
                "options",
                "\"retain-everything\"",
                "retain-safe-private",
                "retain-modified-dates");
    }

    /** A list that is none must not be read as an empty one. */
    @Test
    void listsThatAreNoneAreRefused() {
        assertRefused("base: basic\noptions: retain-modified-dates\n", "options", "array");
        assertRefused("base: basic\noptions: {retain-modified-dates: true}\n", "options", "array");
        assertRefused("base: basic\noptions: [[retain-modified-dates]]\n", "options", "retain-modified-dates");
        assertRefused("base: basic\nrules: {StudyDescription: keep}\n", "rules", "array");
        assertRefused("base: basic\nrules: [StudyDescription]\n", "rules[1]", "object");
    }

    @Test
    void datesCannotBeBothFullAndModified() {
        assertRefused(
                "base: basic\noptions: [retain-full-dates, retain-modified-dates]\n",
                "options",
                "retain-full-dates",
                "retain-modified-dates");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "attribute: StudyDescripton, action: keep | \"StudyDescripton\" is no keyword",
                "attribute: '(0029,1001)', action: keep | private",
                "attribute: StationName, action: blank | remove",
                "attribute: StationName | \"action\" is missing",
                "attribute: StationName, action: replace | value",
                "attribute: StationName, action: keep, value: X | value",
                "attribute: StationName, action: replace, value: Ä | ASCII",
                "attribute: StationName, path: StationName, action: keep | only one",
                "action: keep | needs attribute",
                "vr: XX, action: keep | \"XX\" is no value representation",
                "text: '(', action: remove | regular expression",
                "attribute: StationName, class: NoSuchClass, action: keep | \"NoSuchClass\" is no UID",
                "private: {group: 0029}, action: keep | \"creator\" is missing",
                "private: {creator: A, group: 0028}, action: keep | even",
                "private: {creator: A, element: 123}, action: keep | must match",
                "attribute: [], action: keep | entries",
                "vr: LO, action: replace, value: X | replace needs attribute"
            })
    void aRuleThatIsNotUnderstoodIsRefusedWithItsName(String fields, String mentioned) {
        assertRefused(
                "base: basic\nrules:\n  - {name: first, attribute: Rows, action: keep}\n  - {name: second, " + fields
                        + "}\n",
                "line 4",
                "second",
                mentioned);
    }

    @Test
    void twoRulesOfOneNameAreRefused() {
        assertRefused(
                "base: basic\nrules:\n- {name: x, attribute: Rows, action: keep}\nclasses:\n- {name: x, action: hold}\n",
                "line 5",
                "\"x\"",
                "two");
    }

    @Test
    void pixelRulesThatAreNotUnderstoodAreRefused() {
        String head = "base: basic\noptions: [clean-pixel-data]\npixels:\n  - {name: p, ";
        assertRefused(head + "blank: [[0, 0, 0, 5]]}\n", "line 4", "\"p\"", "width");
        assertRefused(head + "blank: [[0, 0, 5]]}\n", "\"p\"", "entries");
        assertRefused(head + "blank: [[0, 0, 5, 70000]]}\n", "70000");
        assertRefused(head + "rows: 0, action: keep}\n", "rows", "1–65535");
        assertRefused(head + "blank: everything}\n", "outside-ultrasound-regions");
        assertRefused(head + "modality: US}\n", "one of blank and action");
        assertRefused("base: basic\npixels:\n  - {name: p, blank: [[0, 0, 1, 1]]}\n", "clean-pixel-data");
    }

    /** A plug-in without the option would be idle, an option without plug-in a lie. */
    @Test
    void recognizableFeaturesNeedAPlugIn() {
        assertRefused("base: basic\noptions: [clean-recognizable-visual-features]\n", "pixel-cleaner");
        assertRefused("base: basic\npixel-cleaner: defacer\n", "clean-recognizable-visual-features");
    }

    /** The last one would win, silently. */
    @Test
    void aKeyGivenTwiceIsRefused() {
        assertRefused("base: basic\noptions: []\noptions: [retain-uids]\n", "line 3", "options");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertRefused("base: basic\n---\nbase: basic\noptions: [retain-uids]\n", "document");
    }

    /** Documents that grow when they are read. */
    @Test
    void anchorsAreRefused() {
        assertRefused("base: basic\noptions: &o [retain-uids]\nrules: *o\n", "mine.yaml");
    }

    /** What the gateway itself decides cannot have a rule that would be passed over in silence, or make objects that are none. */
    @Test
    void whatTheGatewayDecidesItselfCannotHaveARule() {
        for (String keyword : new String[] {
            "PatientName",
            "PatientID",
            "SOPClassUID",
            "SOPInstanceUID",
            "StudyInstanceUID",
            "SeriesInstanceUID",
            "PixelData",
            "SpecificCharacterSet",
            "PatientIdentityRemoved",
            "DeidentificationMethod",
            "TransferSyntaxUID"
        }) {
            assertRefused(
                    "base: basic\nrules:\n  - {name: r, attribute: " + keyword + ", action: keep}\n", "\"r\"", keyword);
        }
    }

    @Test
    void whatIsNoYamlIsRefusedWithItsLine() {
        assertRefused("base: basic\noptions: [\nrules: }\n", "line 3");
    }

    @Test
    void aMissingFileIsNamed() {
        IOException e = assertThrows(IOException.class, () -> ProfileParser.read(folder, "absent"));
        assertTrue(String.valueOf(e.getMessage()).contains("absent.yaml"), e.getMessage());
        e = assertThrows(IOException.class, () -> read("base: basic\noptions: [clean-graphics]\n"));
        assertTrue(String.valueOf(e.getMessage()).contains("descriptors.terms"), e.getMessage());
    }

    @Test
    void termsThatAreNoWordsAreRefusedWithTheirLine() throws Exception {
        Files.writeString(folder.resolve("descriptors.terms"), "head\nleg-arm\n");
        IOException e = assertThrows(IOException.class, () -> read("base: basic\noptions: [clean-graphics]\n"));
        assertTrue(String.valueOf(e.getMessage()).contains("descriptors.terms line 2: \"leg-arm\""), e.getMessage());
    }

    @Test
    void aNameThatLeadsElsewhereIsRefused() {
        for (String name : new String[] {"../mine", "", "a/b", "Mine", "x".repeat(41)}) {
            IOException e = assertThrows(IOException.class, () -> ProfileParser.read(folder, name));
            assertTrue(String.valueOf(e.getMessage()).contains("org.sallyport.deid.cfg"), e.getMessage());
        }
        assertRefused("base: basic\nterms: [../x]\n", "terms");
    }

    @Test
    void anExpressionThatGoesBackForEverComesToAnEnd() {
        BoundedPattern slow = new BoundedPattern(".*.*.*.*b");
        assertThrows(Doubt.class, () -> slow.finds("a".repeat(500)));
    }
}
