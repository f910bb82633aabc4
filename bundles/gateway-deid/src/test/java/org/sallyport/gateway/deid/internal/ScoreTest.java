package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.ActionType;
import org.sallyport.gateway.testkit.DeidScore;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;

/** The shipped profile does with planted identity what is expected; {@code ./bench deid} does the same with thousands of objects and a real vault. */
class ScoreTest {

    private static final int OBJECTS = 192;

    @TempDir
    private Path folder;

    @TempDir
    private Path profiles;

    /** The shipped one with a rule for the generated ultrasound images. */
    private Profile profile() throws IOException {
        Path shipped = Path.of("../../config/profiles");
        Files.copy(shipped.resolve("descriptors.terms"), profiles.resolve("descriptors.terms"));
        String text = Files.readString(shipped.resolve("ith-default.yaml"));
        assertTrue(text.contains("\npixels: []\n"));
        Files.writeString(
                profiles.resolve("ith-default.yaml"),
                text.replace(
                        "\npixels: []\n",
                        "\npixels:\n  - {name: banner, modality: US, blank: [[0, 0, " + PlantedObjects.COLUMNS + ", "
                                + PlantedObjects.BANNER_ROWS + "]]}\n"));
        return ProfileParser.read(profiles, "ith-default");
    }

    @Test
    void allTenActionsAreDoneWithPlantedIdentity() throws Exception {
        Gate gate = new Gate(profile(), folder);
        DeidScore score = new DeidScore();
        for (int i = 0; i < OBJECTS; i++) {
            PlantedObject object = PlantedObjects.of(i);
            int before = gate.store.instances.size();
            gate.receive(object.encoded(), object.syntax(), object.sopClassUid(), object.sopInstanceUid());
            score.add(object, gate.store.instances.size() > before ? gate.lastBytes() : null);
        }
        assertEquals(
                List.of(),
                gate.store.held.stream()
                        .map(held -> held.description().reason())
                        .toList());
        assertEquals(List.of(), score.failures());
        for (ActionType type : ActionType.values()) {
            assertTrue(score.fulfilled(type) >= OBJECTS / 8, type + ": " + score.fulfilled(type));
        }
        assertEquals(1, score.share());
    }

    /** A score that everything passes would tell nothing. */
    @Test
    void whatIsNotDoneIsSeen() throws Exception {
        DeidScore score = new DeidScore();
        for (int i = 0; i < 16; i++) {
            PlantedObject object = PlantedObjects.of(i);
            java.io.ByteArrayOutputStream part10 = new java.io.ByteArrayOutputStream();
            org.sallyport.dicom.data.FileMetaInformation.ours(
                            object.sopClassUid(),
                            object.sopInstanceUid(),
                            object.syntax().uid())
                    .write(part10);
            part10.writeBytes(object.encoded());
            score.add(object, part10.toByteArray());
        }
        assertEquals(0, score.fulfilled(ActionType.TEXT_REMOVED));
        assertEquals(0, score.fulfilled(ActionType.DATE_SHIFTED));
        assertEquals(0, score.fulfilled(ActionType.UID_CHANGED));
        assertEquals(0, score.fulfilled(ActionType.PIXELS_HIDDEN));
        DeidScore missing = new DeidScore();
        missing.add(PlantedObjects.of(0), null);
        assertEquals(0, missing.share());
        assertTrue(missing.failed(ActionType.TAG_RETAINED) > 0);
    }
}
