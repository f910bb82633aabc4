package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Stopped and started again, and rebuilt: data, settings and vendor bundles stay, and the new code runs. */
@Tag("peers")
class RestartIT {

    private static final int TIMES = 5;
    private static final Duration SOON = Duration.ofMinutes(2);

    /** What the copy of the project has in its file {@code .env}. */
    private static final String TITLE = "FROMENV";

    /** Small, not changed here, and compiled anew. */
    private static final String UNCHANGED = "gateway-tracker";

    private static final String CHANGED = "admin-shell";

    private static final String TRACKER = "org.sallyport.tracker.cfg";
    private static final String RETENTION = "org.sallyport.retention.cfg";
    private static final String NEXT = "# Of a later version.\n";

    /** Which part it is at, and that it is done. */
    private static final Pattern BUILDING = Pattern.compile("\n  \\S.* \\[\\d+/\\d+]\n(?s:.*)\nbuilt in \\d+ s\n");

    /** Bundles that others are compiled against, which would be compiled anew if the jar of one were. */
    private static final Set<String> USED =
            Set.of("dicom-data", "dicom-image", "dicom-net", "gateway-api", "gateway-support", "gateway-testkit");

    @TempDir
    Path folder;

    /** With the index on the database that is tried. */
    Appliance appliance(Path data) throws Exception {
        return new Appliance(data);
    }

    @Test
    void everythingAnswersAfterEachStart() throws Exception {
        try (Appliance appliance = appliance(folder.resolve("data"))
                .with("ARCHIVE_DIR", folder.resolve("archive").toString())
                .inForeground()) {
            List<Sending> sendings = new ArrayList<>();
            Path cached = appliance.data().resolve("karaf/cache/witness");
            for (int i = 1; i <= TIMES; i++) {
                appliance.start();
                echo(appliance, Appliance.AET).ok();
                everyPageAnswers(appliance);
                List<Path> files = Senders.study(i, 2).writeTo(folder.resolve("study" + i));
                Instant begin = Instant.now();
                appliance.send(List.of(), files);
                sendings.add(new Sending(begin, Instant.now()));
                int studies = i;
                appliance.await("delivered", SOON, () -> appliance.archives().size() == studies);
                assertEquals(studies, appliance.json("study:list").size(), "studies of former runs are there");
                assertTrue(appliance.json("audit:verify").get(0).get("whole").asBoolean());
                if (i == TIMES) {
                    studiesAreCompleteAfterTheTimeOutThatIsSet(appliance, sendings);
                }
                if (i == 1) {
                    aSecondIsRefused(appliance);
                    assertEquals(0, appliance.interrupt());
                    Files.createFile(cached);
                } else {
                    assertTrue(Files.exists(cached), "after a clean stop Karaf's cache is as good as it was");
                    assertEquals(0, appliance.stop());
                }
            }
            assertFalse(appliance.log().contains("cut off"), "no file had to be mended");
            assertFalse(Files.exists(appliance.data().resolve("outbox")), "archives lie in ARCHIVE_DIR");
        }
    }

    /** With what it has for somebody without a name. */
    private static void everyPageAnswers(Appliance appliance) throws IOException {
        appliance.await("the stream of events asks who it is", SOON, () -> appliance.get("/admin/api/events") == 401);
        assertEquals(401, appliance.get("/api/status/"));
        assertEquals(200, appliance.get("/api/openapi.json"));
        assertEquals(404, appliance.get("/api/nothing/"));
    }

    /** When a sender began, and when it was known to have ended. */
    private record Sending(Instant begin, Instant end) {}

    /**
     * The appliance is told three seconds. With the minute of the default not one study would be complete so soon, and one of several is on a machine that
     * stands still now and then.
     */
    private static void studiesAreCompleteAfterTheTimeOutThatIsSet(Appliance appliance, List<Sending> sendings)
            throws Exception {
        JsonNode newestFirst = appliance.json("delivery:list");
        assertEquals(sendings.size(), newestFirst.size());
        long soonest = Long.MAX_VALUE;
        for (int i = 0; i < sendings.size(); i++) {
            String delivery =
                    newestFirst.get(sendings.size() - 1 - i).get("delivery").asText();
            Instant complete = Instant.parse(
                    appliance.json("delivery:show", delivery).get("created").asText());
            Sending sending = sendings.get(i);
            long atLeast = Duration.between(sending.begin(), complete).toSeconds();
            assertTrue(atLeast >= 2, "complete after " + atLeast + " s");
            soonest =
                    Math.min(soonest, Duration.between(sending.end(), complete).toSeconds());
        }
        assertTrue(soonest < 45, "DICOM_STUDY_TIMEOUT: complete after " + soonest + " s at the soonest");
    }

