package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.itests.QueryUsers.assertRefused;
import static org.sallyport.itests.QueryUsers.command;
import static org.sallyport.itests.QueryUsers.keys;
import static org.sallyport.itests.QueryUsers.read;
import static org.sallyport.itests.QueryUsers.values;

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
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
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
    private static final String STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
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
    private @Nullable QueryUsers asking;

    QueryRetrieveIT() {}

    private Appliance appliance() {
        return Objects.requireNonNull(started);
    }

    private QueryUsers users() {
        return Objects.requireNonNull(asking);
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
        node("gdcm", "GDCM", 104, "read", "original");
        sealedNode(ours, theirs);
        Appliance appliance = new Appliance(folder.resolve("data"));
        started = appliance;
        asking = new QueryUsers(appliance, folder);
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
                () -> appliance.json("node:list").size() == 9);
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
        relationsAndTimesAreAskedForWhereThatWasNegotiated();
        othersSeePseudonymsAndNothingElse();
        whoMayNotIsToldSoAndBadQueriesNameTheAttribute();
        strangersSeePseudonymsOnlyWhereTheSettingSaysSo();
        whoMayGetsTheOriginalsBack();
        othersGetPseudonymousImages();
        imagesAreMovedToNodesAsTheseMaySeeThem();
        everyLevelIsFetchedAndMoved();
        gdcmscuAsks();
        whatIsCancelledGoesNoFurther();
        whatCannotBeSentIsToldAndTheOthersGo();
        moreThanTheMostMatchesAreToldOf();
        orthancAsksAndFetches();
        orthancHasImagesCommitted();
        compressedImagesAreRewrittenForWhoTakesNativeOnesOnlyAndNamesComeInTheCallersCharacterSet();
        queriesThatUsedIdentityAreAuditedWithoutValues();
        namesAreThereAfterARestartAndNothingOfThemIsInAFile();
        whatIsDeletedIsNotFound();
    }

    // ---- asking

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
        List<DataSet> found = users().find("VIEWER", "-S", "STUDY", returned);
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
        assertEquals(both, values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID"), uid));
        String start = CT.patient().name().substring(0, 4).toLowerCase(java.util.Locale.ROOT);
        assertTrue(values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "PatientName=" + start + "*"), uid)
                .contains(CT.studyInstanceUid()));
        assertEquals(
                Set.of(MR.studyInstanceUid()),
                values(
                        users().find(
                                        "VIEWER",
                                        "-S",
                                        "STUDY",
                                        "StudyInstanceUID",
                                        "AccessionNumber=" + MR.patient().accession()),
                        uid));
        assertEquals(
                both,
                values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID=" + String.join("\\", both)), uid));
        String longList = String.join("\\", java.util.Collections.nCopies(40, CT.studyInstanceUid()));
        assertEquals(
                Set.of(CT.studyInstanceUid()),
                values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID=" + longList), uid));
        assertEquals(
                both, values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "StudyDate=19900101-"), uid));
        assertEquals(
                Set.of(),
                values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "StudyDate=-19900101"), uid));
        assertEquals(
                Set.of(CT.studyInstanceUid()),
                values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=CT"), uid));

        assertEquals(
                Set.of(CT.seriesInstanceUid(1), CT.seriesInstanceUid(2)),
                values(
                        users().find(
                                        "VIEWER",
                                        "-S",
                                        "SERIES",
                                        "StudyInstanceUID=" + CT.studyInstanceUid(),
                                        "SeriesInstanceUID"),
                        Tag.SeriesInstanceUID));
        assertEquals(
                Set.of(CT.sopInstanceUid(2, 1), CT.sopInstanceUid(2, 2), CT.sopInstanceUid(2, 3)),
                values(
                        users().find(
                                        "VIEWER",
                                        "-S",
                                        "IMAGE",
                                        "StudyInstanceUID=" + CT.studyInstanceUid(),
                                        "SeriesInstanceUID=" + CT.seriesInstanceUid(2),
                                        "SOPInstanceUID"),
                        Tag.SOPInstanceUID));
        List<DataSet> series = users().find(
                        "VIEWER",
                        "-S",
                        "SERIES",
                        "StudyInstanceUID=" + CT.studyInstanceUid(),
                        "SeriesInstanceUID=" + CT.seriesInstanceUid(1) + "\\" + CT.seriesInstanceUid(2),
                        "Modality=MR\\CT",
                        "NumberOfSeriesRelatedInstances");
        assertEquals(2, series.size());
        assertEquals(Set.of("3"), values(series, Tag.NumberOfSeriesRelatedInstances));
        List<DataSet> patients = users().find(
                        "VIEWER",
                        "-P",
                        "PATIENT",
                        "PatientID=" + MR.patient().id(),
                        "PatientName",
                        "NumberOfPatientRelatedStudies",
                        "NumberOfPatientRelatedSeries",
                        "NumberOfPatientRelatedInstances");
        assertEquals(1, patients.size());
        assertEquals(MR.patient().name(), patients.get(0).string(Tag.PatientName));
        assertEquals("1", patients.get(0).string(Tag.NumberOfPatientRelatedStudies));
        assertEquals("1", patients.get(0).string(Tag.NumberOfPatientRelatedSeries));
        assertEquals("2", patients.get(0).string(Tag.NumberOfPatientRelatedInstances));
        List<DataSet> below = users().find(
                        "VIEWER",
                        "-P",
                        "STUDY",
                        "PatientID=" + MR.patient().id(),
                        "StudyInstanceUID",
                        "SOPClassesInStudy");
        assertEquals(Set.of(MR.studyInstanceUid()), values(below, Tag.StudyInstanceUID));
        assertEquals(Set.of(MR.modality().sopClassUid()), values(below, Tag.SOPClassesInStudy));
    }

    /** dcmtk's programs negotiate nothing of the kind (PS3.4 C.5.1.1, C.5.2.1): our own user does. */
    private void relationsAndTimesAreAskedForWhereThatWasNegotiated() throws Exception {
        DataSet evening = new DataSet();
        evening.setString(Tag.QueryRetrieveLevel, "SERIES");
        evening.setString(Tag.PatientID, CT.patient().id());
        evening.setString(Tag.StudyDate, "20240116-20240117");
        evening.setString(Tag.StudyTime, "180000-093100");
        evening.setString(Tag.SeriesInstanceUID);
        Set<String> both = Set.of(CT.seriesInstanceUid(1), CT.seriesInstanceUid(2));
        assertEquals(both, negotiated(evening, 0, 1, 1), "from one evening to the next morning");
        assertEquals(Set.of(), negotiated(evening, 0, 1, 0), "at no time of any day");
        assertEquals(Set.of(), negotiated(evening, 0xA900), "without the study");

        DataSet series = new DataSet();
        series.setString(Tag.QueryRetrieveLevel, "SERIES");
        series.setString(Tag.SeriesInstanceUID, CT.seriesInstanceUid(1));
        try (Association association = associate(STUDY_MOVE, new byte[] {1})) {
            QueryRetrieve.Outcome moved =
                    new QueryRetrieve(association).move(STUDY_MOVE, series, "STORE", () -> false, numbers -> {});
            assertEquals(0, moved.status(), moved::toString);
            assertEquals(CT.images(), moved.subOperations().completed());
            association.release();
        }
    }

    private Association associate(String model, byte[] extended) throws IOException {
        AssociationRequester.Options options = AssociationRequester.Options.DEFAULT;
        return AssociationRequester.open(
                "127.0.0.1",
                appliance().dicomPort(),
                Appliance.AET,
                "VIEWER",
                List.of(new ProposedContext(1, model, List.of("1.2.840.10008.1.2.1"))),
                extended.length == 0
                        ? options
                        : options.withExtended(List.of(new ExtendedNegotiation(model, extended))));
    }

    /** Series that are found. */
    private Set<String> negotiated(DataSet keys, int status, int... extended) throws IOException {
        byte[] information = new byte[extended.length];
        for (int i = 0; i < extended.length; i++) {
            information[i] = (byte) extended[i];
        }
        List<DataSet> found = new ArrayList<>();
        try (Association association = associate(STUDY_FIND, information)) {
            QueryRetrieve.Outcome outcome =
                    new QueryRetrieve(association).find(STUDY_FIND, keys, QueryRetrieve.Terms.upTo(10), found::add);
            assertEquals(status, outcome.status(), outcome::toString);
            association.release();
        }
        return values(found, Tag.SeriesInstanceUID);
    }

    private void othersSeePseudonymsAndNothingElse() throws Exception {
        assertEquals(
                List.of(),
                users().find("PLAIN", "-S", "STUDY", "PatientID=" + CT.patient().id(), "StudyInstanceUID"));
        assertEquals(
                List.of(),
                users().find(
                                "PLAIN",
                                "-S",
                                "STUDY",
                                "PatientName=" + CT.patient().name(),
                                "StudyInstanceUID"));
        assertEquals(List.of(), users().find("PLAIN", "-S", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        assertEquals(
                List.of(),
                users().find(
                                "PLAIN",
                                "-S",
                                "STUDY",
                                "AccessionNumber=" + CT.patient().accession()));
        List<DataSet> all = users().find(
                        "PLAIN",
                        "-S",
                        "STUDY",
                        "PatientName",
                        "PatientID",
                        "StudyInstanceUID",
                        "StudyDate",
                        "AccessionNumber");
        assertEquals(2, all.size());
        for (DataSet one : all) {
            assertTrue(String.valueOf(one.string(Tag.PatientName)).startsWith("ANON-"));
            assertEquals(one.string(Tag.PatientName), one.string(Tag.PatientID));
            String study = String.valueOf(one.string(Tag.StudyInstanceUID));
            assertEquals(
                    1,
                    users().find(
                                    "PLAIN",
                                    "-S",
                                    "STUDY",
                                    "PatientID=" + one.string(Tag.PatientID),
                                    "StudyInstanceUID=" + study)
                            .size());
            // And nobody with originals is answered by a pseudonym.
            assertEquals(List.of(), users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID=" + study));
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
        for (String aet : List.of("STRANGER", "SCANNER")) {
            for (String program : List.of("findscu", "getscu", "movescu")) {
                List<String> command = command(program, aet, "-d", "-S");
                if (program.equals("movescu")) {
                    command.addAll(List.of("-aem", "STORE"));
                }
                keys(command, "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid());
                String output = users().run(command).output();
                assertTrue(output.contains("0x0124"), program + " of " + aet + ": " + output);
                assertTrue(output.contains("(0000,0902) LO [this AE title may not query or retrieve"), output);
            }
        }
        assertRefused(
                users().refusal("VIEWER", "-S", "NONSENSE", "StudyInstanceUID"),
                "0008,0052",
                "QueryRetrieveLevel: unknown");
        assertRefused(
                users().refusal("VIEWER", "-S", "SERIES", "SeriesInstanceUID"),
                "0020,000d",
                "StudyInstanceUID: the uni");
        assertRefused(
                users().refusal("VIEWER", "-S", "STUDY", "Modality=CT"),
                "0008,0060",
                "Modality: a value in a key of a lower");
        assertRefused(users().refusal("VIEWER", "-S", "STUDY", "StudyDate=2024-x"), "0008,0020", "StudyDate: neither");
        assertRefused(
                users().refusal("VIEWER", "-S", "STUDY", "StudyInstanceUID=1.2\\nothing"),
                "0020,000d",
                "StudyInstanceUID: no");
        for (String program : List.of("getscu", "movescu")) {
            List<String> command = command(program, "VIEWER", "-d", "-S");
            if (program.equals("movescu")) {
                command.addAll(List.of("-aem", "STORE"));
            }
            keys(command, "STUDY", "AccessionNumber=" + CT.patient().accession());
            assertRefused(users().run(command).output(), "0020,000d", "StudyInstanceUID: the unique key is missing");
        }
        String unsupported = users().refusal(
                        "VIEWER", "-S", "STUDY", "StudyInstanceUID", "PatientAddress", "Modality", "0008,0000=80");
        assertTrue(unsupported.contains("0xff01"), unsupported);
        theAssociationLivesOnAfterABadQuery();
    }

    /** findscu asks for each of its files on one association. */
    private void theAssociationLivesOnAfterABadQuery() throws Exception {
        List<String> command = command("findscu", "VIEWER", "-d", "-S");
        List<String> files = new ArrayList<>();
        for (String level : List.of("NONSENSE", "STUDY")) {
            Path dump = Files.writeString(
                    folder.resolve(level + ".dump"), "(0008,0052) CS [" + level + "]\n(0020,000d) UI\n");
            Path query = folder.resolve(level + ".dcm");
            Command.run("dump2dcm", "-q", dump.toString(), query.toString()).ok();
            files.add(query.toString());
        }
        String output = users().run(command, files.toArray(String[]::new)).output();
        assertEquals(1, output.split("Requesting Association", -1).length - 1, output);
        assertTrue(output.contains("0xa900"), output);
        String after = output.substring(output.indexOf("0xa900"));
        assertEquals(2, after.split("0xff00", -1).length - 1, output);
    }

    private void strangersSeePseudonymsOnlyWhereTheSettingSaysSo() throws Exception {
        Path settings = appliance().data().resolve("etc/org.sallyport.query.cfg");
        String shipped = Files.readString(settings);
        Files.writeString(settings, shipped.replace("unknown-callers = nothing", "unknown-callers = pseudonymous"));
        List<DataSet> found = new ArrayList<>();
        Await.until("strangers are answered", SOON, () -> {
            found.clear();
            found.addAll(users().find("STRANGER", "-S", "STUDY", "PatientName", "PatientID", "StudyInstanceUID"));
            return true;
        });
        assertEquals(2, found.size());
        for (DataSet one : found) {
            assertTrue(String.valueOf(one.string(Tag.PatientName)).startsWith("ANON-"));
            assertEquals(one.string(Tag.PatientName), one.string(Tag.PatientID));
        }
        assertEquals(
                List.of(),
                users().find(
                                "STRANGER",
                                "-S",
                                "STUDY",
                                "PatientID=" + CT.patient().id()));
        String study = String.valueOf(found.get(0).string(Tag.StudyInstanceUID));
        assertFalse(
                users().get("STRANGER", "STUDY", "StudyInstanceUID=" + study).isEmpty());
        assertNothingPlanted(users().last());
        Files.writeString(settings, shipped);
        Await.until("they are not any more", SOON, () -> users().refusal("STRANGER", "-S", "STUDY", "StudyInstanceUID")
                .contains("0x0124"));
    }

    // ---- fetching

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
        assertOriginals(CT, users().get("VIEWER", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        List<DataSet> one = users().get(
                        "VIEWER",
                        "IMAGE",
                        "StudyInstanceUID=" + CT.studyInstanceUid(),
                        "SeriesInstanceUID=" + CT.seriesInstanceUid(1),
                        "SOPInstanceUID=" + CT.sopInstanceUid(1, 2));
        assertEquals(Set.of(CT.sopInstanceUid(1, 2)), values(one, Tag.SOPInstanceUID));
    }

    private void othersGetPseudonymousImages() throws Exception {
        assertEquals(List.of(), users().get("PLAIN", "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid()));
        String study = String.valueOf(users().find("PLAIN", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=CT")
                .get(0)
                .string(Tag.StudyInstanceUID));
        List<DataSet> got = users().get("PLAIN", "STUDY", "StudyInstanceUID=" + study);
        assertEquals(6, got.size());
        assertEquals(Set.of(study), values(got, Tag.StudyInstanceUID));
        assertNothingPlanted(users().last());
    }

    private static void assertNothingPlanted(Path into) throws IOException {
        try (Stream<Path> files = Files.list(into)) {
            for (Path file : files.toList()) {
                assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
            }
        }
    }

    /** By both models, one and several of a level. */
    private void everyLevelIsFetchedAndMoved() throws Exception {
        String patient = "PatientID=" + CT.patient().id();
        String study = "StudyInstanceUID=" + CT.studyInstanceUid();
        String series = "SeriesInstanceUID=" + CT.seriesInstanceUid(2);
        String image = "SOPInstanceUID=" + CT.sopInstanceUid(2, 1);
        Set<String> second = Set.of(CT.sopInstanceUid(2, 1), CT.sopInstanceUid(2, 2), CT.sopInstanceUid(2, 3));
        Set<String> all = new TreeSet<>(second);
        all.addAll(Set.of(CT.sopInstanceUid(1, 1), CT.sopInstanceUid(1, 2), CT.sopInstanceUid(1, 3)));
        assertComes(all, "-P", "PATIENT", patient);
        assertComes(all, "-P", "STUDY", patient, study);
        assertComes(second, "-P", "SERIES", patient, study, series);
        assertComes(Set.of(CT.sopInstanceUid(2, 1)), "-P", "IMAGE", patient, study, series, image);
        assertComes(all, "-S", "STUDY", study, "AccessionNumber=");
        assertComes(all, "-S", "SERIES", study, series + "\\" + CT.seriesInstanceUid(1));
        assertComes(
                Set.of(CT.sopInstanceUid(2, 1), CT.sopInstanceUid(2, 3)),
                "-S",
                "IMAGE",
                study,
                series,
                image + "\\" + CT.sopInstanceUid(2, 3));
        assertComes(Set.of(), "-P", "PATIENT", "PatientID=none");
    }

    private static void empty(Path into) throws IOException {
        try (Stream<Path> files = Files.list(into)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private void assertComes(Set<String> images, String root, String level, String... keys) throws Exception {
        assertEquals(images, values(users().getBy(root, "VIEWER", level, keys), Tag.SOPInstanceUID), level);
        Path into = folder.resolve("stored0");
        empty(into);
        String moved = users().move("STORE", root, level, keys);
        assertTrue(moved.contains("0x0000"), moved);
        assertEquals(images, values(read(into), Tag.SOPInstanceUID), level);
    }

    private void imagesAreMovedToNodesAsTheseMaySeeThem() throws Exception {
        empty(folder.resolve("stored0"));
        String moved = users().move("STORE", MR.studyInstanceUid());
        assertTrue(moved.contains("0x0000"), moved);
        assertOriginals(MR, read(folder.resolve("stored0")));
        users().move("RESEARCH", MR.studyInstanceUid());
        List<DataSet> research = read(folder.resolve("stored1"));
        assertEquals(2, research.size());
        for (DataSet one : research) {
            assertTrue(String.valueOf(one.string(Tag.PatientID)).startsWith("ANON-"));
        }
        String sealed = users().move("SEALED", MR.studyInstanceUid());
        assertTrue(sealed.contains("0x0000"), sealed);
        assertOriginals(MR, read(folder.resolve("stored2")));
        String echo = appliance().shell("dicom:echo sealed").ok().output();
        assertTrue(echo.contains("node sealed over TLS answered in"), echo);
        String unknown = users().move("NOBODY", MR.studyInstanceUid());
        assertTrue(unknown.contains("0xa801"), unknown);
        String closed = users().move("VIEWER", MR.studyInstanceUid());
        assertTrue(closed.contains("0xa702"), closed);
    }

    /**
     * gdcmscu of gdcm 3.0.21 aborts itself when an association ends, whoever its peer is, and then shows no matches: what it was answered is in the audit
     * log. As the receiver of a C-MOVE it accepts Explicit VR Little Endian and reads it as Implicit.
     */
    private void gdcmscuAsks() throws Exception {
        Command.run(
                "timeout",
                "120",
                "gdcmscu",
                "--find",
                "--study",
                "--studyroot",
                "--aetitle",
                "GDCM",
                "--call",
                Appliance.AET,
                "-H",
                "127.0.0.1",
                "-p",
                String.valueOf(appliance().dicomPort()),
                "--key",
                "10,20=" + MR.patient().id(),
                "--key",
                "20,d");
        Await.until("its query is answered and audited", SOON, () -> {
            for (JsonNode record : appliance().json("audit:list --limit 1000")) {
                if (record.get("actor").asText().equals("GDCM")
                        && record.get("detail").asText().equals("1 matches at level STUDY by PatientID")) {
                    return true;
                }
            }
            return false;
        });
    }

    // ---- what does not go to its end

    private void whatIsCancelledGoesNoFurther() throws Exception {
        List<String> command = command("movescu", "VIEWER", "-d", "-S", "-aem", "SLOW", "--cancel", "1");
        keys(command, "STUDY", "StudyInstanceUID=" + CT.studyInstanceUid());
        String cancelled = users().run(command).output();
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
        Path into = Files.createDirectory(folder.resolve("some"));
        List<String> command = command("getscu", "VIEWER", "-d", "-S", "-od", into.toString());
        keys(command, "STUDY", "StudyInstanceUID=" + PT.studyInstanceUid());
        String some = users().run(command).output();
        assertTrue(some.contains("0xb000"), some);
        assertEquals(Set.of(PT.sopInstanceUid(1, 1)), values(read(into), Tag.SOPInstanceUID));
        // getscu does not read which; storescp takes native images only, too.
        String moved = users().move("SLOW", PT.studyInstanceUid());
        assertTrue(moved.contains("0xb000"), moved);
        assertTrue(moved.contains(PT.sopInstanceUid(1, 2)), "the failed one is named: " + moved);
        assertFalse(moved.contains(PT.sopInstanceUid(1, 1)), moved);
    }

    private void moreThanTheMostMatchesAreToldOf() throws Exception {
        Path settings = appliance().data().resolve("etc/org.sallyport.query.cfg");
        String shipped = Files.readString(settings);
        Files.writeString(settings, shipped.replace("max-matches = 10000", "max-matches = 2"));
        Await.until("the limit is in force", SOON, () -> {
            String output = users().refusal("VIEWER", "-S", "STUDY", "StudyInstanceUID");
            return output.contains("0xa700") && output.contains("more than 2 matches");
        });
        Files.writeString(settings, shipped);
        Await.until(
                "it is as before",
                SOON,
                () -> users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID").size() == 3);
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

    // ---- encodings

    private static final String ACCENTED = "Müller^Jürgen";

    /** The image of the first study in the documentation, of another patient. */
    private DataSet accented() throws Exception {
        Path made = Files.createDirectory(folder.resolve("accented"));
        Command.run(
                        "dump2dcm",
                        "-q",
                        "+te",
                        Appliance.ROOT.resolve("docs/example/ct.dump").toString(),
                        made.resolve("1.dcm").toString())
                .ok();
        DataSet image = read(made).get(0);
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        image.setString(Tag.PatientName, ACCENTED);
        image.setString(Tag.PatientID, "HH-0816");
        image.setString(Tag.StudyDescription, "Thorax");
        return image;
    }

    private void compressedImagesAreRewrittenForWhoTakesNativeOnesOnlyAndNamesComeInTheCallersCharacterSet()
            throws Exception {
        DataSet image = accented();
        Path run = folder.resolve("rle.dcm");
        Command.run(
                        "dcmcrle",
                        IthCommandsIT.write(image, folder.resolve("native.dcm")).toString(),
                        run.toString())
                .ok();
        appliance().send(List.of("-aet", "SCANNER", "-xr"), List.of(run));
        String study = String.valueOf(image.string(Tag.StudyInstanceUID));

        List<DataSet> got = users().get("VIEWER", "STUDY", "StudyInstanceUID=" + study);
        assertEquals(1, got.size());
        assertEquals(List.of(), DataSetDifference.between(image, got.get(0)), "as it was before it was compressed");
        String moved = users().move("STORE", study);
        assertTrue(moved.contains("0x0000"), moved);
        Path stored;
        try (Stream<Path> files = Files.list(folder.resolve("stored0"))) {
            stored = files.filter(file -> file.toString().endsWith("." + image.string(Tag.SOPInstanceUID)))
                    .findFirst()
                    .orElseThrow();
        }
        try (InputStream in = Files.newInputStream(stored)) {
            assertEquals(
                    "1.2.840.10008.1.2.5",
                    Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                            .transferSyntax()
                            .uid(),
                    "who takes what is stored is given that");
        }

        for (Map.Entry<String, String> set : Map.of(
                        "ISO_IR 100", "ISO_IR 100",
                        "ISO_IR 192", "ISO_IR 192",
                        "ISO_IR 144", "ISO_IR 192")
                .entrySet()) {
            List<DataSet> found = users().find(
                            "VIEWER",
                            "-S",
                            "STUDY",
                            "SpecificCharacterSet=" + set.getKey(),
                            "PatientName=muller^*",
                            "StudyInstanceUID");
            assertEquals(Set.of(study), values(found, Tag.StudyInstanceUID), set.getKey());
            assertEquals(ACCENTED, found.get(0).string(Tag.PatientName), set.getKey());
            assertEquals(set.getValue(), found.get(0).string(Tag.SpecificCharacterSet), "asked in " + set.getKey());
        }
    }

    // ---- and after all that

    private void queriesThatUsedIdentityAreAuditedWithoutValues() throws Exception {
        int found = 0;
        Set<String> actions = new TreeSet<>();
        for (JsonNode record : appliance().json("audit:list --limit 1000")) {
            assertTrue(
                    PLANTED.firstIn(record.toString().getBytes(StandardCharsets.UTF_8))
                            .isEmpty(),
                    record.toString());
            assertFalse(Set.of("PLAIN", "STRANGER").contains(record.get("actor").asText()), record.toString());
            actions.add(
                    record.get("action").asText() + ": " + record.get("detail").asText());
            found += record.get("action").asText().equals("query.find")
                            && record.get("detail").asText().startsWith("1 matches at level STUDY by PatientID")
                    ? 1
                    : 0;
        }
        assertTrue(found > 0);
        assertTrue(actions.contains("query.get: 6 of 6 images sent, 0 with warnings, 0 failed"), actions.toString());
        assertTrue(
                actions.contains("query.move: 2 of 2 images sent, 0 with warnings, 0 failed, to store"),
                actions.toString());
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
                        () -> users().find("VIEWER", "-S", "STUDY", "PatientName=*", "StudyInstanceUID")
                                        .size()
                                == 4);
        appliance().await("the log tells that sheets were read", SOON, () -> appliance()
                .log()
                .contains("4 studies can be searched"));
    }

    private void whatIsDeletedIsNotFound() throws Exception {
        String study = String.valueOf(users().find("PLAIN", "-S", "STUDY", "StudyInstanceUID", "ModalitiesInStudy=MR")
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
        Set<String> left = values(users().find("VIEWER", "-S", "STUDY", "StudyInstanceUID"), Tag.StudyInstanceUID);
        assertEquals(3, left.size(), left.toString());
        assertFalse(left.contains(MR.studyInstanceUid()), left.toString());
        assertEquals(
                List.of(),
                users().find(
                                "VIEWER",
                                "-P",
                                "PATIENT",
                                "PatientID=" + MR.patient().id()));
        assertEquals(List.of(), users().get("VIEWER", "STUDY", "StudyInstanceUID=" + MR.studyInstanceUid()));
        aSeriesThatIsDeletedIsNotCountedAnyMore();
    }

    private void aSeriesThatIsDeletedIsNotCountedAnyMore() throws Exception {
        String ours = "StudyInstanceUID=" + CT.studyInstanceUid();
        String study = String.valueOf(
                users().find("PLAIN", "-S", "STUDY", "StudyInstanceUID", "NumberOfStudyRelatedSeries").stream()
                        .filter(one -> "2".equals(one.string(Tag.NumberOfStudyRelatedSeries)))
                        .findFirst()
                        .orElseThrow()
                        .string(Tag.StudyInstanceUID));
        String series = String.valueOf(users().find(
                        "PLAIN", "-S", "SERIES", "StudyInstanceUID=" + study, "SeriesInstanceUID", "SeriesNumber=1")
                .get(0)
                .string(Tag.SeriesInstanceUID));
        appliance()
                .await(
                        "it can be deleted",
                        SOON,
                        () -> appliance()
                                        .shell("study:delete --reason 'a test' --series " + series + " " + study)
                                        .exit()
                                == 0);
        DataSet counted = users().find(
                        "VIEWER", "-S", "STUDY", ours, "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances")
                .get(0);
        assertEquals("1", counted.string(Tag.NumberOfStudyRelatedSeries));
        assertEquals("3", counted.string(Tag.NumberOfStudyRelatedInstances));
        assertEquals(
                Set.of(CT.seriesInstanceUid(2)),
                values(users().find("VIEWER", "-S", "SERIES", ours, "SeriesInstanceUID"), Tag.SeriesInstanceUID));
        assertEquals(
                Set.of(CT.seriesInstanceUid(2)), values(users().get("VIEWER", "STUDY", ours), Tag.SeriesInstanceUID));
    }
}
