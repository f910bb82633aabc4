package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every acknowledged image is delivered, whole, though the process is killed or the power fails. */
@Tag("peers")
class CrashIT {

    /** Each takes half a minute; {@code -Dcrash.times=20} for a long look. */
    private static final int TIMES = Integer.getInteger("crash.times", 8);

    private static final int SENDERS = 4;
    private static final int IMAGES = 60;

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
                senders.start(SENDERS, IMAGES, appliance.dicomPort());
                letRun(random);
                appliance.kill();
                senders.await();
                appliance.start();
            }
            Set<String> acknowledged = senders.acknowledged();
            assertTrue(acknowledged.size() > TIMES * SENDERS, "images were sent: " + acknowledged.size());
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
                senders.start(SENDERS, IMAGES, appliance.dicomPort());
                letRun(random);
                Set<String> acknowledged = senders.acknowledged();
                lost += startedFromCopy(disk, appliance, acknowledged).size();
                senders.await();
            }
            assertEquals(0, lost, "acknowledged images that a power cut took");
        }
    }

    /** Shows that the test above can fail: what is not forced is lost. */
    @Test
    void withDurabilityOsAPowerCutTakesImages() throws Exception {
        LoopImage.assumePossible();
        Random random = new Random(20_260_103);
        try (LoopImage disk = LoopImage.make(folder.resolve("disk.img"), folder.resolve("disk"));
                Appliance appliance = new Appliance(disk.mountPoint().resolve("data"))
                        .with("SALLYPORT_MIN_FREE", "16")
                        .with("SALLYPORT_DURABILITY", "os")) {
            appliance.start();
            Senders senders = new Senders(folder.resolve("senders"));
            senders.start(SENDERS, IMAGES, appliance.dicomPort());
            letRun(random);
            appliance.await(
                    "images are acknowledged",
                    Duration.ofSeconds(20),
                    () -> senders.acknowledged().size() > 20);
            assertFalse(startedFromCopy(disk, appliance, senders.acknowledged()).isEmpty());
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
