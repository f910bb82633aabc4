package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.api.action.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.node.ArchiveClient;
import org.sallyport.gateway.api.node.ArchiveClient.Found;
import org.sallyport.gateway.api.node.ArchiveClient.Level;
import org.sallyport.gateway.api.node.ArchiveClient.Moved;
import org.sallyport.gateway.api.node.ArchiveClient.Query;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.DicomReceiver.ListenerView;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;

/** The commands dicom:*. */
class DicomCommandsTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void setFolder() {
        System.setProperty("karaf.etc", folder.toString());
    }

    @AfterEach
    void clearFolder() {
        System.clearProperty("karaf.etc");
    }

    private static JsonNode json(GatewayCommand command) throws Exception {
        command.json = true;
        return new ObjectMapper().readTree(Console.run(command));
    }

    private static String error(Class<? extends Exception> type, Action command) {
        return String.valueOf(assertThrows(type, () -> Console.run(command)).getMessage());
    }

    // ---- dicom:status

    private static JsonNode status(DicomReceiver.Status status, ListenerView... ports) throws Exception {
        DicomStatus command = new DicomStatus();
        command.receiver =
                new Fake<>(DicomReceiver.class).on("status", a -> status).on("listeners", a -> List.of(ports)).service;
        return json(command);
    }

    @Test
    void eachPortIsShownWithWhatIsWrong() throws Exception {
        JsonNode rows = status(
                new DicomReceiver.Status(true, false, "GATE", 104, "the disk is full"),
                new ListenerView(104, false, true, null),
                new ListenerView(2762, true, false, "tls-certificate: missing"));
        assertEquals("the disk is full", rows.get(0).get("message").asText());
        assertTrue(rows.get(0).get("listening").asBoolean());
        assertEquals("tls-certificate: missing", rows.get(1).get("message").asText());
        assertFalse(rows.get(1).get("listening").asBoolean());
        assertTrue(rows.get(1).get("tls").asBoolean());
        JsonNode stopped = status(
                new DicomReceiver.Status(false, false, "GATE", 104, "stopped"),
                new ListenerView(104, false, false, "stopped"),
                new ListenerView(2762, true, true, null));
        assertEquals("stopped", stopped.get(0).get("message").asText());
        assertTrue(stopped.get(1).get("message").isNull());
    }

    // ---- dicom:find

    private static DataSet study(String id, String... modalities) {
        DataSet match = new DataSet();
        match.setString(Tag.PatientName, "SMITH^ANN");
        match.setString(Tag.PatientID, id);
        match.setString(Tag.ModalitiesInStudy, modalities);
        return match;
    }

    private static DicomFind find(Fake<ArchiveClient> archives, String... keys) {
        DicomFind command = new DicomFind();
        command.archives = archives.service;
        command.node = "PACS";
        command.keys = List.of(keys);
        command.reason = "looking for priors";
        return command;
    }

    @Test
    void matchesAreShownByTheirKeywords() throws Exception {
        List<Query> queries = new ArrayList<>();
        Fake<ArchiveClient> archives = new Fake<>(ArchiveClient.class).on("find", a -> {
            queries.add((Query) a.get(1));
            return new Found(List.of(study("4711", "CT", "PT")), true);
        });
        JsonNode row = json(find(archives, "PatientName=SMITH*", "0008,0090", "StudyDate=20240101-"))
                .get(0);
        assertEquals("SMITH^ANN", row.get("PatientName").asText());
        assertEquals("CT\\PT", row.get("ModalitiesInStudy").asText());
        assertEquals("", row.get("ReferringPhysicianName").asText());
        DataSet keys = queries.get(0).keys();
        assertEquals(Level.STUDY, queries.get(0).level());
        assertEquals(100, queries.get(0).most());
        assertEquals("SMITH*", keys.string(Tag.PatientName));
        assertEquals("20240101-", keys.string(Tag.StudyDate));
        assertTrue(keys.contains(Tag.StudyInstanceUID) && keys.contains(Tag.ReferringPhysicianName));
        assertFalse(keys.contains(Tag.SpecificCharacterSet));
        String table = Console.run(find(archives));
        assertTrue(table.contains("PatientName") && table.contains("SMITH^ANN"), table);
    }

    @Test
    void namesBeyondAsciiAreAskedInUtf8() {
        FindKeys keys = FindKeys.parse(Level.PATIENT, List.of("PatientName=MÜLLER^*"));
        assertEquals("ISO_IR 192", keys.identifier().string(Tag.SpecificCharacterSet));
        assertEquals("MÜLLER^*", keys.identifier().string(Tag.PatientName));
    }

    @Test
    void aLowerLevelNeedsThoseAbove() {
        assertEquals(
                "level SERIES needs the key StudyInstanceUID",
                assertThrows(IllegalArgumentException.class, () -> FindKeys.parse(Level.SERIES, List.of()))
                        .getMessage());
        FindKeys.parse(Level.SERIES, List.of("StudyInstanceUID=1.2.3"));
        assertThrows(
                IllegalArgumentException.class,
                () -> FindKeys.parse(Level.IMAGE, List.of("StudyInstanceUID=1.2.3", "SeriesInstanceUID")));
        FindKeys image =
                FindKeys.parse(Level.IMAGE, List.of("StudyInstanceUID=1.2.3", "SeriesInstanceUID=1.2.3.4\\1.2.3.5"));
        assertEquals(List.of("1.2.3.4", "1.2.3.5"), image.identifier().strings(Tag.SeriesInstanceUID));
    }

    /** Karaf logs what a command fails with. */
    @Test
    void noMessageQuotesWhatIsAskedFor() {
        Fake<ArchiveClient> archives = new Fake<>(ArchiveClient.class);
        for (String wrong : List.of(
                "PatientNme=SMITH",
                "SMITH",
                "PatientName=SMITH\u0007",
                "PatientName=SMITH" + "x".repeat(300),
                "0040,A730=SMITH",
                "0002,0010=SMITH",
                "ReferencedStudySequence=SMITH")) {
            String message = error(IllegalArgumentException.class, find(archives, wrong));
            assertFalse(message.contains("SMITH"), message);
        }
        DicomFind level = find(archives);
        level.level = "SMITH";
        assertEquals("--level: must be patient, study, series or image", error(IllegalArgumentException.class, level));
        DicomFind many = find(archives);
        many.limit = 0;
        assertEquals("--limit 0: must be 1–10000", error(IllegalArgumentException.class, many));
        assertEquals(List.of(), archives.calls);
    }

    // ---- dicom:move

    private static DicomMove move(Moved moved) {
        DicomMove command = new DicomMove();
        command.archives = new Fake<>(ArchiveClient.class).on("move", a -> moved).service;
        command.node = "PACS";
        command.study = "1.2.3";
        command.reason = "looking for priors";
        return command;
    }

    @Test
    void howAMoveEndedIsShown() throws Exception {
        JsonNode sheet = json(move(new Moved("GATE", 0, 8, 0, 1)));
        assertEquals(8, sheet.get("sent").asInt());
        assertEquals("0000", sheet.get("status").asText());
        assertEquals(
                "not everything was sent, status B000",
                error(IllegalStateException.class, move(new Moved("GATE", 0xB000, 6, 2, 0))));
        assertTrue(error(IllegalStateException.class, move(new Moved("GATE", 0xA801, -1, -1, -1)))
                .startsWith("the archive does not know GATE"));
    }

    // ---- dicom:send

    private static final StudyIndex.StudyRecord STUDY = new StudyIndex.StudyRecord(
            "2.25.1", "ANON-1", "20260228", null, Set.of("CT"), "CT1", 1, 2, 3, 1, 0, 0, Instant.EPOCH, Instant.EPOCH);

    private static Node node(String id, boolean active, Node.Permission permission) {
        return new Node(id, "the-pacs", "PACS", "10.0.0.5", 104, active, permission, Node.Origin.LOCAL, false);
    }

    private final Fake<RouteDirectory> routes = new Fake<>(RouteDirectory.class).on("replay", a -> List.of(7L, 8L));
    private final Fake<AuditLog> audit = new Fake<>(AuditLog.class).on("record", a -> null);

    private DicomSend send(String name, Node... nodes) {
        DicomSend command = new DicomSend();
        command.index = new Fake<>(StudyIndex.class)
                .on("study", a -> a.get(0).equals("2.25.1") ? Optional.of(STUDY) : Optional.empty())
                .service;
        command.nodes = new Fake<>(NodeDirectory.class).on("nodes", a -> List.of(nodes)).service;
        command.receiver = new Fake<>(DicomReceiver.class)
                .on("status", a -> new DicomReceiver.Status(true, true, "GATE", 104, null))
                .service;
        command.destinations =
                new Fake<>(DestinationDirectory.class).on("destinations", a -> destinationsOfFolder()).service;
        command.routes = routes.service;
        command.audit = audit.service;
        command.study = "2.25.1";
        command.name = name;
        return command;
    }

    /** As if the gateway had taken up the files that are there. */
    private List<DestinationDirectory.View> destinationsOfFolder() throws IOException {
        List<DestinationDirectory.View> views = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replaceAll("org.sallyport.destination.dicom-|\\.cfg", "");
                views.add(
                        new DestinationDirectory.View(name, DestinationDirectory.State.ACTIVE, null, "(Images=0)", 0));
            }
        }
        return views;
    }

    @Test
    void aStudyIsQueuedForADestinationOfTheNodesOwn() throws Exception {
        String said = Console.run(send("PACS", node("ward_3", true, Node.Permission.READ)));
        assertEquals("study 2.25.1 is queued for node ward_3, destination to-ward-3: deliveries [7, 8]\n", said);
        assertEquals(List.of("replay[2.25.1, to-ward-3, null]"), routes.calls);
        assertEquals("""
                # Made by dicom:send. Takes no study by itself: its filter fits none.
                destination.name = to-ward-3
                node = ward_3
                calling-aet = $[env:DICOM_AE_TITLE;default=DICOMRCV]
                filter = (Images=0)
                """, Files.readString(folder.resolve("org.sallyport.destination.dicom-to-ward-3.cfg")));
        assertTrue(audit.calls.get(0).startsWith("record[dicom.send, unknown, shell, 2.25.1 to ward_3, "));
    }

    @Test
    void aFileThatPeopleChangedStays() throws Exception {
        Path file = Files.writeString(
                folder.resolve("org.sallyport.destination.dicom-to-n1.cfg"),
                "destination.name = to-n1\nnode = n1\ntls = yes\n");
        Console.run(send("n1", node("n1", true, Node.Permission.READ_WRITE)));
        assertTrue(Files.readString(file).contains("tls = yes"));
        Files.writeString(file, "destination.name = to-n1\nnode = n2\n");
        assertTrue(error(IllegalStateException.class, send("n1", node("n1", true, Node.Permission.READ)))
                .contains("holds no line \"node = n1\""));
    }

    @Test
    void onlyWhoMayReadIsSentAnything() throws Exception {
        Node reader = node("n1", true, Node.Permission.READ);
        assertTrue(error(IllegalArgumentException.class, send("n1", node("n1", true, Node.Permission.WRITE)))
                .contains("has not the permission to read"));
        assertTrue(error(IllegalArgumentException.class, send("n1", node("n1", false, Node.Permission.READ)))
                .contains("is switched off"));
        assertTrue(error(IllegalArgumentException.class, send("n2", reader)).contains("no node n2"));
        assertTrue(error(IllegalArgumentException.class, send("PACS", reader, node("n2", true, Node.Permission.READ)))
                .contains("several nodes are called PACS"));
        DicomSend unknown = send("n1", reader);
        unknown.study = "2.25.9";
        assertTrue(error(IllegalArgumentException.class, unknown).contains("no study of that UID"));
        Node self = new Node("us", "us", "GATE", "10.0.0.1", 104, true, Node.Permission.READ, Node.Origin.LOCAL, false);
        assertTrue(error(IllegalArgumentException.class, send("us", self)).contains("own AE title"));
        assertEquals(List.of(), routes.calls);
        assertEquals(List.of(), audit.calls);
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void namesOfDestinationsAreThoseThatTheQueueTakes() {
        assertEquals("to-ct1", DicomSend.destination("CT1"));
        assertEquals("to-a-b-c", DicomSend.destination("a b__c"));
        assertTrue(DicomSend.destination("x".repeat(200)).matches("[a-z0-9-]{1,40}"));
    }
}
