package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;

/** dciodvfy finds nothing wrong with a treated object that it did not find with the original. */
@Tag("peers")
class ConformancePeerTest {

    private static final int KINDS = 8;

    @TempDir
    private Path folder;

    private static Set<String> errors(Path file) throws IOException, InterruptedException {
        Path told = file.resolveSibling(file.getFileName() + ".txt");
        Process verifier = new ProcessBuilder("dciodvfy", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        assertTrue(verifier.waitFor(60, TimeUnit.SECONDS), "dciodvfy takes too long");
        Set<String> errors = new TreeSet<>();
        for (String line : Files.readAllLines(told, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Error")) {
                errors.add(line);
            }
        }
        return errors;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ith-default", "basic", "research-full-dates", "ith-legacy"})
    void nothingBecomesInvalid(String name) throws Exception {
        Profile profile = ProfileParser.read(Path.of("../../config/profiles"), name);
        for (int i = 0; i < KINDS; i++) {
            PlantedObject object = PlantedObjects.of(i);
            Gate gate = new Gate(profile, folder);
            gate.receive(object.encoded(), object.syntax(), object.sopClassUid(), object.sopInstanceUid());
            if (gate.store.instances.isEmpty()) {
                // Held: these profiles have no rule for ultrasound.
                assertEquals("1.2.840.10008.5.1.4.1.1.6.1", object.sopClassUid());
                continue;
            }
            ByteArrayOutputStream original = new ByteArrayOutputStream();
            FileMetaInformation.ours(
                            object.sopClassUid(),
                            object.sopInstanceUid(),
                            object.syntax().uid())
                    .write(original);
            original.writeBytes(object.encoded());
            Set<String> before = errors(Files.write(folder.resolve("original.dcm"), original.toByteArray()));
            Set<String> after = errors(Files.write(folder.resolve("treated.dcm"), gate.lastBytes()));
            after.removeAll(before);
            assertEquals(Set.of(), after, name + ", " + object.sopClassUid());
        }
    }
}