    private static Command.Result echo(Appliance appliance, String aet) throws Exception {
        return Command.run("echoscu", "-aec", aet, "127.0.0.1", String.valueOf(appliance.dicomPort()));
    }

    /** On the same data folder; whatever it is asked for. */
    private static void aSecondIsRefused(Appliance running) throws Exception {
        String run = Appliance.ROOT.resolve("run").toString();
        for (String command : List.of("\"$0\"", "echo yes | \"$0\" --reset")) {
            Command.Result second =
                    Command.run(running.environment(), List.of("bash", "-c", "set -o pipefail; " + command, run));
            assertEquals(1, second.exit(), second::output);
            assertEquals("run: another appliance is running on " + running.data() + "\n", second.output());
        }
        echo(running, Appliance.AET).ok();
        assertEquals(1, running.json("study:list").size());
    }

    @Test
    void whatIsThereGoesOnlyIfThePersonSaysYesAndARebuildTakesNothingAway() throws Exception {
        Path copy = Appliance.copyOfProject(folder.resolve("project"));
        Files.writeString(copy.resolve(".env"), "# Of this site.\nDICOM_AE_TITLE = " + TITLE + "\n");
        Path data = folder.resolve("data");
        aResetAsksFirst(copy, data);

        Sent sent;
        Vendors vendors;
        try (Appliance appliance = started(appliance(data).option("--reset").answering("yes\n"), copy)) {
            assertFalse(Files.exists(data.resolve("vault/old")), "it was emptied");
            assertFalse(Files.exists(folder.resolve("disk/sallyport-packs")), "images on another disk too");
            whatIsSaid(appliance);
            assertEquals(0, echo(appliance, TITLE).exit());
            assertNotEquals(0, echo(appliance, Appliance.AET).exit(), "the title of .env is the only one");
            vendors = new Vendors(appliance, folder.resolve("vendors"));
            vendors.install();
            sent = send(appliance);
            Files.writeString(data.resolve("etc").resolve(TRACKER), "study-timeout = 86400\n");
            assertEquals(0, appliance.stop());
        }

        List<String> packedAnew = aNextVersion(copy);
        try (Appliance appliance = started(appliance(data), copy)) {
            whatWasNotChangedComesOutTheSame(copy, packedAnew);
            whatIsSaidAndShippedIsOfTheNextVersion(appliance);
            JsonNode studies = appliance.json("study:list");
            assertEquals(1, studies.size());
            assertTrue(studies.get(0).has("pseudonym"), "the new code runs");
            vendors.in(appliance).await("the vendors' bundles are still there");
            assertTrue(appliance.json("audit:verify").get(0).get("whole").asBoolean());
            assertArrayEquals(sent.original(), appliance.original(sent.image()));
            aStudyIsCompletedByCommand(appliance);
        }
    }

    /** Code of one bundle and shipped settings. @return bundles that have to be packed anew, though nothing in them was changed */
    private static List<String> aNextVersion(Path copy) throws Exception {
        Path bundles = copy.resolve("bundles");
        Path source =
                bundles.resolve(CHANGED).resolve("src/main/java/org/sallyport/admin/shell/internal/StudyList.java");
        String before = Files.readString(source);
        String after = before.replace("\"patient\"", "\"pseudonym\"");
        assertNotEquals(before, after, "the column is called so");
        Files.writeString(source, after);
        for (String shipped : List.of(TRACKER, RETENTION)) {
            Files.writeString(copy.resolve("config").resolve(shipped), NEXT, StandardOpenOption.APPEND);
        }
        Command.run("rm", "-r", bundles.resolve(UNCHANGED).resolve("target").toString())
                .ok();
        List<String> packedAnew = new ArrayList<>(List.of(UNCHANGED));
        try (Stream<Path> folders = Files.list(bundles)) {
            for (Path folder : folders.filter(each -> Files.exists(each.resolve("pom.xml")))
                    .toList()) {
                String bundle = folder.getFileName().toString();
                if (!USED.contains(bundle) && !bundle.equals(CHANGED) && !bundle.equals(UNCHANGED)) {
                    Files.delete(jar(copy, bundle));
                    packedAnew.add(bundle);
                }
            }
        }
        assertTrue(packedAnew.size() > 10, packedAnew::toString);
        return packedAnew;
    }

    private static void whatWasNotChangedComesOutTheSame(Path copy, List<String> bundles) throws IOException {
        for (String bundle : bundles) {
            assertArrayEquals(
                    Files.readAllBytes(jar(Appliance.ROOT, bundle)),
                    Files.readAllBytes(jar(copy, bundle)),
                    () -> bundle + " was not changed");
        }
    }

