package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full disk: senders are told, nothing acknowledged is lost, and it goes on when there is room. Needs root for a tmpfs. */
@Tag("peers")
class DiskFullIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
        disk = Files.createDirectories(folder.resolve("disk"));
        Command.run("mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", disk.toString())
                .ok();
    }

    @AfterEach
    void unmount() throws Exception {
        // A process that was ended may hold the disk for a moment more.
        Await.until(
                "the disk is unmounted",
                SOON,
                () -> Command.run("umount", disk.toString()).exit() == 0);
    }

    /** @param minFree MiB that the gateway leaves free: with 64 it stops by itself, with 1 the disk is really full for everyone on it */
    @ParameterizedTest
    @ValueSource(strings = {"64", "1"})
    void sendersAreToldAndItGoesOn(String minFree) throws Exception {
        try (Appliance appliance = new Appliance(disk.resolve("data"))
                .with("SALLYPORT_MIN_FREE", minFree)
                .with("ARCHIVE_DIR", folder.resolve("out").toString())) {
            appliance.start();
            Senders senders = new Senders(folder.resolve("senders"));
            senders.start(2, 20, appliance.dicomPort());
            senders.await();
            assertEquals(40, senders.acknowledged().size(), senders.lastLines() + appliance.log());
            Path filler = disk.resolve("filler");
            fill(filler);
            List<Path> files = Senders.study(77, 5).writeTo(folder.resolve("more"));
            Command.Result refused = appliance.storescu(List.of("-v"), files);
            assertTrue(
                    refused.output().contains("Refused: OutOfResources")
                            || refused.output().contains("OutOfResources"),
                    refused.output());
            assertTrue(appliance.running().isAlive(), "the appliance stays up");
            appliance.await("the health page tells", SOON, () -> appliance.health() == 503);

            Files.delete(filler);
            appliance.await("it receives again", SOON, () -> appliance.health() == 200);
            Command.Result taken = appliance.storescu(List.of("-v"), files);
            assertEquals(0, taken.exit(), taken.output() + appliance.log());
            assertTrue(taken.output().contains("Received Store Response (Success)"), taken.output());
            Set<String> expected = new TreeSet<>(senders.acknowledged());
            for (int i = 1; i <= 5; i++) {
                expected.add("77/1/" + i);
            }
            appliance.await("everything is delivered", Duration.ofMinutes(2), () -> Delivered.images(archives())
                    .keySet()
                    .containsAll(expected));
        }
    }

    private List<Path> archives() throws IOException {
        try (var files = Files.list(folder.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".zip")).toList();
        }
    }

    /** To the last byte. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
        }
    }
}
