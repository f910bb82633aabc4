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
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every acknowledged image is delivered, whole, though the process is killed or the power fails. */
@Tag("peers")
class CrashIT {

    /** Of each kind; {@code ./test long} has twenty. */
    static final int TIMES = Integer.getInteger("crash.times", 4);

    private static final int SENDERS = 4;
    private static final int IMAGES = 60;

    /** Bytes of pixel data of an image. */
    private static final long PIXELS = 2L * Senders.SIZE * Senders.SIZE;

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    /** With the index on the database that is tried. */
    Appliance appliance(Path data) throws Exception {
        return new Appliance(data);
    }

    /** Ends what was begun beside an appliance. */
    void end(Path data) throws Exception {}

    /** Of an appliance that does not run. */
    void loseTheIndex(Path data) throws Exception {
        Command.run("rm", "-r", data.resolve("index").toString()).ok();
    }

    /** The processes that write to the disk of an appliance. */
    List<Long> writers(Appliance appliance) throws Exception {
        return List.of(appliance.running().pid());
    }

    /** The moment of a crash has to be random, and is no wait for anything. */
    private static void letRun(Random random) {
        long end =
                System.nanoTime() + Duration.ofMillis(100 + random.nextInt(900)).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void assertAllDelivered(Set<String> acknowledged, Appliance appliance) throws IOException {
        appliance.await("every acknowledged image is delivered", Duration.ofMinutes(2), () -> {
            Map<String, Integer> delivered = Delivered.images(appliance.archives());
            return delivered.keySet().containsAll(acknowledged);
        });
    }

    @Test
    void killedAtRandomMoments() throws Exception {
        Random random = new Random(20_260_101);
        Senders senders = new Senders(folder.resolve("senders"));
        Path data = folder.resolve("data");
        try (Appliance appliance = appliance(data)) {
            appliance.start();
            for (int i = 1; i < TIMES; i++) {
                killWhileSending(senders, appliance, random);
                appliance.start();
            }
            assertAllDelivered(senders.acknowledged(), appliance);

            // The last time the index is lost with it: from the packs alone everything is delivered once more.
            killWhileSending(senders, appliance, random);
            loseTheIndex(data);
            for (Path archive : appliance.archives()) {
                Files.delete(archive);
            }
            appliance.start();
            Set<String> acknowledged = senders.acknowledged();
            assertTrue(acknowledged.size() < TIMES * SENDERS * IMAGES, "the crashes came while images were sent");
            assertAllDelivered(acknowledged, appliance);
        } finally {
            end(data);
        }
    }

    private static void killWhileSending(Senders senders, Appliance appliance, Random random) throws Exception {
        sendSome(senders, appliance);
        letRun(random);
        appliance.kill();
        senders.await();
    }

    @Test
    void powerCutAtRandomMoments() throws Exception {
        LoopImage.assumePossible();
        Random random = new Random(20_260_102);
        try (LoopImage disk = LoopImage.make(folder.resolve("disk.img"), folder.resolve("disk"))) {
            Path data = disk.mountPoint().resolve("data");
            try (Appliance appliance = appliance(data).with("SALLYPORT_MIN_FREE", "16")) {
                appliance.start();
                Senders senders = new Senders(folder.resolve("senders"));
                int lost = 0;
                for (int i = 0; i < TIMES; i++) {
                    sendSome(senders, appliance);
                    letRun(random);
                    Set<String> acknowledged = senders.acknowledged();
                    lost += startedFromCopy(disk, appliance, acknowledged).size();
                    senders.await();
                }
                assertEquals(0, lost, "acknowledged images that a power cut took");
            } finally {
                end(data);
            }
        }
    }

    /** Until images are on their way: an appliance that has just started is slow. */
    private static void sendSome(Senders senders, Appliance appliance) throws IOException {
        int before = senders.acknowledged().size();
        senders.start(SENDERS, IMAGES, appliance.dicomPort());
        appliance.await(
                "the first is acknowledged", SOON, () -> senders.acknowledged().size() > before);
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /** Shows that the test above can fail: what is not forced is lost. */
    @Test
    void withDurabilityOsAPowerCutTakesImages() throws Exception {
        LoopImage.assumePossible();
        try (LoopImage disk = LoopImage.make(folder.resolve("disk.img"), folder.resolve("disk"));
                Appliance appliance = new Appliance(disk.mountPoint().resolve("data"))
                        .with("SALLYPORT_MIN_FREE", "16")
                        .with("SALLYPORT_DURABILITY", "os")) {
            appliance.start();
            Senders senders = new Senders(folder.resolve("senders"));
            sendSome(senders, appliance);
            appliance.await(
                    "images are acknowledged",
                    SOON,
                    () -> senders.acknowledged().size() > 20);
            long acknowledged = senders.acknowledged().size();
            try (LoopImage copy =
                    disk.copyWhile(writers(appliance), folder.resolve("copy.img"), folder.resolve("copy"))) {
                long kept = bytes(copy.mountPoint().resolve("data/packs"));
                assertTrue(
                        kept < acknowledged * PIXELS,
                        acknowledged + " images were acknowledged, and packs of " + kept + " bytes are there");
            }
        }
    }

    private static boolean owesNothing(Appliance appliance) throws Exception {
        for (JsonNode study : appliance.jsonOnceThere("study:list")) {
            if (study.path("loose").asInt(-1) != 0) {
                return false;
            }
        }
        for (JsonNode delivery : appliance.jsonOnceThere("delivery:list")) {
            if (!delivery.path("state").asText().equals("DELIVERED")) {
                return false;
            }
        }
        return true;
    }

    /** Of one image of each study: what the vault assigned to it was on the disk before the image was acknowledged. */
    private static void assertOriginalsComeBack(Appliance restarted, Set<String> acknowledged) throws Exception {
        List<String> sops = new ArrayList<>();
        for (Path archive : restarted.archives()) {
            try (ZipFile zip = new ZipFile(archive.toFile())) {
                String name = zip.entries().nextElement().getName();
                sops.add(name.substring(name.lastIndexOf('/') + 1, name.length() - ".dcm".length()));
            }
        }
        Set<String> studies = new TreeSet<>();
        for (byte[] original : restarted.originals(sops)) {
            studies.add(study(Senders.assertOriginal(original)));
        }
        Set<String> sent = acknowledged.stream().map(CrashIT::study).collect(Collectors.toCollection(TreeSet::new));
        sent.removeAll(studies);
        assertEquals(Set.of(), sent, "studies of which no original came back");
    }

    /** Of an image's key, see {@link Senders#acknowledged}. */
    private static String study(String key) {
        return key.substring(0, key.indexOf('/'));
    }

    /** @return which acknowledged images an appliance does not have that is started on the disk as it is at this moment */
    private Set<String> startedFromCopy(LoopImage disk, Appliance running, Set<String> acknowledged) throws Exception {
        Set<String> missing = new TreeSet<>(acknowledged);
        try (LoopImage copy = disk.copyWhile(writers(running), folder.resolve("copy.img"), folder.resolve("copy"))) {
            Path data = copy.mountPoint().resolve("data");
            try (Appliance restarted = appliance(data).with("SALLYPORT_MIN_FREE", "16")) {
                restarted.start();
                restarted.await("all that is there is delivered", Duration.ofMinutes(2), () -> owesNothing(restarted));
                missing.removeAll(Delivered.images(restarted.archives()).keySet());
                assertOriginalsComeBack(restarted, acknowledged);
                assertEquals(0, restarted.stop());
            } finally {
                end(data);
            }
        }
        Files.delete(folder.resolve("copy.img"));
        return missing;
    }
}
