package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Archive;

/** What comes a second time: the same, changed, late, or under another patient. Each test has a study of its own. */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameUidIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final int AGAIN = 1;
    private static final int CHANGED = 2;
    private static final int LATE = 3;
    private static final int SECOND_PATIENT = 4;
    private static final int IMAGES = 2;

    private Path folder = Path.of("");
    private @Nullable Appliance started;

    Appliance appliance(Path data) throws Exception {
        return new Appliance(data);
    }

    private Appliance appliance() {
        return Objects.requireNonNull(started);
    }

    @BeforeAll
    void sendAll(@TempDir Path temporary) throws Exception {
        folder = temporary;
        started = appliance(folder.resolve("data"))
                .with("DICOM_STUDY_TIMEOUT", "1")
                .start();
        List<Path> files = new ArrayList<>();
        for (int study : new int[] {AGAIN, CHANGED, LATE, SECOND_PATIENT}) {
            files.addAll(sent(study));
        }
        appliance().send(List.of(), files);
        appliance()
                .await("all are delivered", SOON, () -> appliance().archives().size() == 4);
    }

    @AfterAll
    void stop() {
        appliance().close();
    }

    private List<Path> sent(int study) throws IOException {
        return Senders.study(study, IMAGES).writeTo(folder.resolve("sent" + study));
    }

    /** Of one study, the first part first. */
    private List<Path> archives(int study) throws IOException {
        List<Path> own = new ArrayList<>();
        for (Path archive : appliance().archives()) {
            if (Delivered.images(List.of(archive)).keySet().stream().allMatch(key -> key.startsWith(study + "/"))) {
                own.add(archive);
            }
        }
        return own.stream()
                .sorted((one, other) -> Integer.compare(
                        one.toString().length(), other.toString().length()))
                .toList();
    }

    /** As archives are named: {@code <pseudonym>_<study>[_part<n>].zip}. */
    private String uid(int study) throws IOException {
        String name = archives(study).get(0).getFileName().toString();
        return name.substring(name.indexOf('_') + 1, name.length() - ".zip".length());
    }

    private String row(int study) throws Exception {
        String uid = uid(study);
        for (JsonNode row : appliance().json("study:list")) {
            if (row.get("study").asText().equals(uid)) {
                return "images " + row.get("images") + ", parts " + row.get("parts") + ", loose " + row.get("loose")
                        + ", conflicts " + row.get("conflicts");
            }
        }
        throw new AssertionError("study:list does not show " + uid);
    }

    private static String state(int images, int parts, int conflicts) {
        return "images " + images + ", parts " + parts + ", loose 0, conflicts " + conflicts;
    }

    private List<String> deliveries(int study) throws Exception {
        List<String> deliveries = new ArrayList<>();
        for (JsonNode row : appliance().json("study:show", uid(study))) {
            deliveries.add(row.get("part").asInt() + " " + row.get("state").asText());
        }
        return deliveries.stream().sorted().toList();
    }

    @Test
    void theSameAgainIsAcknowledgedAndNothingMoreComesOfIt() throws Exception {
        String before = row(AGAIN);
        assertEquals(state(2, 1, 0), before);
        appliance().send(List.of(), sent(AGAIN));
        assertEquals(before, row(AGAIN), "and none is loose: nothing waits to be delivered");
        // One that is sent later is delivered later.
        Path other = Senders.study(9, 1).writeTo(folder.resolve("sent9")).get(0);
        appliance().send(List.of(), List.of(other));
        appliance().await("the other is delivered", SOON, () -> archives(9).size() == 1);
        assertEquals(before, row(AGAIN));
        assertEquals(List.of("1 DELIVERED"), deliveries(AGAIN));
        assertEquals(1, archives(AGAIN).size());
    }

    @Test
    void aChangedImageIsKeptAsAConflictAndTheNewestServes() throws Exception {
        SyntheticStudy study = Senders.study(CHANGED, IMAGES);
        DataSet changed = study.image(1, 1);
        changed.setString(org.sallyport.dicom.data.Tag.SliceThickness, "7.5");
        Path file = IthCommandsIT.write(changed, folder.resolve("changed.dcm"));
        appliance().send(List.of(), List.of(file));
        appliance().await("it goes out", SOON, () -> archives(CHANGED).size() == 2);
        Path part = archives(CHANGED).get(1);
        assertEquals(uid(CHANGED) + "_part2.zip", afterPseudonym(part));
        assertEquals(Map.of(CHANGED + "/1/1", 1), Delivered.images(List.of(part)), "and no other");
        List<Path> files = Archive.unpack(part, folder.resolve("changed"));
        assertEquals("7.5", thickness(OriginalsIT.read(files.get(0))));
        appliance().await("study:list shows it", SOON, () -> row(CHANGED).equals(state(2, 2, 1)));

        String name = files.get(0).getFileName().toString();
        String sop = name.substring(0, name.length() - ".dcm".length());
        List<String> versions = new ArrayList<>();
        for (JsonNode image : appliance().json("study:show --images", uid(CHANGED))) {
            versions.add(image.get("version").asText()
                    + (image.get("image").asText().equals(sop) ? " of the changed one" : ""));
        }
        assertEquals(
                List.of("1", "2 of the changed one"), versions.stream().sorted().toList());
        assertEquals("7.5", thickness(OriginalsIT.read(file(appliance().original(sop)))), "the newest serves");
    }

    private Path file(byte[] part10) throws IOException {
        return Files.write(folder.resolve("original.dcm"), part10);
    }

    private static String thickness(DataSet image) {
        return String.valueOf(image.string(org.sallyport.dicom.data.Tag.SliceThickness));
    }

    private static String afterPseudonym(Path archive) {
        String name = archive.getFileName().toString();
        return name.substring(name.indexOf('_') + 1);
    }

    @Test
    void aLateImageReopensItsStudyAndGoesAlone() throws Exception {
        List<Path> more = Senders.study(LATE, IMAGES + 1).writeTo(folder.resolve("late"));
        appliance().send(List.of(), List.of(more.get(IMAGES)));
        appliance().await("it goes out", SOON, () -> archives(LATE).size() == 2);
        Path part = archives(LATE).get(1);
        assertEquals(uid(LATE) + "_part2.zip", afterPseudonym(part));
        assertEquals(Map.of(LATE + "/1/3", 1), Delivered.images(List.of(part)));
        appliance().await("both parts are delivered", SOON, () -> deliveries(LATE)
                .equals(List.of("1 DELIVERED", "2 DELIVERED")));
        assertEquals(state(3, 2, 0), row(LATE));
    }

    @Test
    void aStudyUnderASecondPatientIsHeld() throws Exception {
        SyntheticStudy other =
                new SyntheticStudy(new Patient(99), Modality.CT, SECOND_PATIENT, 1, 9, Senders.SIZE, Senders.SIZE);
        Path file = IthCommandsIT.write(other.image(1, 9), folder.resolve("second-patient.dcm"));
        appliance().send(List.of(), List.of(file));
        JsonNode held = appliance().json("quarantine:list");
        assertEquals(1, held.size(), held::toString);
        assertEquals("HELD", held.get(0).get("kind").asText());
        assertEquals(
                "its study is known under another patient",
                held.get(0).get("reason").asText());
        assertEquals(state(2, 1, 0), row(SECOND_PATIENT));
        assertTrue(appliance().log().contains("its study is known under another patient"));
    }
}
