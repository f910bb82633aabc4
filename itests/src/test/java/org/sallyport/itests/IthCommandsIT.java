package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/** The back end's commands on one running appliance, with two stock storescp as nodes. Each test has a study of its own. */
@Tag("peers")
class IthCommandsIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final Limits GENEROUS = new Limits(64, 1_000_000, 64 << 20, 256L << 20);
    private static final AtomicInteger NEXT = new AtomicInteger(4_000);

    @TempDir
    static Path folder;

    private static final List<Process> NODES = new ArrayList<>();
    private static IthSimulator simulator;
    private static Appliance appliance;

    @BeforeAll
    static void start() throws Exception {
        simulator = new IthSimulator(folder.resolve("ith"));
        List<Integer> ports = Ports.free(4);
        ObjectNode configuration = IthSimulator.configuration("public");
        for (int i = 1; i <= 2; i++) {
            Path received = Files.createDirectories(folder.resolve("pacs" + i));
            NODES.add(new ProcessBuilder("storescp", "-d", "-od", received.toString(), String.valueOf(ports.get(i - 1)))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("pacs" + i + ".log").toFile())
                    .start());
            IthSimulator.node(configuration, "n" + i, "PACS" + i, "127.0.0.1", ports.get(i - 1), "read_write");
        }
        IthSimulator.node(configuration, "dead", "DEAD", "127.0.0.1", ports.get(2), "read_write");
        IthSimulator.node(configuration, "stranger", "STRANGER", "127.0.0.1", ports.get(3), "read_write");
        simulator.answersConfiguration(configuration);
        appliance = new Appliance(folder.resolve("data"))
                .with("ITH_URL", simulator.url())
                .with("ITH_TOKEN", IthSimulator.KEY)
                .with("ITH_REFRESH", "5")
                .with("ITH_READ_TIMEOUT", "15")
                .with("UPLOAD_RETRY_DELAY", "1")
                .with("UPLOAD_MAX_RETRIES", "1")
                .with("DISPATCH_CALLING_AE", "OLDNAME");
        appliance.start();
        appliance.await(
                "the nodes are known", SOON, () -> appliance.json("node:list").size() == 4);
        for (String id : List.of("n1", "n2", "dead")) {
            appliance.shell("node:approve --reason 'our PACS' " + id).ok();
        }
        appliance.await("the WebSocket is open", SOON, () -> simulator.socketsOpen() == 1);
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
        NODES.forEach(Process::destroy);
        if (simulator != null) {
            simulator.close();
        }
    }

    /** What is pushed to nobody is lost. */
    @BeforeEach
    void theWebSocketIsOpen() throws IOException {
        appliance.await("the WebSocket is open", SOON, () -> simulator.socketsOpen() == 1);
    }

    @AfterEach
    void nothingWasAgainstTheContract() {
        assertEquals(List.of(), simulator.violations());
    }

    /** A study on its way: what was sent, and what the back end has of it. */
    private record Sent(SyntheticStudy study, String subject, String uid) {}

    private static Sent upload(int images) throws Exception {
        int number = NEXT.incrementAndGet();
        SyntheticStudy study = new SyntheticStudy(new Patient(number), Modality.CT, number, 1, images, 64, 64);
        Set<String> before = new TreeSet<>(simulator.studies());
        int arrived = simulator.arrivals().size();
        appliance.send(List.of(), study.writeTo(folder.resolve("study" + number)));
        appliance.await(
                "the study is uploaded", SOON, () -> simulator.arrivals().size() == arrived + images);
        String uid = simulator.studies().stream()
                .filter(one -> !before.contains(one))
                .findFirst()
                .orElseThrow();
        String subject = simulator
                .forms()
                .get(simulator.forms().size() - 1)
                .get("patient_id")
                .asText();
        return new Sent(study, subject, uid);
    }

    private static ObjectNode dispatch(Sent sent, String... nodes) {
        ObjectNode event = simulator.event("session.dispatch", "session", "ses-" + sent.uid());
        ObjectNode payload = (ObjectNode) event.get("payload");
        payload.put("subject_id", "sub-" + sent.subject()).put("priority", "normal");
        for (String node : nodes) {
            payload.withArray("nodes").add(node);
        }
        return event;
    }

    /** @return its last frame */
    private static JsonNode ended(ObjectNode event) throws IOException {
        String correlation = event.get("correlation_id").asText();
        appliance.await("the dispatch ends", SOON, () -> finals(correlation).size() == 1);
        List<JsonNode> all = simulator.statuses(correlation);
        JsonNode last = all.get(all.size() - 1).get("payload");
        assertTrue(Set.of("completed", "failed").contains(last.get("status").asText()), "the final frame is the last");
        return last;
    }

    private static List<JsonNode> finals(String correlation) {
        return simulator.statuses(correlation).stream()
                .filter(frame -> Set.of("completed", "failed")
                        .contains(frame.get("payload").get("status").asText()))
                .toList();
    }

    private static DataSet read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Part10Reader.open(in, GENEROUS, BulkStore.REFUSE).dataSet().readAll();
        }
    }

    /** What a node has of one study or object, by the end of its name. */
    private static List<Path> received(int node, String uidPart) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("pacs" + node))) {
            return files.filter(file -> file.getFileName().toString().contains(uidPart))
                    .sorted()
                    .toList();
        }
    }

    private static void assertWhole(SyntheticStudy study, int node) throws IOException {
        List<Path> files = received(node, study.seriesInstanceUid(1) + ".");
        assertEquals(study.images(), files.size(), "images at node " + node);
        for (Path file : files) {
            DataSet back = read(file);
            int instance = back.intValue(org.sallyport.dicom.data.Tag.InstanceNumber, -1);
            assertEquals(List.of(), DataSetDifference.between(study.image(1, instance), back));
        }
    }

    @Test
    void aDispatchedStudyReachesTheNodesAsItWasReceived() throws Exception {
        Sent sent = upload(60);
        ObjectNode event = dispatch(sent, "n1", "n2");
        simulator.push(event);
        JsonNode last = ended(event);
        assertEquals("completed", last.get("status").asText(), last.toString());
        assertEquals(120, last.get("files_total").asInt());
        assertEquals(120, last.get("files_sent").asInt());
        assertEquals(100, last.get("progress").asInt());
        List<String> states = simulator.statuses(event.get("correlation_id").asText()).stream()
                .map(frame -> frame.get("payload").get("status").asText())
                .toList();
        assertEquals("downloading", states.get(0));
        assertTrue(
                states.stream().filter("processing"::equals).count() >= 3, "one at the start, one per 50: " + states);
        assertWhole(sent.study(), 1);
        assertWhole(sent.study(), 2);
        String node = Files.readString(folder.resolve("pacs1.log"), StandardCharsets.ISO_8859_1);
        assertTrue(
                node.lines().anyMatch(line -> line.matches(".*Calling Application Name: +OLDNAME")),
                "the name that DISPATCH_CALLING_AE says");
        assertNothingOfIdentityIsOnDisk();
        try (Stream<Path> left = Files.list(appliance.data().resolve("ith/dispatch"))) {
            assertEquals(List.of(), left.toList(), "the spool is empty again");
        }
        JsonNode command = appliance.json("ith:commands", "--limit", "1").get(0);
        assertEquals("DONE", command.get("state").asText());
    }

    /** Below the data folder, where temporary files lie too. */
    private static void assertNothingOfIdentityIsOnDisk() throws IOException {
        PlantedIdentifiers planted = new PlantedIdentifiers(List.of());
        List<String> found = new ArrayList<>();
        for (Path file : appliance.files()) {
            boolean isCode = file.getFileName().toString().endsWith(".jar");
            if (!isCode && planted.firstIn(Appliance.bytes(file)).isPresent()) {
                found.add(file.toString());
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void completedIsSaidOnlyWhenEveryNodeHasEverything() throws Exception {
        Sent sent = upload(3);
        ObjectNode event = dispatch(sent, "n1", "dead", "stranger", "nobody");
        simulator.pushNested(event);
        JsonNode last = ended(event);
        assertEquals("failed", last.get("status").asText());
        String error = last.get("error").asText();
        assertTrue(error.contains("dead: 3 of 3 images are missing there"), error);
        assertTrue(error.contains("stranger: node not approved"), error);
        assertTrue(error.contains("nobody: node not known"), error);
        assertEquals(3, last.get("files_sent").asInt());
        assertEquals(12, last.get("files_total").asInt());
        assertWhole(sent.study(), 1);
    }

    @Test
    void aNodeThatIsNotApprovedGetsNothing() throws Exception {
        Sent sent = upload(1);
        int downloads = simulator.downloads();
        ObjectNode event = dispatch(sent, "stranger");
        simulator.push(event);
        assertEquals("stranger: node not approved", ended(event).get("error").asText());
        assertEquals(downloads, simulator.downloads(), "it is not even fetched");
        assertEquals(
                List.of("stranger"), appliance.json("node:list", "--waiting").findValuesAsText("id"));
    }

    @Test
    void aResultIsRestoredAndKnownWhenItComesBack() throws Exception {
        Sent sent = upload(2);
        String series = "2.25.990000" + sent.study().number();
        String sop = series + ".1";
        Path made = result(sent, series, sop);
        simulator.holds(sent.subject(), sent.uid(), series, sop, made);
        ObjectNode event = simulator.event("scan.new_scan_available", "scan", "scan-" + series);
        ((ObjectNode) event.get("payload"))
                .put("subject_id", "sub-" + sent.subject())
                .put("session_id", "ses-" + sent.uid())
                .put("action", "pull_and_dispatch");
        appliance.await("both nodes answer", SOON, () -> {
            List<JsonNode> updates = simulator.frames("health_update");
            String newest = updates.get(updates.size() - 1).toString();
            return newest.contains("{\"node_id\":\"n1\",\"is_reachable\":true}")
                    && newest.contains("{\"node_id\":\"n2\",\"is_reachable\":true}");
        });
        simulator.push(event);
        JsonNode last = ended(event);
        assertEquals("completed", last.get("status").asText(), last.toString());
        assertEquals(2, last.get("files_total").asInt(), "to the two that answer and are approved");
        Path back = received(1, sop).get(0);
        DataSet restored = read(back);
        assertEquals(sent.study().patient().id(), restored.string(org.sallyport.dicom.data.Tag.PatientID));
        assertEquals(sent.study().patient().name(), restored.string(org.sallyport.dicom.data.Tag.PatientName));
        assertEquals(sent.study().studyInstanceUid(), restored.string(org.sallyport.dicom.data.Tag.StudyInstanceUID));
        assertEquals("20240117", restored.string(org.sallyport.dicom.data.Tag.StudyDate));
        assertEquals(sop, restored.string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
        assertEquals(
                sent.study().sopInstanceUid(1, 1),
                restored.items(org.sallyport.dicom.data.Tag.SourceImageSequence)
                        .get(0)
                        .string(org.sallyport.dicom.data.Tag.ReferencedSOPInstanceUID));
        int uploads = simulator.uploads();
        appliance.send(List.of(), List.of(back));
        upload(1);
        assertEquals(uploads + 1, simulator.uploads(), "the result itself was not sent to the back end again");
    }

    /** A derived image that refers to the first one of the study. */
    private static Path result(Sent sent, String series, String sop) throws IOException {
        Path uploaded;
        try (Stream<Path> files = Files.walk(folder.resolve("ith"))) {
            uploaded = files.filter(file -> file.toString().contains(sent.uid().replace('.', '_')))
                    .filter(Files::isRegularFile)
                    .filter(file -> instance(file) == 1)
                    .findFirst()
                    .orElseThrow();
        }
        DataSet made = read(uploaded);
        DataSet reference = new DataSet();
        reference.setString(
                org.sallyport.dicom.data.Tag.ReferencedSOPInstanceUID,
                String.valueOf(made.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)));
        made.setItems(org.sallyport.dicom.data.Tag.SourceImageSequence, reference);
        made.setString(org.sallyport.dicom.data.Tag.SOPInstanceUID, sop);
        made.setString(org.sallyport.dicom.data.Tag.SeriesInstanceUID, series);
        return write(made, folder.resolve("result-" + sop + ".dcm"));
    }

    private static int instance(Path file) {
        try {
            return read(file).intValue(org.sallyport.dicom.data.Tag.InstanceNumber, -1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Path write(DataSet dataSet, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
            FileMetaInformation.ours(
                            String.valueOf(dataSet.string(org.sallyport.dicom.data.Tag.SOPClassUID)),
                            String.valueOf(dataSet.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)),
                            syntax.uid())
                    .write(out);
            DataSetWriter writer = new DataSetWriter(out, syntax);
            writer.write(dataSet);
            writer.finish();
        }
        return file;
    }

    @Test
    void imagesOfUnknownPatientsAreHeldAndReported() throws Exception {
        Sent sent = upload(1);
        String series = "2.25.880000" + sent.study().number();
        Path uploaded = result(sent, series, series + ".1");
        DataSet foreign = read(uploaded);
        foreign.setString(org.sallyport.dicom.data.Tag.StudyInstanceUID, "2.25.4711");
        foreign.setString(org.sallyport.dicom.data.Tag.PatientID, "ANON-000000000000");
        simulator.holds(
                sent.subject(), sent.uid(), series, series + ".1", write(foreign, folder.resolve("foreign.dcm")));
        ObjectNode event = dispatch(sent, "n2");
        simulator.push(event);
        JsonNode last = ended(event);
        assertEquals("failed", last.get("status").asText());
        assertTrue(
                last.get("error").asText().contains("1 of 2 files are of patients that this gateway does not know"),
                last.toString());
        assertWhole(sent.study(), 2);
        assertEquals(List.of(), received(2, series), "it was not sent as if it were restored");
        assertTrue(
                appliance
                        .json("quarantine:list")
                        .toString()
                        .contains("neither its study nor its patient is known here"),
                "a person sees it");
    }

    @Test
    void aDispatchGoesOnAfterAKill() throws Exception {
        Sent sent = upload(4);
        simulator.failNextDownloads(Fault.SLOW);
        ObjectNode event = dispatch(sent, "n1");
        int downloads = simulator.downloads();
        simulator.push(event);
        appliance.await("it is fetched", SOON, () -> simulator.downloads() > downloads);
        appliance.kill();
        assertNothingOfIdentityIsOnDisk();
        appliance.start();
        JsonNode first = ended(event);
        assertEquals("completed", first.get("status").asText(), first.toString());
        assertWhole(sent.study(), 1);
        simulator.push(event);
        ObjectNode other = dispatch(sent, "n1");
        simulator.push(other);
        JsonNode second = ended(other);
        assertEquals("completed", second.get("status").asText(), second.toString());
        assertEquals(1, finals(event.get("correlation_id").asText()).size(), "the same command is run once");
    }

    @Test
    void downloadsThatFailAreTriedAgainAndHostileOnesAreRefused() throws Exception {
        Sent sent = upload(2);
        for (Fault fault : List.of(
                Fault.STATUS_500,
                Fault.STATUS_429_RETRY_AFTER,
                Fault.STATUS_503_RETRY_AFTER,
                Fault.HALF_ANSWER,
                Fault.WRONG_CONTENT,
                Fault.DAMAGED_ZIP,
                Fault.STALL)) {
            simulator.failNextDownloads(fault);
            ObjectNode event = dispatch(sent, "n2");
            simulator.push(event);
            JsonNode last = ended(event);
            assertEquals("completed", last.get("status").asText(), fault + ": " + last);
        }
        for (Fault fault : List.of(Fault.CLIMBING_ZIP, Fault.BOMB_ZIP, Fault.STATUS_404, Fault.STATUS_403)) {
            simulator.failNextDownloads(fault, fault);
            ObjectNode event = dispatch(sent, "n2");
            simulator.push(event);
            JsonNode last = ended(event);
            assertEquals("failed", last.get("status").asText(), fault + ": " + last);
            while (simulator.faultsLeft() > 0) {
                simulator.push(dispatch(sent, "n2"));
                appliance.await("the fault is used up", SOON, () -> simulator.faultsLeft() == 0);
            }
        }
        assertFalse(Files.exists(folder.resolve("climbed.dcm")));
        assertWhole(sent.study(), 2);
    }

    @Test
    void aDeletionCancelsWhatWaitsForTheBackEnd() throws Exception {
        Sent first = upload(1);
        simulator.failNext(Fault.STATUS_400);
        appliance.send(List.of(), lateImages(first));
        appliance.await(
                "the late image is parked", SOON, () -> states(first.uid()).contains("PARKED"));
        ObjectNode event = simulator.event("session.deleted", "session", "ses-" + first.uid());
        ((ObjectNode) event.get("payload"))
                .put("subject_id", "sub-" + first.subject())
                .put("study_instance_uid", first.uid());
        simulator.push(event);
        appliance.await("it is cancelled", SOON, () -> states(first.uid()).contains("CANCELLED"));
        boolean told = false;
        for (JsonNode delivery : appliance.json("delivery:list")) {
            told |= delivery.get("reason").asText("").equals("cancelled by the back end: session.deleted");
        }
        assertTrue(told, "and says by whom");
        appliance.await("the deletion is done", SOON, () -> {
            JsonNode newest = appliance.jsonOnceThere("ith:commands --limit 1").get(0);
            return newest.get("entity").asText().equals("ses-" + first.uid())
                    && newest.get("state").asText().equals("DONE");
        });
        int before = arrivals();
        Path again = folder.resolve("again" + first.study().number());
        appliance.send(List.of(), first.study().writeTo(again));
        appliance.await("what is sent again is uploaded again", SOON, () -> arrivals() == before + 1);
    }

    @Test
    void aDeletedSeriesIsLeftOutOfTheUploadThatWaitsWithIt() throws Exception {
        int number = NEXT.incrementAndGet();
        SyntheticStudy study = new SyntheticStudy(new Patient(number), Modality.CT, number, 2, 1, 64, 64);
        List<Path> files = study.writeTo(folder.resolve("series" + number));
        Set<String> before = Set.copyOf(simulator.arrivals().keySet());
        JsonNode earlier = appliance.json("delivery:list").path(0).path("delivery");
        simulator.failNext(Fault.STATUS_400);
        appliance.send(List.of(), files);
        JsonNode[] parked = new JsonNode[1];
        appliance.await("both series wait for a person", SOON, () -> {
            parked[0] = appliance.json("delivery:list").path(0);
            return !parked[0].path("delivery").equals(earlier)
                    && parked[0].path("state").asText().equals("PARKED");
        });
        String uid = parked[0].get("study").asText();
        ObjectNode event = simulator.event("scan.deleted", "scan", "scn-" + uid);
        ((ObjectNode) event.get("payload"))
                .put("subject_id", "sub-1")
                .put("session_id", "ses-" + uid)
                .put("scan_number", "1")
                .put("study_instance_uid", uid);
        simulator.push(event);
        appliance.await("the deletion is done", SOON, () -> {
            JsonNode newest = appliance.jsonOnceThere("ith:commands --limit 1").get(0);
            return newest.get("entity").asText().equals("scn-" + uid)
                    && newest.get("message").asText().contains("1 go without the series, 1 images removed here");
        });
        appliance.shell("delivery:retry " + parked[0].get("delivery").asText()).ok();
        appliance.await("the rest is uploaded", SOON, () -> states(uid).equals(Set.of("DELIVERED")));
        Set<String> arrived = new TreeSet<>(simulator.arrivals().keySet());
        arrived.removeAll(before);
        assertEquals(1, arrived.size(), "the series that was not deleted: " + arrived);
        appliance.send(List.of(), files.subList(0, 1));
        appliance.await("the deleted one, sent again, is uploaded again", SOON, () -> {
            Set<String> all = new TreeSet<>(simulator.arrivals().keySet());
            all.removeAll(before);
            return all.size() == 2;
        });
    }

    /** How many images came, each as often as it did. */
    private static int arrivals() {
        return simulator.arrivals().values().stream().mapToInt(times -> times).sum();
    }

    private static List<Path> lateImages(Sent first) throws IOException {
        SyntheticStudy study = first.study();
        SyntheticStudy longer = new SyntheticStudy(study.patient(), Modality.CT, study.number(), 1, 2, 64, 64);
        return longer.writeTo(folder.resolve("late" + study.number())).subList(1, 2);
    }

    private static Set<String> states(String study) throws Exception {
        Set<String> states = new TreeSet<>();
        for (JsonNode delivery : appliance.json("delivery:list")) {
            if (delivery.get("study").asText().equals(study)) {
                states.add(delivery.get("state").asText());
            }
        }
        return states;
    }

    @Test
    void anInactiveProxyTakesNoNewAssociationsUntilItIsActiveAgain() throws Exception {
        simulator.answersConfiguration(503);
        ObjectNode event = simulator.event("proxy.status_changed", "proxy", IthSimulator.PROXY);
        ((ObjectNode) event.get("payload"))
                .put("new_status", "inactive")
                .put("is_active", false)
                .put("reason", "maintenance");
        simulator.push(event);
        appliance.await("rejected for the time being", SOON, () -> echo().contains("Temporary Congestion"));
        assertFalse(appliance.json("ith:status").get("active").asBoolean());
        simulator.answersConfiguration(configurationInForce());
        simulator.push(simulator.event("proxy.config_changed", "proxy", IthSimulator.PROXY));
        appliance.await("taken again", SOON, () -> appliance.health() == 200);
    }

    private static String configurationInForce() throws IOException {
        return Files.readString(appliance.data().resolve("ith/configuration.json"));
    }

    private static String echo() throws Exception {
        return Command.run("echoscu", "-v", "-aec", Appliance.AET, "127.0.0.1", String.valueOf(appliance.dicomPort()))
                .output();
    }

    @Test
    void theListenerFollowsTheBackEndIfItMay() throws Exception {
        String before = configurationInForce();
        int other = Ports.free(1).get(0);
        ObjectNode moved = (ObjectNode) new com.fasterxml.jackson.databind.ObjectMapper().readTree(before);
        ((ObjectNode) moved.get("config")).put("ae_title", "MOVED").put("port", other);
        try {
            simulator.answersConfiguration(moved);
            simulator.push(simulator.event("proxy.config_changed", "proxy", IthSimulator.PROXY));
            appliance.await("the configuration is there", SOON, () -> configurationInForce()
                    .contains("MOVED"));
            assertEquals(200, appliance.health());
            assertTrue(echo().contains("Received Echo Response (Success)"), "it stays where it is unless it may move");
            appliance
                    .shell("config:property-set -p org.sallyport.ith follow-back-end-listener yes")
                    .ok();
            appliance.await(
                    "the listener has moved",
                    SOON,
                    () -> Command.run("echoscu", "-aec", "MOVED", "127.0.0.1", String.valueOf(other))
                                    .exit()
                            == 0);
            appliance.await("the back end is told where", SOON, () -> {
                List<JsonNode> updates = simulator.frames("config_update");
                return updates.get(updates.size() - 1).get("ae_title").asText().equals("MOVED");
            });
        } finally {
            ((ObjectNode) moved.get("config")).put("ae_title", Appliance.AET).put("port", appliance.dicomPort());
            simulator.answersConfiguration(moved);
            appliance.await("it is back", SOON, () -> echo().contains("Received Echo Response (Success)"));
            simulator.answersConfiguration(before);
            int connections = simulator.socketsEver();
            appliance
                    .shell("config:property-set -p org.sallyport.ith follow-back-end-listener no")
                    .ok();
            // The connector begins anew: until its rules are there associations are rejected for the time being.
            appliance.await(
                    "the WebSocket is open again and images are taken",
                    SOON,
                    () -> simulator.socketsEver() > connections
                            && simulator.socketsOpen() == 1
                            && appliance.health() == 200
                            && echo().contains("Received Echo Response (Success)"));
        }
    }

    @Test
    void tenThousandEventsAtOnceAreAllAnswered() throws Exception {
        int events = 10_000;
        Set<String> pushed = new TreeSet<>();
        for (int i = 0; i < events; i++) {
            ObjectNode event = simulator.event("subject.dispatch", "subject", "sub-nobody" + i % 500);
            ((ObjectNode) event.get("payload"))
                    .put("priority", i % 10)
                    .withArray("nodes")
                    .add("nobody");
            pushed.add(event.get("correlation_id").asText());
            simulator.push(event);
        }
        appliance.await("all are answered", Duration.ofMinutes(15), () -> simulator.frames("dispatch.status").stream()
                .map(frame -> frame.get("correlation_id").asText())
                .collect(java.util.stream.Collectors.toSet())
                .containsAll(pushed));
        assertEquals(0, appliance.json("ith:status").get("commands-waiting").asInt());
        assertEquals(1, simulator.socketsOpen(), "the connection outlives it");
    }

    @Test
    void aWebSocketThatIsCutAllTheTimeLosesNoCommand() throws Exception {
        Sent sent = upload(2);
        long seconds = Long.getLong("websocket.cuts.seconds", 10);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<ObjectNode> taken = new ArrayList<>();
        java.util.Random random = new java.util.Random(20_261_125);
        while (System.nanoTime() < end || taken.size() <= 2) {
            Await.until("it is open again", SOON, () -> simulator.socketsOpen() == 1);
            ObjectNode event = dispatch(sent, "n2");
            simulator.push(event);
            Await.until("the gateway has taken it", SOON, () -> !simulator
                    .statuses(event.get("correlation_id").asText())
                    .isEmpty());
            taken.add(event);
            java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(900_000_000) + 100_000_000L);
            simulator.cutSockets();
        }
        for (ObjectNode event : taken) {
            appliance.await("what was taken is answered", SOON, () -> !finals(
                            event.get("correlation_id").asText())
                    .isEmpty());
        }
    }

    @Test
    void fiftyDeadNodesNeverDelayTheHealthUpdate() throws Exception {
        String before = configurationInForce();
        ObjectNode many = (ObjectNode) new com.fasterxml.jackson.databind.ObjectMapper().readTree(before);
        try (ServerSocket silent = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 50; i++) {
                IthSimulator.node(many, "silent" + i, "SILENT" + i, "127.0.0.1", silent.getLocalPort(), "read");
            }
            simulator.answersConfiguration(many);
            simulator.push(simulator.event("proxy.nodes_changed", "proxy", IthSimulator.PROXY));
            appliance.await(
                    "the nodes are asked",
                    SOON,
                    () -> appliance.json("node:list").size() == 54);
            int from = updates().size();
            // A gateway that waits for the silent ones is late each time, a machine that stands still for a while only
            // then.
            appliance.await(
                    "three updates in time, and who answers is known",
                    Duration.ofMinutes(4),
                    () -> areInTime(updates(), from));
        } finally {
            simulator.answersConfiguration(before);
            simulator.push(simulator.event("proxy.nodes_changed", "proxy", IthSimulator.PROXY));
            appliance.await(
                    "they are gone", SOON, () -> appliance.json("node:list").size() == 4);
        }
    }

    private static boolean areInTime(List<IthSimulator.Frame> updates, int from) {
        for (int i = from; i + 2 < updates.size(); i++) {
            IthSimulator.Frame third = updates.get(i + 2);
            if (millis(updates.get(i), updates.get(i + 1)) <= 11_000
                    && millis(updates.get(i + 1), third) <= 11_000
                    && third.content().toString().contains("{\"node_id\":\"n1\",\"is_reachable\":true}")) {
                return true;
            }
        }
        return false;
    }

    private static long millis(IthSimulator.Frame one, IthSimulator.Frame next) {
        return Duration.between(one.at(), next.at()).toMillis();
    }

    private static List<IthSimulator.Frame> updates() {
        return simulator.frames().stream()
                .filter(frame -> frame.kind().equals("health_update"))
                .toList();
    }
}
