package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** The shell as a user of other archives: Orthanc and dcmqrscp, with stock settings. */
@Tag("peers")
class ArchivesIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IMAGES = 3;

    @TempDir
    private Path folder;

    private final List<Process> peers = new ArrayList<>();

    ArchivesIT() {}

    @AfterEach
    void stopPeers() throws InterruptedException {
        for (Process peer : peers) {
            peer.destroyForcibly();
            peer.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private void start(String... command) throws IOException {
        peers.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("peer" + peers.size() + ".log").toFile())
                .start());
    }

    private void orthanc(int dicomPort, int httpPort, int archivePort, Appliance appliance) throws IOException {
        Path storage = folder.resolve("orthanc");
        Path configuration = Files.writeString(folder.resolve("orthanc.json"), """
                {"StorageDirectory": "%1$s", "IndexDirectory": "%1$s", "HttpPort": %2$d, "DicomPort": %3$d,
                 "DicomAet": "ORTHANC", "DicomScuTimeout": 120,
                 "DicomModalities": {"gate": {"AET": "%4$s", "Host": "127.0.0.1", "Port": %5$d},
                                     "archive": {"AET": "ARCHIVE", "Host": "127.0.0.1", "Port": %6$d}}}
                """.formatted(
                        storage, httpPort, dicomPort, Appliance.AET, appliance.dicomPort(), archivePort));
        start("Orthanc", configuration.toString());
    }

    private void dcmqrscp(int port, Appliance appliance) throws IOException {
        Path store = Files.createDirectory(folder.resolve("dcmqrscp"));
        Path configuration = Files.writeString(
                folder.resolve("dcmqrscp.cfg"),
                "NetworkTCPPort = " + port + "\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
                        + "HostTable BEGIN\ngate = (" + Appliance.AET + ", 127.0.0.1, " + appliance.dicomPort()
                        + ")\nHostTable END\nVendorTable BEGIN\nVendorTable END\nAETable BEGIN\nARCHIVE " + store
                        + " RW (200, 1024mb) ANY\nAETable END\n");
        start("dcmqrscp", "-c", configuration.toString());
    }

    private SyntheticStudy fill(int number, String aet, int port) throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(number), Modality.CT, number, 1, IMAGES, 64, 64);
        List<String> command = new ArrayList<>(List.of("storescu", "-aec", aet, "127.0.0.1", String.valueOf(port)));
        study.writeTo(folder.resolve("study" + number)).forEach(file -> command.add(file.toString()));
        Await.until(aet + " takes images", SOON, () -> Command.run(command).exit() == 0);
        return study;
    }

    private static JsonNode find(Appliance appliance, String arguments) throws Exception {
        return JSON.readTree(appliance
                .shell("dicom:find --json --reason 'looking for priors' " + arguments)
                .ok()
                .output());
    }

    private static int exit(Appliance appliance, String command) throws Exception {
        return appliance.shell(command).exit();
    }

    private static JsonNode get(int httpPort, String path) throws IOException, InterruptedException {
        HttpResponse<String> reply = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(reply.body());
    }

    @Test
    void priorsAreFoundFetchedThroughTheGateAndSentBackWithoutIdentity() throws Exception {
        List<Integer> ports = Ports.free(3);
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            orthanc(ports.get(0), ports.get(1), ports.get(2), appliance);
            dcmqrscp(ports.get(2), appliance);
            appliance.start();
            SyntheticStudy inOrthanc = fill(81, "ORTHANC", ports.get(0));
            SyntheticStudy inArchive = fill(82, "ARCHIVE", ports.get(2));
            PlantedIdentifiers planted = new PlantedIdentifiers(List.of(inOrthanc.patient(), inArchive.patient()));
            node(appliance, "--identity original orthanc ORTHANC 127.0.0.1 " + ports.get(0));
            node(appliance, "--identity original archive ARCHIVE 127.0.0.1 " + ports.get(2));
            node(appliance, "pseudo PSEUDO 127.0.0.1 " + ports.get(0));
            appliance.await(
                    "the nodes are in force",
                    SOON,
                    () -> appliance.json("node:list").size() == 3);

            whatIsFoundIsIdentityAndAudited(appliance, inOrthanc, inArchive);
            assertNothingIn(appliance, planted);

            aStudyIsFetched(appliance, inOrthanc, "orthanc", 1);
            aStudyIsFetched(appliance, inArchive, "archive", 2);
            assertNothingIn(appliance, planted);

            aStudyIsMovedFromArchiveToArchive(appliance, inOrthanc);
            assertNothingIn(appliance, planted);

            aStudyIsSentBack(appliance, ports.get(1), planted);
            aHistoryOfCommandsIsNotKept(appliance);
            assertNothingIn(appliance, planted);
        }
    }

    private static void node(Appliance appliance, String arguments) throws Exception {
        appliance.shell("node:add " + arguments).ok();
    }

    private static void whatIsFoundIsIdentityAndAudited(
            Appliance appliance, SyntheticStudy inOrthanc, SyntheticStudy inArchive) throws Exception {
        JsonNode found =
                find(appliance, "orthanc PatientID=" + inOrthanc.patient().id());
        assertEquals(1, found.size());
        assertEquals(inOrthanc.patient().name(), found.get(0).get("PatientName").asText());
        assertEquals(
                inOrthanc.studyInstanceUid(),
                found.get(0).get("StudyInstanceUID").asText());
        // By AE title, a wildcard and a date; all of it.
        assertEquals(
                1,
                find(appliance, "ORTHANC 'PatientName=QUILL*' StudyDate=19000101-")
                        .size());
        assertEquals(1, find(appliance, "archive").size());
        JsonNode images = find(
                appliance,
                "--level image archive StudyInstanceUID=" + inArchive.studyInstanceUid() + " SeriesInstanceUID="
                        + inArchive.seriesInstanceUid(1));
        assertEquals(IMAGES, images.size());
        assertEquals(
                2,
                find(
                                appliance,
                                "--limit 2 --level image archive StudyInstanceUID=" + inArchive.studyInstanceUid()
                                        + " SeriesInstanceUID=" + inArchive.seriesInstanceUid(1))
                        .size());
        String table = appliance
                .shell("dicom:find --reason 'looking for priors' orthanc")
                .ok()
                .output();
        assertTrue(
                table.contains("PatientName")
                        && table.contains(inOrthanc.patient().name()),
                table);

        assertNotEquals(0, exit(appliance, "dicom:find orthanc"), "no reason");
        assertNotEquals(0, exit(appliance, "dicom:find --reason 'looking for priors' pseudo"), "not for identity");
        assertNotEquals(0, exit(appliance, "dicom:find --reason 'looking for priors' nobody"));

        int counts = 0;
        int refused = 0;
        for (JsonNode record : appliance.json("audit:list")) {
            if (record.get("action").asText().equals("archive.find")) {
                counts += record.get("detail").asText().equals("1 matches") ? 1 : 0;
                refused += record.get("outcome").asText().equals("refused") ? 1 : 0;
            }
        }
        assertEquals(4, counts);
        assertEquals(2, refused);
    }

    /** Nothing of it stands in any file, not in the log either. */
    private static void assertNothingIn(Appliance appliance, PlantedIdentifiers planted) throws IOException {
        for (Path file : appliance.files()) {
            try {
                planted.firstIn(Files.readAllBytes(file)).ifPresent(found -> {
                    throw new AssertionError("\"" + found + "\" stands in " + file);
                });
            } catch (NoSuchFileException e) {
                // It came and went while the appliance runs.
                assertFalse(Files.exists(file));
            }
        }
    }

    private static void aStudyIsFetched(Appliance appliance, SyntheticStudy study, String node, int studies)
            throws Exception {
        assertNotEquals(0, exit(appliance, "dicom:move " + node + " " + study.studyInstanceUid()), "no reason");
        JsonNode moved = JSON.readTree(appliance
                .shell("dicom:move --json --reason 'prior of a patient' " + node + " " + study.studyInstanceUid())
                .ok()
                .output());
        assertEquals(IMAGES, moved.get("sent").asInt());
        assertEquals("0000", moved.get("status").asText());
        assertEquals(Appliance.AET, moved.get("to").asText());
        assertEquals(studies, appliance.json("study:list").size());
        appliance.await(
                "it goes on like any study", SOON, () -> appliance.archives().size() == studies);
        // To another archive only if that may be given identity.
        assertNotEquals(
                0,
                exit(
                        appliance,
                        "dicom:move --reason 'prior of a patient' " + node + " " + study.studyInstanceUid()
                                + " PSEUDO"));
    }

    /** Past the gateway, with its identity: to one that may be given it. */
    private static void aStudyIsMovedFromArchiveToArchive(Appliance appliance, SyntheticStudy study) throws Exception {
        assertEquals(1, find(appliance, "archive").size());
        JsonNode moved = JSON.readTree(appliance
                .shell("dicom:move --json --reason 'prior of a patient' orthanc " + study.studyInstanceUid()
                        + " ARCHIVE")
                .ok()
                .output());
        assertEquals(IMAGES, moved.get("sent").asInt());
        assertEquals("ARCHIVE", moved.get("to").asText());
        assertEquals(
                1, find(appliance, "archive PatientID=" + study.patient().id()).size());
        assertEquals(2, appliance.json("study:list").size(), "nothing of it came here");
    }

    private static void aStudyIsSentBack(Appliance appliance, int httpPort, PlantedIdentifiers planted)
            throws Exception {
        String study = appliance.json("study:list").get(0).get("study").asText();
        appliance
                .shell("node:add --permission write writer WRITER 127.0.0.1 104")
                .ok();
        appliance.await(
                "the node is in force", SOON, () -> appliance.json("node:list").size() == 4);
        assertNotEquals(0, exit(appliance, "dicom:send " + study + " writer"), "it may not read");
        int before = get(httpPort, "/instances").size();
        String said = appliance.shell("dicom:send " + study + " orthanc").ok().output();
        assertTrue(said.startsWith("study " + study + " is queued for node orthanc, destination to-orthanc"), said);
        appliance.await("it arrives", SOON, () -> get(httpPort, "/instances").size() == before + IMAGES);
        appliance.await("the delivery is confirmed", SOON, () -> {
            for (JsonNode delivery : appliance.json("delivery:list")) {
                if (delivery.get("destination").asText().equals("to-orthanc")) {
                    return delivery.get("state").asText().equals("DELIVERED");
                }
            }
            return false;
        });
        boolean there = false;
        for (JsonNode one : get(httpPort, "/studies?expand")) {
            if (one.get("MainDicomTags").get("StudyInstanceUID").asText().equals(study)) {
                there = true;
                assertTrue(one.get("PatientMainDicomTags")
                        .get("PatientID")
                        .asText()
                        .startsWith("ANON-"));
                assertTrue(planted.firstIn(one.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .isEmpty());
            }
        }
        assertTrue(there, "Orthanc has the study under its pseudonymous UID");

        // The same again sends it again; a node that is gone is sent nothing, and the queue waits.
        appliance.shell("dicom:send " + study + " ORTHANC").ok();
        appliance.shell("node:remove orthanc").ok();
        appliance.await(
                "the node is gone", SOON, () -> appliance.json("node:list").size() == 3);
        appliance.shell("delivery:replay " + study + " to-orthanc").ok();
        appliance.await("it waits and says why", SOON, () -> {
            JsonNode newest = appliance.json("delivery:list").get(0);
            return newest.get("destination").asText().equals("to-orthanc")
                    && newest.get("reason").asText("").contains("there is no node orthanc");
        });
    }

    /** The shell as people use it, at a terminal. */
    private void aHistoryOfCommandsIsNotKept(Appliance appliance) throws Exception {
        String marker = "HISTORYMARK" + ProcessHandle.current().pid();
        Path typed = Files.writeString(
                folder.resolve("typed"),
                "dicom:find --reason 'looking for priors' archive PatientName=" + marker + "\nlogout\n");
        ProcessBuilder builder = new ProcessBuilder(
                        "script", "-qec", Appliance.ROOT.resolve("shell").toString(), "/dev/null")
                .redirectErrorStream(true)
                .redirectInput(typed.toFile())
                .redirectOutput(folder.resolve("terminal").toFile());
        builder.environment().putAll(appliance.environment());
        Process terminal = builder.start();
        assertTrue(terminal.waitFor(180, TimeUnit.SECONDS), "the shell did not end");
        assertTrue(Files.readString(folder.resolve("terminal")).contains(marker), "the command was not typed");
        Path history = Path.of(System.getProperty("user.home"), ".karaf/karaf.history");
        assertFalse(Files.exists(history) && Files.readString(history).contains(marker), "it is in " + history);
        for (Path file : appliance.files()) {
            try {
                assertFalse(
                        Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                                .contains(marker),
                        () -> "it is in " + file);
            } catch (NoSuchFileException e) {
                assertFalse(Files.exists(file));
            }
        }
    }
}
