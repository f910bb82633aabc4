package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk: senders are told, nothing acknowledged is lost, and it goes on when there is room. Needs root for a tmpfs. */
@Tag("peers")
class DiskFullIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    /** Bytes: more than all images, little enough to be gone in a moment. */
    private static final long ROOM = 40L << 20;

    @TempDir
    Path folder;

    private Path disk;
    private final List<Path> mounted = new ArrayList<>();

    @BeforeEach
    void mount() throws Exception {
        LoopImage.assumePossible();
        disk = mount("disk", "400m");
    }

    private Path mount(String name, String size) throws Exception {
        Path mountPoint = Files.createDirectories(folder.resolve(name));
        Command.run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", mountPoint.toString())
                .ok();
        mounted.add(mountPoint);
        return mountPoint;
    }

    @AfterEach
    void unmount() {
        // A process that was ended may hold a disk for a moment more.
        for (Path mountPoint : mounted) {
            Await.until(
                    "the disk is unmounted",
                    SOON,
                    () -> Command.run("umount", mountPoint.toString()).exit() == 0);
        }
    }

    /** @param minFree MiB that the gateway leaves free */
    private Appliance appliance(String minFree) throws IOException {
        return new Appliance(disk.resolve("data"))
                .with("SALLYPORT_MIN_FREE", minFree)
                .with("ARCHIVE_DIR", folder.resolve("out").toString())
                .with("DICOM_LOG_DIR", folder.resolve("logs").toString());
    }

    /** Images are on their way, and rows of the index wait to be written, when the disk is full for everyone on it. */
    @Test
    void toTheLastByteWhileImagesArrive() throws Exception {
        try (Appliance appliance = appliance("1")) {
            appliance.start();
            fill(disk.resolve("most"), disk.toFile().getUsableSpace() - ROOM);
            Senders senders = new Senders(folder.resolve("senders"));
            senders.start(2, 150, appliance.dicomPort());
            appliance.await("images arrive", SOON, () -> senders.acknowledged().size() > 20);
            fill(disk.resolve("rest"), Long.MAX_VALUE);
            senders.await();
            assertTrue(senders.acknowledged().size() < 300, "the disk was full before all had come");
            // Of what was begun and could not be kept.
            fill(disk.resolve("remains"), Long.MAX_VALUE);
            assertRefused(appliance);

            for (String filler : List.of("most", "rest", "remains")) {
                Files.delete(disk.resolve(filler));
            }
            assertGoesOn(appliance, senders.acknowledged());
        }
    }

    /** The gateway keeps some room free, and stops before the disk is full for the index. Then the index's own disk is. */
    @Test
    void theRoomThatIsKeptFreeAndTheDiskOfTheIndex() throws Exception {
        Path small = mount("index-disk", "16m");
        try (Appliance appliance = appliance("64")) {
            Path etc = Files.createDirectories(appliance.data().resolve("etc"));
            Files.writeString(
                    etc.resolve("org.ops4j.datasource-index.cfg"),
                    Files.readString(Appliance.ROOT.resolve("config/org.ops4j.datasource-index.cfg"))
                            .replace("${sallyport.data}", small.toString()));
            appliance.start();
            Senders senders = new Senders(folder.resolve("senders"));
            senders.start(2, 20, appliance.dicomPort());
            senders.await();
            assertEquals(40, senders.acknowledged().size(), senders.lastLines() + appliance.log());
            Path filler = disk.resolve("filler");
            fill(filler, Long.MAX_VALUE);
            assertRefused(appliance);
            Files.delete(filler);
            assertGoesOn(appliance, senders.acknowledged());

            Path indexFiller = small.resolve("filler");
            fill(indexFiller, Long.MAX_VALUE);
            sendUntilRowsWait(senders, appliance);
            appliance.await("the health page tells", SOON, () -> appliance.health() == 503);
            assertTrue(appliance.running().isAlive(), "the appliance stays up");
            Files.delete(indexFiller);
            assertGoesOn(appliance, senders.acknowledged());
            assertTrue(appliance.log().contains("the index database is back"), "and no restart was needed");
            assertFalse(appliance.log().contains("cannot be indexed"), "no image was set aside");
        }
    }

    /** What Derby has set aside for itself is used up first. */
    private static void sendUntilRowsWait(Senders senders, Appliance appliance) throws Exception {
        appliance.await("rows cannot be written", SOON, () -> {
            if (appliance.log().contains("rows to the index failed")) {
                return true;
            }
            senders.start(1, 40, appliance.dicomPort());
            senders.await();
            return false;
        });
    }

    private List<Path> files() throws IOException {
        return Senders.study(77, 5).writeTo(folder.resolve("more"));
    }

    private void assertRefused(Appliance appliance) throws Exception {
        Command.Result refused = appliance.storescu(List.of("-d"), files());
        assertNotEquals(0, refused.exit());
        assertTrue(refused.output().toLowerCase(Locale.ROOT).contains("0xa700"), refused.output());
        assertTrue(appliance.running().isAlive(), "the appliance stays up");
        appliance.await("the health page tells", SOON, () -> appliance.health() == 503);
    }

    /** There is room again. */
    private void assertGoesOn(Appliance appliance, Set<String> acknowledged) throws Exception {
        // A write of the index that began on the full disk may fail after there is room: a sender is told to come
        // again, and does.
        appliance.await("it receives again", SOON, () -> {
            if (appliance.health() != 200) {
                return false;
            }
            Command.Result taken = appliance.storescu(List.of("-v"), files());
            return taken.exit() == 0 && taken.output().contains("Received Store Response (Success)");
        });
        Set<String> expected = new TreeSet<>(acknowledged);
        for (int i = 1; i <= 5; i++) {
            expected.add("77/1/" + i);
        }
        appliance.await("everything is delivered", SOON, () -> Delivered.images(archives())
                .keySet()
                .containsAll(expected));
    }

    private List<Path> archives() throws IOException {
        try (var files = Files.list(folder.resolve("out"))) {
            return files.filter(file -> file.toString().endsWith(".zip")).toList();
        }
    }

    /** Until so many bytes are written, or to the last byte of the disk. */
    private static void fill(Path filler, long bytes) throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
        }
    }
}
