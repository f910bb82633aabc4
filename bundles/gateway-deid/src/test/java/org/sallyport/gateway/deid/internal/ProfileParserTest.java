package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.Tag;

class ProfileFileTest {

    @TempDir
    private Path folder;

    private Profile read(String yaml) throws IOException {
        Files.writeString(folder.resolve("mine.yaml"), yaml);
        return ProfileFile.read(folder, "mine");
    }

    /** Each error names the file, and what it is about. */
    private void assertRefused(String yaml, String... mentioned) {
        IOException e = assertThrows(IOException.class, () -> read(yaml));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("mine.yaml"), message);
        for (String word : mentioned) {
            assertTrue(message.contains(word), message + " does not mention " + word);
        }
    }

    @Test
    void aProfileHasItsOptionsAndRules() throws Exception {
        Profile profile = read("""
                description: Ours
                base: basic
                options: [retain-modified-dates, retain-safe-private]
                rules:
                  StudyDescription: keep
                  Manufacturer: remove
                  StationName: dummy
                  ProtocolName: empty
                """);
        assertEquals("mine", profile.name());
        assertEquals(Set.of(Option.RETAIN_MODIFIED_DATES, Option.RETAIN_SAFE_PRIVATE), profile.options());
        assertEquals(
                Map.of(
                        Tag.StudyDescription, Action.KEEP,
                        Tag.Manufacturer, Action.REMOVE,
                        Tag.StationName, Action.DUMMY,
                        Tag.ProtocolName, Action.EMPTY),
                profile.rules());
    }

    @Test
    void optionsAndRulesMayBeLeftOutOrEmpty() throws Exception {
        assertEquals(Map.of(), read("base: basic").rules());
        assertEquals(Set.of(), read("base: basic\noptions: []\nrules: {}\n").options());
        assertEquals(Set.of(), read("base: basic\noptions:\nrules:\n").options());
    }

    @Test
    void theProfilesThatAreDeliveredAreReadable() throws Exception {
        Path delivered = Path.of("../../config/profiles").toAbsolutePath().normalize();
        assertEquals(Set.of(), ProfileFile.read(delivered, "basic").options());
        Profile ith = ProfileFile.read(delivered, "ith-default");
        assertTrue(ith.shiftsDates() && ith.has(Option.RETAIN_SAFE_PRIVATE));
    }

    @Test
    void anUnknownKeyIsRefused() {
        assertRefused("base: basic\nrule: {}\n", "\"rule\"", "options", "rules", "description");
    }

    @Test
    void theBaseHasToBeBasic() {
        assertRefused("base: none\n", "base", "basic");
        assertRefused("options: []\n", "base", "basic");
        assertRefused("", "base", "basic");
        assertRefused("just text", "base", "basic");
        assertRefused("- base\n- basic\n", "base", "basic");
    }

    @Test
    void anUnknownOptionIsRefusedAndTheKnownOnesTold() {
        assertRefused(
                "base: basic\noptions: [retain-everything]\n",
                "options",
                "\"retain-everything\"",
                "retain-safe-private",
                "retain-modified-dates");
    }

    /** A list that is none must not be read as an empty one. */
    @Test
    void optionsThatAreNoListAreRefused() {
        assertRefused("base: basic\noptions: retain-modified-dates\n", "options", "list");
        assertRefused("base: basic\noptions: {retain-modified-dates: true}\n", "options", "list");
        assertRefused("base: basic\noptions: [[retain-modified-dates]]\n", "options", "retain-modified-dates");
    }

    @Test
    void rulesThatAreNoMapAreRefused() {
        assertRefused("base: basic\nrules: [StudyDescription]\n", "rules", "keyword");
        assertRefused("base: basic\nrules: StudyDescription\n", "rules", "keyword");
    }

    @Test
    void datesCannotBeBothFullAndModified() {
        assertRefused(
                "base: basic\noptions: [retain-full-dates, retain-modified-dates]\n",
                "options",
                "retain-full-dates",
                "retain-modified-dates");
    }

    @Test
    void anUnknownKeywordIsRefused() {
        assertRefused("base: basic\nrules: {StudyDescripton: keep}\n", "rules", "\"StudyDescripton\"", "PS3.6");
        assertRefused("base: basic\nrules: {\"(0008,1030)\": keep}\n", "rules", "\"(0008,1030)\"", "PS3.6");
    }

    @Test
    void anUnknownActionIsRefusedWithItsKeywordAndTheKnownOnes() {
        for (String action : new String[] {"blank", "KEEP", "shift", "map_uid", "", "[keep]"}) {
            assertRefused(
                    "base: basic\nrules: {StudyDescription: " + action + "}\n",
                    "StudyDescription",
                    "remove",
                    "empty",
                    "keep",
                    "dummy");
        }
    }

    /** The last one would win, silently. */
    @Test
    void aKeyGivenTwiceIsRefused() {
        assertRefused(
                "base: basic\nrules:\n  StudyDescription: remove\n  StudyDescription: keep\n", "StudyDescription");
        assertRefused("base: basic\noptions: []\noptions: [retain-uids]\n", "options");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertRefused("base: basic\n---\nbase: basic\noptions: [retain-uids]\n", "document");
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
            assertRefused("base: basic\nrules: {" + keyword + ": keep}\n", "rules", keyword);
        }
    }

    @Test
    void whatIsNoYamlIsRefusedWithItsLine() {
        assertRefused("base: basic\noptions: [\nrules: }\n", "line");
    }

    @Test
    void aMissingFileIsNamed() {
        IOException e = assertThrows(IOException.class, () -> ProfileFile.read(folder, "absent"));
        assertTrue(String.valueOf(e.getMessage()).contains("absent.yaml"), e.getMessage());
    }

    @Test
    void aNameThatLeadsElsewhereIsRefused() {
        for (String name : new String[] {"../mine", "", "a/b", "Mine", "x".repeat(41)}) {
            IOException e = assertThrows(IOException.class, () -> ProfileFile.read(folder, name));
            assertTrue(String.valueOf(e.getMessage()).contains("org.sallyport.deid.cfg"), e.getMessage());
        }
    }
}
