package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.intake.HeldObjects;
import org.sallyport.gateway.api.intake.ProfileDirectory;
import org.sallyport.gateway.api.intake.TrialTreatment;
import org.sallyport.gateway.api.intake.TrialTreatment.Attribute;
import org.sallyport.gateway.api.intake.TrialTreatment.Fate;

/** People decide about what is held, with the reason that they give. */
class HeldCommandsTest {

    private static final String ID = "00000000-0000-0000-0000-000000000007";
    private static final String REQUEST =
            "AccessRequest[actor=unknown, roles=[], source=shell, reason=seen, subject=" + ID + "]";

    private static JsonNode json(GatewayCommand command) throws Exception {
        command.json = true;
        return new ObjectMapper().readTree(Console.run(command));
    }

    @Test
    void anObjectIsReleasedByAProfileOrAsItIs() throws Exception {
        Fake<HeldObjects> held = new Fake<>(HeldObjects.class)
                .on("release", a -> "stored with its study")
                .on("releaseAsIs", a -> "stored with its study");
        QuarantineRelease release = new QuarantineRelease();
        release.held = held.service;
        release.id = ID;
        release.reason = "seen";
        assertEquals("stored with its study" + System.lineSeparator(), Console.run(release));
        release.profile = "basic";
        assertEquals("stored with its study", json(release).get("message").asText());
        release.asIs = true;
        assertEquals(
                "either --as-is or --profile",
                assertThrows(IllegalArgumentException.class, () -> Console.run(release))
                        .getMessage());
        release.profile = null;
        Console.run(release);
        assertEquals(
                List.of(
                        "release[" + ID + ", null, " + REQUEST + "]",
                        "release[" + ID + ", basic, " + REQUEST + "]",
                        "releaseAsIs[" + ID + ", " + REQUEST + "]"),
                held.calls);
    }

    @Test
    void anIdThatIsNoneIsNamed() {
        QuarantineDiscard discard = new QuarantineDiscard();
        discard.held = new Fake<>(HeldObjects.class).service;
        discard.id = "7";
        assertEquals(
                "no id: 7; quarantine:list shows them",
                assertThrows(IllegalArgumentException.class, () -> Console.run(discard))
                        .getMessage());
    }

    @Test
    void anObjectIsDiscardedAndDrawn() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G'};
        Fake<HeldObjects> held =
                new Fake<>(HeldObjects.class).on("discard", a -> null).on("preview", a -> png);
        QuarantineDiscard discard = new QuarantineDiscard();
        discard.held = held.service;
        discard.id = ID;
        discard.reason = "seen";
        assertEquals("removed" + System.lineSeparator(), Console.run(discard));
        DeidPreview preview = new DeidPreview();
        preview.held = held.service;
        preview.id = ID;
        preview.frame = 3;
        preview.reason = "seen";
        assertArrayEquals(png, Base64.getMimeDecoder().decode(Console.run(preview)));
        assertEquals(
                List.of("discard[" + ID + ", " + REQUEST + "]", "preview[" + ID + ", 3, " + REQUEST + "]"), held.calls);
    }

    @Test
    void studiesThatAreHeldAreListedAndReleased() throws Exception {
        Fake<HeldObjects> held = new Fake<>(HeldObjects.class)
                .on("studies", a -> Map.of("2.25.1", "leak: StudyID holds the patient's name"))
                .on("releaseStudy", a -> null);
        QuarantineStudies list = new QuarantineStudies();
        list.held = held.service;
        assertEquals("2.25.1", json(list).get(0).get("study").asText());
        StudyRelease release = new StudyRelease();
        release.held = held.service;
        release.study = "2.25.1";
        release.reason = "seen";
        assertEquals("released", json(release).get("message").asText());
        assertTrue(held.calls.get(1).startsWith("releaseStudy[2.25.1, "), held.calls.toString());
    }

    @Test
    void aTrialIsToldInShortAndAttributeByAttribute(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("image"), new byte[1]);
        Fake<TrialTreatment> trial = new Fake<>(TrialTreatment.class)
                .on(
                        "tryOut",
                        a -> new TrialTreatment.Report(
                                "basic 1",
                                null,
                                "none",
                                List.of(
                                        new Attribute("Rows", "US", Fate.KEPT, "dictionary, US", null),
                                        new Attribute("PatientName", "PN", Fate.CHANGED, "the pseudonym", "ANON"))));
        DeidTrial test = new DeidTrial();
        test.trial = trial.service;
        test.file = file.toString();
        JsonNode told = json(test);
        assertEquals("passes", told.get("verdict").asText());
        assertEquals(1, told.get("attributes changed").asInt());
        DeidDiff diff = new DeidDiff();
        diff.trial = trial.service;
        diff.file = file.toString();
        diff.profile = "basic";
        JsonNode rows = json(diff);
        assertEquals(1, rows.size());
        assertEquals("ANON", rows.get(0).get("becomes").asText());
        diff.all = true;
        assertEquals(2, json(diff).size());
        assertTrue(trial.calls.get(1).endsWith(", basic]"), trial.calls.toString());
    }

    @Test
    void profilesAreListedWithWhatIsWrong() throws Exception {
        DeidProfiles command = new DeidProfiles();
        command.profiles = new Fake<>(ProfileDirectory.class)
                .on(
                        "profiles",
                        a -> List.of(
                                new ProfileDirectory.State("basic", true, "1", "00", null),
                                new ProfileDirectory.State("mine", false, null, null, "mine.yaml, line 3: what?")))
                .service;
        JsonNode rows = json(command);
        assertTrue(rows.get(0).get("in force").asBoolean());
        assertFalse(rows.get(1).get("in force").asBoolean());
        assertEquals("mine.yaml, line 3: what?", rows.get(1).get("problem").asText());
    }
}
