package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** dcmtk's and Orthanc's users ask, fetch and have things committed; each sees what it may, and the same after a restart. */
@org.junit.jupiter.api.Tag("peers")
class QueryRetrieveIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SyntheticStudy CT = new SyntheticStudy(new Patient(201), Modality.CT, 201, 2, 3, 64, 64);
    private static final SyntheticStudy MR = new SyntheticStudy(new Patient(202), Modality.MR, 202, 1, 2, 64, 64);
    private static final SyntheticStudy PT = new SyntheticStudy(new Patient(203), Modality.PT, 203, 1, 2, 64, 64);
    private static final PlantedIdentifiers PLANTED =
            new PlantedIdentifiers(List.of(CT.patient(), MR.patient(), PT.patient()));

    @TempDir
    private Path folder;

    private @Nullable Appliance started;
    private final List<Process> peers = new ArrayList<>();
    private List<Integer> ports = List.of();
    private int answers;

    QueryRetrieveIT() {}

    private Appliance appliance() {
        return Objects.requireNonNull(started);
    }

    private void node(String name, String aet, int port, String permission, String identity) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("data/etc")).resolve("org.sallyport.node-" + name + ".cfg"),
                "aet = " + aet + "\naddress = 127.0.0.1\nport = " + port + "\npermission = " + permission
                        + "\nidentity = " + identity + "\n");
    }

    /** The example in the documentation, filled in. */
    private void sealedNode(Certificates ours, Certificates theirs) throws IOException {
        String text = Files.readString(Appliance.ROOT.resolve("docs/example/org.sallyport.node-pacs.cfg"));
        Path password = Files.writeString(folder.resolve("password"), Certificates.PASSWORD + "\n");
        for (Map.Entry<String, Object> one : Map.<String, Object>of(
                        "aet", "SEALED",
                        "address", "127.0.0.1",
                        "port", ports.get(5),
                        "permission", "read",
                        "identity", "original",
                        "tls", "yes",
                        "tls-certificate", ours.pkcs12(),
                        ".tls-password", "FILE(" + password + ")",
                        "tls-trusted", theirs.certificate())
                .entrySet()) {
            Matcher line = Pattern.compile("(?m)^" + Pattern.quote(one.getKey()) + " =.*$")
                    .matcher(text);
            assertTrue(line.find(), one.getKey());
            text = line.replaceFirst(Matcher.quoteReplacement(one.getKey() + " = " + one.getValue()));
        }
        Files.writeString(folder.resolve("data/etc/org.sallyport.node-sealed.cfg"), text);
    }

    private void start(String... command) throws IOException {
        peers.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("peer" + peers.size() + ".log").toFile())
                .start());
    }

    private void begin() throws Exception {
        ports = Ports.free(6);
        Certificates ours = Certificates.make(folder, "ours", "dns:gate.example");
        Certificates theirs = Certificates.make(folder, "theirs", "ip:127.0.0.1");
        node("viewer", "VIEWER", 104, "read", "original");
        node("plain", "PLAIN", 104, "read", "pseudonymous");
        node("scanner", "SCANNER", 104, "write", "pseudonymous");
        node("store", "STORE", ports.get(0), "read", "original");
        node("research", "RESEARCH", ports.get(1), "read", "pseudonymous");
        node("orthanc", "ORTHANC", ports.get(2), "read_write", "original");
        node("slow", "SLOW", ports.get(4), "read", "original");
        sealedNode(ours, theirs);
        Appliance appliance = new Appliance(folder.resolve("data"));
        started = appliance;
        for (int i = 0; i < 2; i++) {
            Path into = Files.createDirectory(folder.resolve("stored" + i));
            start(
                    "storescp",
                    "-aet",
                    i == 0 ? "STORE" : "RESEARCH",
                    "-od",
                    into.toString(),
                    "+xa",
                    String.valueOf(ports.get(i)));
        }
        start(
                "storescp",
                "-aet",
                "SLOW",
                "--sleep-during",
                "1",
                "-od",
                Files.createDirectory(folder.resolve("slow")).toString(),
                String.valueOf(ports.get(4)));
        start(
                "storescp",
                "-aet",
                "SEALED",
                "-od",
                Files.createDirectory(folder.resolve("stored2")).toString(),
                "+xa",
                "+tls",
                theirs.key().toString(),
                theirs.certificate().toString(),
                "+cf",
                ours.certificate().toString(),
                String.valueOf(ports.get(5)));
        Path configuration = Files.writeString(folder.resolve("orthanc.json"), """
                {"StorageDirectory": "%1$s", "IndexDirectory": "%1$s", "HttpPort": %2$d, "DicomPort": %3$d,
                 "DicomAet": "ORTHANC", "DicomScuTimeout": 120, "DicomModalities": {"gate": {"AET": "%4$s", "Host": "127.0.0.1", "Port": %5$d}}}
                """.formatted(
                        folder.resolve("orthanc"), ports.get(3), ports.get(2), Appliance.AET, appliance.dicomPort()));
        start("Orthanc", configuration.toString());
        appliance.start();
        appliance.await(
                "the nodes are in force",
                SOON,
                () -> appliance.json("node:list").size() == 8);
        for (SyntheticStudy study : List.of(CT, MR)) {
            appliance.send(List.of("-aet", "SCANNER"), study.writeTo(folder.resolve("study" + study.number())));
        }
    }

    @AfterEach
    void end() throws Exception {
        for (Process peer : peers) {
            peer.destroyForcibly();
            peer.waitFor(20, TimeUnit.SECONDS);
        }
        if (started != null) {
            started.close();
        }
    }

    @Test
    void everybodySeesAndGetsWhatTheyMay() throws Exception {
        begin();
        whoMaySeesOriginals();
        othersSeePseudonymsAndNothingElse();
        whoMayNotIsToldSoAndBadQueriesNameTheAttribute();
        whoMayGetsTheOriginalsBack();
        othersGetPseudonymousImages();
        imagesAreMovedToNodesAsTheseMaySeeThem();
        whatIsCancelledGoesNoFurther();
        whatCannotBeSentIsToldAndTheOthersGo();
        moreThanTheMostMatchesAreToldOf();
        orthancAsksAndFetches();
        orthancHasImagesCommitted();
        queriesThatUsedIdentityAreAuditedWithoutValues();
        namesAreThereAfterARestartAndNothingOfThemIsInAFile();
        whatIsDeletedIsNotFound();
    }

    // ---- asking

    private List<String> command(String program, String aet, String... options) {
        List<String> command = new ArrayList<>(List.of(program, "-aec", Appliance.AET, "-aet", aet));
        command.addAll(List.of(options));
        return command;
    }

    private static void keys(List<String> command, String level, String... keys) {
        command.addAll(List.of("-k", "QueryRetrieveLevel=" + level));
        for (String key : keys) {
            command.addAll(List.of("-k", key));
        }
    }

    private Command.Result ran(List<String> command) throws Exception {
        command.addAll(List.of("127.0.0.1", String.valueOf(appliance().dicomPort())));
        return Command.run(command);
    }

    /** What findscu is answered. */
    private List<DataSet> find(String aet, String root, String level, String... keys) throws Exception {
        Path into = Files.createDirectory(folder.resolve("answers" + answers++));
        List<String> command = command("findscu", aet, "-v", root, "-X", "-od", into.toString());
        keys(command, level, keys);
        Command.Result result = ran(command);
        if (!result.output().contains("(Success)")) {
            // In a wait it means: not yet.
            throw new IOException(result.output());
        }
        return read(into);
    }

    private static List<DataSet> read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        List<DataSet> sets = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                sets.add(Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                        .dataSet()
                        .readAll());
            }
        }
        return sets;
    }

    private static Set<String> values(List<DataSet> sets, int tag) {
        return sets.stream().map(set -> String.valueOf(set.string(tag))).collect(Collectors.toCollection(TreeSet::new));
    }

    /** How a query ends that is not answered. */
    private String refusal(String aet, String root, String level, String... keys) throws Exception {
        List<String> command = command("findscu", aet, "-d", root);
        keys(command, level, keys);
        return ran(command).output();
    }

    private void whoMaySeesOriginals() throws Exception {
        String[] returned = {
            "PatientName",
            "PatientID=" + CT.patient().id(),
            "StudyInstanceUID",
            "ModalitiesInStudy",
            "NumberOfStudyRelatedSeries",
            "NumberOfStudyRelatedInstances",
            "AccessionNumber",
            "RetrieveAETitle",
            "InstanceAvailability"
        };
        List<DataSet> found = find("VIEWER", "-S", "STUDY", returned);
        assertEquals(1, found.size());
        DataSet study = found.get(0);
        assertEquals(CT.patient().name(), study.string(Tag.PatientName));
        assertEquals(CT.patient().id(), study.string(Tag.PatientID));
        assertEquals(CT.studyInstanceUid(), study.string(Tag.StudyInstanceUID));
        assertEquals(CT.patient().accession(), study.string(Tag.AccessionNumber));
        assertEquals("CT", study.string(Tag.ModalitiesInStudy));
        assertEquals("2", study.string(Tag.NumberOfStudyRelatedSeries));
        assertEquals("6", study.string(Tag.NumberOfStudyRelatedInstances));
        assertEquals(Appliance.AET, study.string(Tag.RetrieveAETitle));
        assertEquals("ONLINE", study.string(Tag.InstanceAvailability));

        Set<String> both = Set.of(CT.studyInstanceUid(), MR.studyInstanceUid());
        int uid = Tag.StudyInstanceUID;
        assertEquals(both, values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID"), uid));
        String start = CT.patient().name().substring(0, 4).toLowerCase(java.util.Locale.ROOT);
        assertTrue(values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "PatientName=" + start + "*"), uid)
                .contains(CT.studyInstanceUid()));
        assertEquals(
                Set.of(MR.studyInstanceUid()),
                values(
                        find(
                                "VIEWER",
                                "-S",
                                "STUDY",
                                "StudyInstanceUID",
                                "AccessionNumber=" + MR.patient().accession()),
                        uid));
        assertEquals(both, values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID=" + String.join("\\", both)), uid));
        assertEquals(both, values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "StudyDate=19900101-"), uid));
        assertEquals(Set.of(), values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "StudyDate=-19900101"), uid));
        assertEquals(
                Set.of(CT.studyInstanceUid()),
                values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=CT"), uid));

        assertEquals(
                Set.of(CT.seriesInstanceUid(1), CT.seriesInstanceUid(2)),
                values(
                        find(
                                "VIEWER",
                                "-S",
                                "SERIES",
                                "StudyInstanceUID=" + CT.studyInstanceUid(),
                                "SeriesInstanceUID"),
                        Tag.SeriesInstanceUID));
        assertEquals(
                Set.of(CT.sopInstanceUid(2, 1), CT.sopInstanceUid(2, 2), CT.sopInstanceUid(2, 3)),
                values(
                        find(
                                "VIEWER",
                                "-S",
                                "IMAGE",
                                "StudyInstanceUID=" + CT.studyInstanceUid(),
                                "SeriesInstanceUID=" + CT.seriesInstanceUid(2),
                                "SOPInstanceUID"),
                        Tag.SOPInstanceUID));
        List<DataSet> patients = find(
                "VIEWER",
                "-P",
                "PATIENT",
                "PatientID=" + MR.patient().id(),
                "PatientName",
                "NumberOfPatientRelatedInstances");
        assertEquals(1, patients.size());
        assertEquals(MR.patient().name(), patients.get(0).string(Tag.PatientName));
        assertEquals("2", patients.get(0).string(Tag.NumberOfPatientRelatedInstances));
    }

    private void othersSeePseudonymsAndNothingElse() throws Exception {
        assertEquals(
                List.of(),
                find("PLAIN", "-S", "STUDY", "PatientID=" + CT.patient().id(), "StudyInstanceUID"));
        assertEquals(
                List.of(),
                find("PLAIN", "-S", "STUDY", "PatientName=" + CT.patient().name(), "StudyInstanceUID"));
        assertEquals(List.of(), find("PLAIN", "-S", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        assertEquals(
                List.of(),
                find("PLAIN", "-S", "STUDY", "AccessionNumber=" + CT.patient().accession()));
        List<DataSet> all = find(
                "PLAIN", "-S", "STUDY", "PatientName", "PatientID", "StudyInstanceUID", "StudyDate", "AccessionNumber");
        assertEquals(2, all.size());
        for (DataSet one : all) {
            assertTrue(String.valueOf(one.string(Tag.PatientName)).startsWith("ANON-"));
            assertEquals(one.string(Tag.PatientName), one.string(Tag.PatientID));
            String study = String.valueOf(one.string(Tag.StudyInstanceUID));
            assertEquals(
                    1,
                    find("PLAIN", "-S", "STUDY", "PatientID=" + one.string(Tag.PatientID), "StudyInstanceUID=" + study)
                            .size());
            // And nobody with originals is answered by a pseudonym.
            assertEquals(List.of(), find("VIEWER", "-S", "STUDY", "StudyInstanceUID=" + study));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().contains("answers")
                            && path.toString().endsWith(".dcm"))
                    .toList()) {
                DataSet one = read(Objects.requireNonNull(file.getParent())).get(0);
                if (String.valueOf(one.string(Tag.PatientName)).startsWith("ANON-")) {
                    assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
                }
            }
        }
    }

    private void whoMayNotIsToldSoAndBadQueriesNameTheAttribute() throws Exception {
        String stranger = refusal("STRANGER", "-S", "STUDY", "StudyInstanceUID");
        assertTrue(stranger.contains("0x0124"), stranger);
        String writer = refusal("SCANNER", "-S", "STUDY", "StudyInstanceUID");
        assertTrue(writer.contains("0x0124"), writer);
        String level = refusal("VIEWER", "-S", "NONSENSE", "StudyInstanceUID");
        assertTrue(level.contains("0xa900") && level.contains("(0008,0052)"), level);
        String missing = refusal("VIEWER", "-S", "SERIES", "SeriesInstanceUID");
        assertTrue(missing.contains("0xa900") && missing.contains("(0020,000d)"), missing);
        String range = refusal("VIEWER", "-S", "STUDY", "StudyDate=2024-x");
        assertTrue(range.contains("0xa900") && range.contains("(0008,0020)"), range);
        String unsupported = refusal("VIEWER", "-S", "STUDY", "StudyInstanceUID", "PatientAddress", "Modality");
        assertTrue(unsupported.contains("0xff01"), unsupported);
    }

    // ---- fetching

    private List<DataSet> get(String aet, String level, String... keys) throws Exception {
        Path into = Files.createDirectory(folder.resolve("got" + answers++));
        List<String> command = command("getscu", aet, "-v", "-S", "-od", into.toString());
        keys(command, level, keys);
        ran(command).ok();
        return read(into);
    }

    private static void assertOriginals(SyntheticStudy study, List<DataSet> got) throws IOException {
        Map<String, DataSet> byUid = got.stream()
                .collect(Collectors.toMap(one -> String.valueOf(one.string(Tag.SOPInstanceUID)), one -> one));
        assertEquals(study.series() * study.images(), byUid.size());
        for (int series = 1; series <= study.series(); series++) {
            for (int image = 1; image <= study.images(); image++) {
                DataSet one =
                        Objects.requireNonNull(byUid.get(study.sopInstanceUid(series, image)), "an image is missing");
                assertEquals(List.of(), DataSetDifference.between(study.image(series, image), one));
            }
        }
    }

    private void whoMayGetsTheOriginalsBack() throws Exception {
        assertOriginals(CT, get("VIEWER", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        List<DataSet> one = get(
                "VIEWER",
                "IMAGE",
                "StudyInstanceUID=" + CT.studyInstanceUid(),
                "SeriesInstanceUID=" + CT.seriesInstanceUid(1),
                "SOPInstanceUID=" + CT.sopInstanceUid(1, 2));
        assertEquals(Set.of(CT.sopInstanceUid(1, 2)), values(one, Tag.SOPInstanceUID));
    }

    private void othersGetPseudonymousImages() throws Exception {
        assertEquals(List.of(), get("PLAIN", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        String study = String.valueOf(find("PLAIN", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=CT")
                .get(0)
                .string(Tag.StudyInstanceUID));
        int before = answers;
        List<DataSet> got = get("PLAIN", "STUDY", "StudyInstanceUID=" + study);
        assertEquals(6, got.size());
        assertEquals(Set.of(study), values(got, Tag.StudyInstanceUID));
        try (Stream<Path> files = Files.list(folder.resolve("got" + before))) {
            for (Path file : files.toList()) {
                assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
            }
        }
    }

    private String move(String to, String uid) throws Exception {
        List<String> command = command("movescu", "VIEWER", "-d", "-S", "-aem", to);
        keys(command, "STUDY", "StudyInstanceUID=" + uid);
        return ran(command).output();
    }

    private void imagesAreMovedToNodesAsTheseMaySeeThem() throws Exception {
        String moved = move("STORE", MR.studyInstanceUid());
        assertTrue(moved.contains("0x0000"), moved);
        assertOriginals(MR, read(folder.resolve("stored0")));
        move("RESEARCH", MR.studyInstanceUid());
        List<DataSet> research = read(folder.resolve("stored1"));
        assertEquals(2, research.size());
        for (DataSet one : research) {
            assertTrue(String.valueOf(one.string(Tag.PatientID)).startsWith("ANON-"));
        }
        String sealed = move("SEALED", MR.studyInstanceUid());
        assertTrue(sealed.contains("0x0000"), sealed);
        assertOriginals(MR, read(folder.resolve("stored2")));
        String echo = appliance().shell("dicom:echo sealed").ok().output();
        assertTrue(echo.contains("node sealed over TLS answered in"), echo);
        String unknown = move("NOBODY", MR.studyInstanceUid());
        assertTrue(unknown.contains("0xa801"), unknown);
        String closed = move("VIEWER", MR.studyInstanceUid());
        assertTrue(closed.contains("0xa702"), closed);
    }

    // ---- what does not go to its end

    private void whatIsCancelledGoesNoFurther() throws Exception {
        List<String> command = command("movescu", "VIEWER", "-d", "-S", "-aem", "SLOW", "--cancel", "1");
        keys(command, "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid());
        String cancelled = ran(command).output();
        assertTrue(cancelled.contains("0xfe00"), cancelled);
        assertTrue(read(folder.resolve("slow")).size() < CT.series() * CT.images(), "all were sent");
    }

    /** getscu takes native images only, and JPEG 2000 is not decoded here. */
    private void whatCannotBeSentIsToldAndTheOthersGo() throws Exception {
        List<Path> images = PT.writeTo(folder.resolve("study" + PT.number()));
        Path wavelets = folder.resolve("wavelets.dcm");
        Command.run("gdcmconv", "--j2k", images.get(1).toString(), wavelets.toString())
                .ok();
        appliance().send(List.of("-aet", "SCANNER", "-xe"), List.of(images.get(0)));
        appliance().send(List.of("-aet", "SCANNER", "-xv"), List.of(wavelets));
        Path into = Files.createDirectory(folder.resolve("got" + answers++));
        List<String> command = command("getscu", "VIEWER", "-d", "-S", "-od", into.toString());
        keys(command, "STUDY", "StudyInstanceUID=" + PT.studyInstanceUid());
        String some = ran(command).output();
        assertTrue(some.contains("0xb000"), some);
        assertEquals(Set.of(PT.sopInstanceUid(1, 1)), values(read(into), Tag.SOPInstanceUID));
        // getscu does not read which; storescp takes native images only, too.
        String moved = move("SLOW", PT.studyInstanceUid());
        assertTrue(moved.contains("0xb000"), moved);
        assertTrue(moved.contains(PT.sopInstanceUid(1, 2)), "the failed one is named: " + moved);
        assertFalse(moved.contains(PT.sopInstanceUid(1, 1)), moved);
    }

    private void moreThanTheMostMatchesAreToldOf() throws Exception {
        Path settings = appliance().data().resolve("etc/org.sallyport.query.cfg");
        String shipped = Files.readString(settings);
        Files.writeString(settings, shipped.replace("max-matches = 10000", "max-matches = 2"));
        Await.until("the limit is in force", SOON, () -> {
            String output = refusal("VIEWER", "-S", "STUDY", "StudyInstanceUID");
            return output.contains("0xa700") && output.contains("more than 2 matches");
        });
        Files.writeString(settings, shipped);
        Await.until(
                "it is as before",
                SOON,
                () -> find("VIEWER", "-S", "STUDY", "StudyInstanceUID").size() == 3);
    }

    // ---- Orthanc

    private JsonNode orthanc(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> reply = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(3) + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (reply.statusCode() != 200) {
            throw new IOException(path + ": " + reply.statusCode() + " " + reply.body());
        }
        return JSON.readTree(reply.body());
    }

    private void orthancAsksAndFetches() throws Exception {
        Await.until("Orthanc answers", SOON, () -> orthanc("GET", "/system", "").has("Version"));
        String query = orthanc(
                        "POST",
                        "/modalities/gate/query",
                        "{\"Level\": \"Study\", \"Query\": {\"PatientID\": \""
                                + CT.patient().id() + "\"}}")
                .get("ID")
                .asText();
        assertEquals(1, orthanc("GET", "/queries/" + query + "/answers", "").size());
        orthanc("POST", "/queries/" + query + "/answers/0/retrieve", "ORTHANC");
        assertEquals(6, orthanc("GET", "/instances", "").size());
        JsonNode patient = orthanc("GET", "/patients?expand", "").get(0).get("MainDicomTags");
        assertEquals(CT.patient().name(), patient.get("PatientName").asText());
    }

    private void orthancHasImagesCommitted() throws Exception {
        String kept = "{\"SOPClassUID\": \"%s\", \"SOPInstanceUID\": \"%s\"}";
        String body = "{\"DicomInstances\": ["
                + kept.formatted(CT.modality().sopClassUid(), CT.sopInstanceUid(1, 1)) + ", "
                + kept.formatted(CT.modality().sopClassUid(), CT.sopInstanceUid(2, 3)) + "]}";
        String id = orthanc("POST", "/modalities/gate/storage-commitment", body)
                .get("ID")
                .asText();
        Await.until("it is committed", SOON, () -> orthanc("GET", "/storage-commitment/" + id, "")
                .get("Status")
                .asText()
                .equals("Success"));
        String with = "{\"DicomInstances\": ["
                + kept.formatted(CT.modality().sopClassUid(), CT.sopInstanceUid(1, 1)) + ", "
                + kept.formatted(CT.modality().sopClassUid(), "1.2.3.4.5.6") + "]}";
        String failing = orthanc("POST", "/modalities/gate/storage-commitment", with)
                .get("ID")
                .asText();
        Await.until("the failure is told", SOON, () -> orthanc("GET", "/storage-commitment/" + failing, "")
                .get("Status")
                .asText()
                .equals("Failure"));
        JsonNode report = orthanc("GET", "/storage-commitment/" + failing, "");
        assertEquals(1, report.get("Success").size());
        assertEquals(
                "1.2.3.4.5.6",
                report.get("Failures").get(0).get("SOPInstanceUID").asText());
        Await.until("nothing is left to be reported", SOON, () -> {
            try (Stream<Path> left = Files.list(folder.resolve("data/commitment"))) {
                return left.findAny().isEmpty();
            }
        });
    }

    // ---- and after all that

    private void queriesThatUsedIdentityAreAuditedWithoutValues() throws Exception {
        int found = 0;
        for (JsonNode record : appliance().json("audit:list --limit 1000")) {
            assertTrue(
                    PLANTED.firstIn(record.toString().getBytes(StandardCharsets.UTF_8))
                            .isEmpty(),
                    record.toString());
            assertFalse(record.get("actor").asText().equals("PLAIN"), record.toString());
            found += record.get("action").asText().equals("query.find")
                            && record.get("detail").asText().startsWith("1 matches at level STUDY by PatientID")
                    ? 1
                    : 0;
        }
        assertTrue(found > 0);
    }

    private void namesAreThereAfterARestartAndNothingOfThemIsInAFile() throws Exception {
        assertEquals(0, appliance().stop());
        for (Path file : appliance().files()) {
            assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
        }
        appliance().start();
        appliance()
                .await(
                        "names are read",
                        SOON,
                        () -> find("VIEWER", "-S", "STUDY", "PatientName=*", "StudyInstanceUID")
                                        .size()
                                == 3);
        appliance().await("the log tells that sheets were read", SOON, () -> appliance()
                .log()
                .contains("3 studies can be searched"));
    }

    private void whatIsDeletedIsNotFound() throws Exception {
        String study = String.valueOf(find("PLAIN", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=MR")
                .get(0)
                .string(Tag.StudyInstanceUID));
        appliance()
                .await(
                        "its deliveries have ended, and it can be deleted",
                        SOON,
                        () -> appliance()
                                        .shell("study:delete --reason 'a test' " + study)
                                        .exit()
                                == 0);
        assertEquals(
                new TreeSet<>(Set.of(CT.studyInstanceUid(), PT.studyInstanceUid())),
                values(find("VIEWER", "-S", "STUDY", "StudyInstanceUID"), Tag.StudyInstanceUID));
        assertEquals(
                List.of(),
                find("VIEWER", "-P", "PATIENT", "PatientID=" + MR.patient().id()));
        assertEquals(List.of(), get("VIEWER", "STUDY", "StudyInstanceUID=" + MR.studyInstanceUid()));
    }
}
