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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.simulator.Archive;

/** Mixed CT, MR and PET images in every form go in by storescu and come out de-identified, one ZIP for each study; the vault gives the originals back. */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstStudyIT {

    private static final int IMAGES = 2;

    /** What the log tells of an association that brought images: which, longest PDU that came, longest that the sender takes. */
    private static final Pattern SENT =
            Pattern.compile(" sent (1.+) in PDUs of up to (\\d+) bytes; 0 refused; takes PDUs of up to (\\d+) bytes");

    /** How dciodvfy says that it could not read a file, or does not know what it is. */
    private static final Pattern UNREAD =
            Pattern.compile("read failed|parse failed|Abort|Information Object Not found");

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
        Path mixed = folder.resolve("mixed");
        List<Variant.Made> together = new ArrayList<>();
        for (Modality modality : Modality.values()) {
            together.add(Variant.MIXED.make(modality, mixed, IMAGES));
        }
        studies.addAll(together);
        appliance.send(
                Variant.MIXED.options(), List.of(together.get(0).sent().get(0).getParent()));
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
        List<String> shows = new ArrayList<>();
        appliance()
                .json("study:list")
                .forEach(study -> shows.add(
                        "study:show --images --json " + study.get("study").asText()));
        for (JsonNode images : appliance().jsons(shows)) {
            images.forEach(image ->
                    stored.put(image.get("image").asText(), image.get("syntax").asText()));
        }
        Map<String, String> expected = new HashMap<>();
        for (Map.Entry<String, Variant.Made> entry : byDelivered().entrySet()) {
            expected.put(entry.getKey(), entry.getValue().variant().stored());
        }
        assertEquals(expected, stored);
        // One association for each study, and one for those that lay in one folder.
        List<String> negotiated = new ArrayList<>();
        for (Variant.Made made : studies) {
            if (made.variant() != Variant.MIXED) {
                negotiated.add(negotiated(made) + (made.variant().hasSmallPdus() ? " small" : " large"));
            }
        }
        negotiated.add(studies.stream()
                        .filter(made -> made.variant() == Variant.MIXED)
                        .map(FirstStudyIT::negotiated)
                        .sorted()
                        .collect(Collectors.joining(", "))
                + " large");
        List<String> logged = new ArrayList<>();
        long longestOfAll = 0;
        Matcher line = SENT.matcher(appliance().log());
        while (line.find()) {
            long longest = Long.parseLong(line.group(2));
            long taken = Long.parseLong(line.group(3));
            boolean small = longest <= Variant.SMALL_PDU && taken == Variant.SMALL_PDU;
            boolean large = taken > Variant.SMALL_PDU;
            longestOfAll = Math.max(longestOfAll, longest);
            logged.add(Stream.of(line.group(1).split(", ", -1)).sorted().collect(Collectors.joining(", "))
                    + (small ? " small" : large ? " large" : " PDUs of " + longest + " and " + taken));
        }
        assertEquals(
                negotiated.stream().sorted().toList(), logged.stream().sorted().toList());
        assertTrue(longestOfAll > Variant.SMALL_PDU, "others sent longer ones: " + longestOfAll);
    }

    /** As the log tells it. */
    private static String negotiated(Variant.Made made) {
        return made.study().modality().sopClassUid() + " in " + made.variant().negotiated() + ": " + IMAGES;
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
        Map<String, Integer> allowed = new HashMap<>();
        for (Variant.Made made : studies) {
            for (Path original : made.expected()) {
                allowed.put(sopOf(original), errors(original.toString()));
            }
        }
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, Path> entry : delivered.entrySet()) {
            String file = entry.getValue().toString();
            if (!Command.run("dcmftest", file).ok().output().startsWith("yes:")) {
                problems.add(file + ": dcmftest says no");
            }
            String sop = read(original(entry.getKey())).string(org.sallyport.dicom.data.Tag.SOPInstanceUID);
            int most = Objects.requireNonNull(allowed.get(String.valueOf(sop)));
            int found = errors(file);
            if (found > most) {
                problems.add(file + ": " + found + " errors, its original has " + most + "\n"
                        + Command.run("dciodvfy", file).output());
            }
        }
        assertEquals(List.of(), problems);
    }

    /** Of a file that dciodvfy has read to its end and compared with what its SOP class asks for. */
    private static int errors(String file) throws IOException, InterruptedException {
        Command.Result verified = Command.run("dciodvfy", file);
        int errors = (int) verified.lines().stream()
                .filter(line -> line.contains("Error - "))
                .count();
        boolean ended = verified.exit() == 0 || verified.exit() == 1 && errors > 0;
        if (!ended || UNREAD.matcher(verified.output()).find()) {
            throw new AssertionError(
                    "dciodvfy ended with " + verified.exit() + " and cannot judge " + file + ":\n" + verified.output());
        }
        return errors;
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

    /** The search finds what it has to find, wherever an identifier was planted. */
    @Test
    void everyPlaceInWhatWasSentHoldsAnIdentifier() throws Exception {
        PlantedIdentifiers planted = planted();
        List<String> lost = new ArrayList<>();
        for (Variant.Made made : studies) {
            for (Path file : made.sent()) {
                DataSet image = read(Files.readAllBytes(file));
                for (PlantedPlace place : PlantedPlace.ALL) {
                    if (place.isIn(made.study())
                            && planted.firstIn(place.valueIn(image)).isEmpty()) {
                        lost.add(file + ": " + place);
                    }
                }
            }
            // No sender transmits these: they are in the files only.
            for (Path file : made.sources()) {
                byte[] bytes = Files.readAllBytes(file);
                if (planted.firstIn(Arrays.copyOf(bytes, 128)).isEmpty()) {
                    lost.add(file + ": preamble");
                }
                if (!Part10Reader.open(new ByteArrayInputStream(bytes), Limits.DEFAULT, BulkStore.REFUSE)
                        .meta()
                        .toString()
                        .contains("HIDDENQUILL")) {
                    lost.add(file + ": file meta information");
                }
            }
        }
        assertEquals(List.of(), lost);
    }

    final PlantedIdentifiers planted() {
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
        if (givenBack.isEmpty()) {
            List<String> sops = List.copyOf(delivered.keySet());
            List<byte[]> originals = appliance().originals(sops);
            for (int i = 0; i < sops.size(); i++) {
                givenBack.put(sops.get(i), originals.get(i));
            }
        }
        return Objects.requireNonNull(givenBack.get(sop));
    }

    private static String sopOf(Path file) throws IOException {
        return String.valueOf(read(Files.readAllBytes(file)).string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
    }

    @Test
    void whatIsNotAcceptedIsRejectedAndTheReasonLogged() throws Exception {
        String ultrasound = "1.2.840.10008.5.1.4.1.1.6.1";
        String mr = Modality.MR.sopClassUid();
        String explicit = "1.2.840.10008.1.2.1";
        String unknown = "1.2.3.4";
        try (Association association = AssociationRequester.open(
                "127.0.0.1",
                appliance().dicomPort(),
                Appliance.AET,
                "PROPOSER",
                List.of(
                        new ProposedContext(1, Modality.CT.sopClassUid(), List.of(unknown, explicit)),
                        new ProposedContext(3, ultrasound, List.of(explicit)),
                        new ProposedContext(5, mr, List.of(unknown))),
                Timeouts.DEFAULT)) {
            Map<Integer, Result> results = new HashMap<>();
            association.contexts().forEach(context -> results.put(context.id(), context.result()));
            assertEquals(
                    Map.of(
                            1, Result.ACCEPTANCE,
                            3, Result.ABSTRACT_SYNTAX_NOT_SUPPORTED,
                            5, Result.TRANSFER_SYNTAXES_NOT_SUPPORTED),
                    results);
            association.release();
        }
        String log = appliance().log();
        assertTrue(log.contains("PROPOSER proposed what is not accepted (storage-classes): " + ultrasound));
        assertTrue(log.contains(
                "PROPOSER proposed " + mr + " in transfer syntaxes that are not known: [" + unknown + "]"));
    }

    @Test
    void theHeapIsTheDefault() throws Exception {
        assertEquals("-Xmx512m", appliance().heapOption());
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
