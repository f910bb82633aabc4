package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
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
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            appliance.start();
            for (int i = 0; i < TIMES; i++) {
                sendSome(senders, appliance);
                letRun(random);
                appliance.kill();
                senders.await();
                appliance.start();
            }
            Set<String> acknowledged = senders.acknowledged();
            assertTrue(acknowledged.size() < TIMES * SENDERS * IMAGES, "the crashes came while images were sent");
            assertAllDelivered(acknowledged, appliance);
        }
    }

    @Test
    void powerCutAtRandomMoments() throws Exception {
        LoopImage.assumePossible();
        Random random = new Random(20_260_102);
        try (LoopImage disk = LoopImage.make(folder.resolve("disk.img"), folder.resolve("disk"));
                Appliance appliance =
                        new Appliance(disk.mountPoint().resolve("data")).with("SALLYPORT_MIN_FREE", "16")) {
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
                    disk.copyWhile(appliance.running(), folder.resolve("copy.img"), folder.resolve("copy"))) {
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

    /** @return which acknowledged images an appliance does not have that is started on the disk as it is at this moment */
    private Set<String> startedFromCopy(LoopImage disk, Appliance running, Set<String> acknowledged) throws Exception {
        Set<String> missing = new TreeSet<>(acknowledged);
        try (LoopImage copy = disk.copyWhile(running.running(), folder.resolve("copy.img"), folder.resolve("copy"));
                Appliance restarted =
                        new Appliance(copy.mountPoint().resolve("data")).with("SALLYPORT_MIN_FREE", "16")) {
            restarted.start();
            restarted.await("all that is there is delivered", Duration.ofMinutes(2), () -> owesNothing(restarted));
            missing.removeAll(Delivered.images(restarted.archives()).keySet());
            assertEquals(0, restarted.stop());
        }
        Files.delete(folder.resolve("copy.img"));
        return missing;
    }
}
