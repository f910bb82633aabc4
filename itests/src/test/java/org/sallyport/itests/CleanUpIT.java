package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Archive;

/** Images go after delivery; what was delivered gets its identity again, exactly, whatever happened meanwhile. */
@Tag("peers")
class CleanUpIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final String AT_ONCE = "cleanup-after = outbox=0s\ninterval = 1\n";

    @TempDir
    Path folder;

    private static void set(Appliance appliance, String text) throws IOException {
        Path etc = Files.createDirectories(appliance.data().resolve("etc"));
        Path part = etc.resolve("retention.part");
        Files.writeString(part, text);
        Files.move(part, etc.resolve("org.sallyport.retention.cfg"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    private static boolean allIsGone(Appliance appliance) throws Exception {
        JsonNode studies = appliance.jsonOnceThere("study:list");
        for (JsonNode study : studies) {
            if (study.path("gone").asInt() != study.path("images").asInt()) {
                return false;
            }
        }
        return !studies.isEmpty()
                && files(appliance.data().resolve("packs"), ".pack").isEmpty();
    }

    /** By pseudonymous SOP Instance UID. */
    private Map<String, Path> delivered(Appliance appliance) throws IOException {
        Map<String, Path> delivered = new HashMap<>();
        for (Path zip : appliance.archives()) {
            for (Path file : Archive.unpack(zip, folder.resolve("out"))) {
                String name = file.getFileName().toString();
                delivered.put(name.substring(0, name.length() - ".dcm".length()), file);
            }
        }
        return delivered;
    }

    private static byte[] original(Appliance appliance, String sop, Path from) throws Exception {
        return Base64.getMimeDecoder()
                .decode(appliance
                        .shell("instance:original --reason test --from " + from + " " + sop)
                        .ok()
                        .output());
    }

    @Test
    void whatTheOutboxHasGoesAndComesBackExactly() throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(1), Modality.CT, 1, 2, 5, 64, 64);
        List<Path> sent = study.writeTo(folder.resolve("sent"));
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            appliance.start();
            appliance.send(List.of(), sent);
            appliance.await("it is delivered", SOON, () -> appliance.archives().size() == 1);
            Map<String, Path> delivered = delivered(appliance);
            assertEquals(10, delivered.size());
            Map<String, byte[]> before = new HashMap<>();
            for (String sop : delivered.keySet()) {
                before.put(sop, appliance.original(sop));
            }
            assertEquals(
                    10, appliance.json("retention:list").get(0).get("images").asInt(), "kept by default");

            set(appliance, AT_ONCE);
            appliance.await("the images go", SOON, () -> allIsGone(appliance));
            for (String sop : delivered.keySet()) {
                assertArrayEquals(before.get(sop), original(appliance, sop, delivered.get(sop)), sop);
            }
            assertTrue(appliance
                    .shell("instance:original --reason test "
                            + delivered.keySet().iterator().next())
                    .output()
                    .contains("no longer here"));
            assertEquals(
                    10, appliance.json("retention:list --total").get("images").asInt());
            assertTrue(appliance.json("audit:list").toString().contains("images.cleanup"));
            for (Path file : files(appliance.data().resolve("identity"), ".identity")) {
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String planted :
                        List.of(study.patient().id(), study.patient().name(), study.studyInstanceUid())) {
                    assertFalse(bytes.contains(planted), file + " shows identity");
                }
            }

            // The same again is acknowledged, and nothing comes of it.
            appliance.send(List.of(), sent);
            assertTrue(allIsGone(appliance));
            String uid = appliance.json("study:list").get(0).get("study").asText();
            appliance.shell("study:delete --reason 'asked by the test' " + uid).ok();
            appliance.send(List.of(), sent);
            appliance.await("it is new", SOON, () -> appliance.archives().size() == 2);
            assertEquals(0, appliance.stop());
        }
    }

    @Test
    void killedWhileImagesGo() throws Exception {
        Random random = new Random(20_261_125);
        Senders senders = new Senders(folder.resolve("senders"));
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            set(appliance, AT_ONCE);
            appliance.start();
            for (int i = 0; i < CrashIT.TIMES; i++) {
                senders.start(3, 25, appliance.dicomPort());
                senders.await();
                // The study's time-out is 3 s; then it is delivered, and its images go.
                LockSupport.parkNanos(
                        Duration.ofMillis(3_000 + random.nextInt(2_500)).toNanos());
                appliance.kill();
                appliance.start();
            }
            Set<String> acknowledged = senders.acknowledged();
            assertEquals(CrashIT.TIMES * 3 * 25, acknowledged.size());
            appliance.await("all is delivered", SOON, () -> Delivered.images(appliance.archives())
                    .keySet()
                    .containsAll(acknowledged));
            appliance.await("all is gone", SOON, () -> allIsGone(appliance));
            Map<String, Path> delivered = delivered(appliance);
            assertEquals(acknowledged.size(), delivered.size());
            int tried = 0;
            for (Map.Entry<String, Path> one : delivered.entrySet()) {
                if (tried++ % 10 == 0) {
                    Senders.assertOriginal(original(appliance, one.getKey(), one.getValue()));
                }
            }
            assertEquals(List.of(), files(appliance.data().resolve("identity"), ".part"));
        }
    }
}
