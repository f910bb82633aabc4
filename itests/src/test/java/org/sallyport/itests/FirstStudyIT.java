package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.simulator.Archive;

/** Mixed CT, MR and PET images in every form go in by storescu and come out de-identified, one ZIP for each study; the vault gives the originals back. */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstStudyIT {

    private static final int IMAGES = 2;

    private Path folder = Path.of("");
    private @Nullable Appliance started;
    private final List<Variant.Made> studies = new ArrayList<>();
    /** Delivered files by pseudonymous SOP Instance UID. */
    private final Map<String, Path> delivered = new HashMap<>();

    /** What the vault gave back, by the same. */
    private final Map<String, byte[]> givenBack = new HashMap<>();

    Appliance appliance(Path data) throws Exception {
        return new Appliance(data);
    }

    @BeforeAll
    void sendAndWait(@TempDir Path temporary) throws Exception {
        folder = temporary;
        for (Modality modality : Modality.values()) {
            for (Variant variant : Variant.ALL) {
                studies.add(variant.make(modality, folder.resolve(modality.name()), IMAGES));
            }
        }
        Appliance appliance = appliance(folder.resolve("data"));
        started = appliance.start();
        Command.run("echoscu", "-aec", Appliance.AET, "127.0.0.1", String.valueOf(appliance.dicomPort()))
                .ok();
        for (Variant.Made made : studies) {
            appliance.send(made.variant().options(), made.sent());
        }
        Instant sent = Instant.now();
        appliance.await(
                "one archive for each study",
                Duration.ofMinutes(3),
                () -> appliance.archives().size() == studies.size());
        int late = 0;
        for (Path archive : appliance.archives()) {
            // Time-out 3 s, and 10 s.
            late += Files.getLastModifiedTime(archive).toInstant().isAfter(sent.plusSeconds(13)) ? 1 : 0;
        }
        // A machine that stands still for some seconds delays some, a slow gateway all.
        assertTrue(late <= studies.size() / 4, late + " of " + studies.size() + " archives came late");
        Path out = folder.resolve("out");
        for (Path zip : appliance.archives()) {
            for (Path file : Archive.unpack(zip, out)) {
                String name = file.getFileName().toString();
                delivered.put(name.substring(0, name.length() - ".dcm".length()), file);
            }
        }
    }

    private Appliance appliance() {
        return Objects.requireNonNull(started);
    }

    @AfterAll
    void stop() throws Exception {
        if (started != null) {
            assertEquals(0, started.stop(), "SIGTERM stops cleanly");
        }
    }

    @Test
    void everyImageIsDelivered() {
        assertEquals(studies.size() * IMAGES, delivered.size());
    }

    @Test
    void nothingWasConvertedOnTheWay() throws Exception {
        Map<String, String> stored = new HashMap<>();
        for (JsonNode study : appliance().json("study:list")) {
            for (JsonNode image :
                    appliance().json("study:show --images", study.get("study").asText())) {
                stored.put(image.get("image").asText(), image.get("syntax").asText());
            }
        }
        Map<String, String> expected = new HashMap<>();
        List<String> negotiated = new ArrayList<>();
        for (Map.Entry<String, Variant.Made> entry : byDelivered().entrySet()) {
            expected.put(entry.getKey(), entry.getValue().variant().stored());
        }
        for (Variant.Made made : studies) {
            negotiated.add(made.study().modality().sopClassUid() + " in "
                    + made.variant().negotiated() + ": " + IMAGES);
        }
        assertEquals(expected, stored);
        String log = appliance().log();
        for (String line : negotiated) {
            assertTrue(log.contains(line), "the log has to tell of \"" + line + "\"");
        }
    }

    /** Which study each delivered image came from, told by the vault. */
    private Map<String, Variant.Made> byDelivered() throws Exception {
        Map<String, Variant.Made> origins = new HashMap<>();
        for (String sop : delivered.keySet()) {
            String study = read(original(sop)).string(org.sallyport.dicom.data.Tag.StudyInstanceUID);
            origins.put(
                    sop,
                    studies.stream()
                            .filter(made -> made.study().studyInstanceUid().equals(study))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("the vault names a study that was not sent")));
        }
        return origins;
    }

    private static DataSet read(byte[] part10) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(part10), Limits.DEFAULT, BulkStore.REFUSE)
                .dataSet()
                .readAll();
    }

    @Test
    void everyDeliveredFileIsSoundAndNoWorseThanItsOriginal() throws Exception {
        List<String> originals = new ArrayList<>();
        for (Variant.Made made : studies) {
            Path sample = made.variant().isConverted()
                    ? made.sources().get(0)
                    : made.sent().get(0);
            originals.add(sample.toString());
        }
        Map<String, Integer> allowed = new HashMap<>();
        for (int i = 0; i < studies.size(); i++) {
            allowed.put(studies.get(i).study().studyInstanceUid(), errors(originals.get(i)));
        }
        Map<String, Variant.Made> origins = byDelivered();
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, Path> entry : delivered.entrySet()) {
            String file = entry.getValue().toString();
            if (!Command.run("dcmftest", file).ok().output().startsWith("yes:")) {
                problems.add(file + ": dcmftest says no");
            }
            Variant.Made made = Objects.requireNonNull(origins.get(entry.getKey()));
            int most = allowed.getOrDefault(made.study().studyInstanceUid(), 0);
            int found = errors(file);
            if (found > most) {
                problems.add(file + ": " + found + " errors, its original has " + most + "\n"
                        + Command.run("dciodvfy", file).output());
            }
        }
        assertEquals(List.of(), problems);
    }

    private static int errors(String file) throws IOException, InterruptedException {
        return (int) Command.run("dciodvfy", file).lines().stream()
                .filter(line -> line.startsWith("Error"))
                .count();
    }

    @Test
    void noIdentifierIsInAnyDeliveredByte() throws Exception {
        List<String> leaks = new ArrayList<>();
        for (Path file : delivered.values()) {
            planted().firstIn(Files.readAllBytes(file)).ifPresent(leak -> leaks.add(file.getFileName() + ": " + leak));
        }
        for (Path zip : appliance().archives()) {
            byte[] name = zip.getFileName().toString().getBytes(StandardCharsets.UTF_8);
            planted().firstIn(name).ifPresent(leaks::add);
        }
        assertEquals(List.of(), leaks);
    }

    /** The search finds what it has to find. */
    @Test
    void theOriginalsHoldTheIdentifiers() throws Exception {
        for (Variant.Made made : studies) {
            for (Path file : made.sources()) {
                assertTrue(planted().firstIn(Files.readAllBytes(file)).isPresent(), file.toString());
            }
        }
    }

    private PlantedIdentifiers planted() {
        return new PlantedIdentifiers(
                studies.stream().map(made -> made.study().patient()).toList());
    }

    /** Identity is sealed wherever it is kept: packs, vault, database, logs, Karaf's own files. */
    @Test
    void noIdentifierIsInTheClearBelowTheDataFolder() throws Exception {
        List<String> leaks = new ArrayList<>();
        for (Path file : appliance().files()) {
            planted()
                    .firstIn(Appliance.bytes(file))
                    .ifPresent(leak -> leaks.add(appliance().data().relativize(file) + ": " + leak));
        }
        assertEquals(List.of(), leaks);
    }

    @Test
    void theVaultGivesEveryOriginalBack() throws Exception {
        Map<String, Path> expected = new HashMap<>();
        for (Variant.Made made : studies) {
            for (Path file : made.expected()) {
                expected.put(sopOf(file), file);
            }
        }
        List<String> compare = new ArrayList<>();
        compare.add("/usr/bin/python3");
        compare.add(
                Path.of(FirstStudyIT.class.getResource("/compare.py").toURI()).toString());
        for (String sop : delivered.keySet()) {
            byte[] restored = original(sop);
            String original = read(restored).string(org.sallyport.dicom.data.Tag.SOPInstanceUID);
            compare.add(String.valueOf(expected.remove(original)));
            compare.add(Files.write(folder.resolve("restored-" + sop), restored).toString());
        }
        Command.Result result = Command.run(compare);
        assertAll(
                () -> assertEquals(0, result.exit(), result::output),
                () -> assertEquals(Map.of(), expected, "originals that were not given back"));
    }

    /** What the vault gives back, asked for once. */
    private byte[] original(String sop) throws Exception {
        byte[] known = givenBack.get(sop);
        if (known == null) {
            known = appliance().original(sop);
            givenBack.put(sop, known);
        }
        return known;
    }

    private static String sopOf(Path file) throws IOException {
        return String.valueOf(read(Files.readAllBytes(file)).string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
    }

    @Test
    void theQueueShowsEveryDelivery() throws Exception {
        List<String> all =
                Stream.generate(() -> "DELIVERED").limit(studies.size()).toList();
        // An archive is there before its delivery is recorded.
        appliance().await("every delivery is shown", Duration.ofMinutes(2), () -> {
            List<String> states = new ArrayList<>();
            appliance()
                    .jsonOnceThere("delivery:list")
                    .forEach(delivery -> states.add(delivery.get("state").asText()));
            return states.equals(all);
        });
    }

    @Test
    void readingIdentityIsAudited() throws Exception {
        appliance().original(delivered.keySet().iterator().next());
        assertTrue(appliance().shell("audit:list").ok().output().contains("sallyport-shell"));
        assertTrue(appliance().json("audit:verify").get(0).get("whole").asBoolean());
    }
}