    private static void whatIsSaidAndShippedIsOfTheNextVersion(Appliance appliance) throws IOException {
        String said = appliance.output();
        assertTrue(said.contains("\nbuilding the appliance"), "the change was seen");
        assertTrue(BUILDING.matcher(said).find(), said);
        Path etc = appliance.data().resolve("etc");
        assertTrue(
                Files.readString(etc.resolve(RETENTION)).endsWith("\n" + NEXT),
                "a file that was never changed here follows the appliance");
        assertEquals("study-timeout = 86400\n", Files.readString(etc.resolve(TRACKER)), "another stays");
        assertTrue(
                said.contains("note: " + TRACKER
                        + " has new defaults and was changed here: it stays as it is; compare with "),
                said);
    }

    private static Appliance started(Appliance appliance, Path project) throws IOException {
        return appliance.from(project).called(TITLE).start();
    }

    private void aResetAsksFirst(Path copy, Path data) throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk/sallyport-packs"));
        Path image = Files.createFile(disk.resolve("old"));
        Path key = Files.createDirectories(data.resolve("vault")).resolve("old");
        Files.createFile(key);
        Files.createSymbolicLink(data.resolve("packs"), disk);
        for (String answer : List.of("no\n", "YES\n", "\n", "")) {
            try (Appliance asked =
                    new Appliance(data).from(copy).option("--reset").answering(answer)) {
                asked.launch();
                assertEquals(1, asked.ended(), asked.output());
                assertTrue(
                        asked.output()
                                .endsWith("Delete everything below " + data
                                        + ", originals and keys too? Type yes: run: nothing was deleted\n"),
                        asked.output());
                assertTrue(Files.exists(key) && Files.exists(image), answer);
            }
        }
    }

    private static void whatIsSaid(Appliance appliance) throws Exception {
        Path password = appliance.data().resolve("admin-password");
        for (String line : List.of(
                "ready: send images to " + TITLE + ", port " + appliance.dicomPort(),
                "completed studies appear in " + appliance.outbox(),
                "user admin of the shell: one-time password in " + password)) {
            appliance.await(line, SOON, () -> appliance.output().lines().anyMatch(line::equals));
        }
        assertTrue(Files.readString(password).matches("[0-9a-f]{24}\n"), "a password is in the file");
    }

    /** @param original what the vault gives back of one of its images */
    private record Sent(String image, byte[] original) {}

    private Sent send(Appliance appliance) throws Exception {
        SyntheticStudy study = Senders.study(1, 2);
        appliance.send(List.of(), study.writeTo(folder.resolve("first")));
        appliance.await("delivered", SOON, () -> appliance.archives().size() == 1);
        String uid = appliance.json("study:list").get(0).get("study").asText();
        String image =
                appliance.json("study:show --images", uid).get(0).get("image").asText();
        byte[] original = appliance.original(image);
        DataSet read = Part10Reader.open(new ByteArrayInputStream(original), Limits.DEFAULT, BulkStore.REFUSE)
                .dataSet()
                .readAll();
        assertEquals(study.studyInstanceUid(), read.string(org.sallyport.dicom.data.Tag.StudyInstanceUID));
        return new Sent(image, original);
    }

    /** With a time-out of a day nothing else can have completed it. */
    private void aStudyIsCompletedByCommand(Appliance appliance) throws Exception {
        appliance.send(List.of(), Senders.study(2, 3).writeTo(folder.resolve("second")));
        List<JsonNode> loose = new ArrayList<>();
        for (JsonNode study : appliance.json("study:list")) {
            if (study.get("loose").asInt() > 0) {
                loose.add(study);
            }
        }
        assertEquals(1, loose.size());
        String uid = loose.get(0).get("study").asText();
        JsonNode told = appliance.json("study:complete --reason 'the scan was broken off'", uid);
        assertEquals(
                "study " + uid + " is complete: study:show says where its 3 images go",
                told.get("message").asText());
        appliance.await("it goes out", SOON, () -> appliance.archives().size() == 2);
        assertTrue(appliance.shell("audit:list").ok().lines().stream()
                .anyMatch(line -> line.contains("study.complete") && line.contains("the scan was broken off")));
        assertNotEquals(0, appliance.shell("study:complete 1.2.3").exit(), "there is none such");
    }

    private static Path jar(Path project, String bundle) throws IOException {
        try (Stream<Path> files =
                Files.list(project.resolve("bundles").resolve(bundle).resolve("target"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
