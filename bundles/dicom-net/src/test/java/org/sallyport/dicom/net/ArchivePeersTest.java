package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieve.Terms;
import org.sallyport.dicom.net.Tls.ClientAuthentication;
import org.sallyport.gateway.testkit.Certificates;

/** As a user of archives, over TLS, and for storage commitment: against dcmtk's programs and Orthanc, which have to be on the path. */
@Tag("peers")
@Timeout(180)
class ArchivePeersTest {

    private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
    private static final String STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
    private static final String STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final int IMAGES = 20;

    @TempDir
    private Path directory;

    private final TestService service = new TestService();
    private final AssociationServer us = service.start();
    private final List<Process> peers = new ArrayList<>();

    ArchivePeersTest() throws IOException {}

    @AfterEach
    void stop() throws IOException, InterruptedException {
        us.close();
        for (Process peer : peers) {
            peer.destroyForcibly();
            assertTrue(peer.waitFor(20, TimeUnit.SECONDS));
        }
    }

    private void start(String... command) throws IOException {
        peers.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("peer.log").toFile())
                .start());
    }

    private static int run(Path log, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the program did not end");
        return process.exitValue();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = RawPeer.listen()) {
            return free.getLocalPort();
        }
    }

    private Association open(int port, String called, List<ProposedContext> contexts, Options options)
            throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            try {
                return AssociationRequester.open("127.0.0.1", port, called, "SALLYPORT", contexts, options);
            } catch (ConnectException e) {
                if (peers.stream().anyMatch(peer -> !peer.isAlive()) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    private static ProposedContext context(int id, String abstractSyntax) {
        return new ProposedContext(id, abstractSyntax, List.of(EXPLICIT.uid()));
    }

    private static byte[] image(int number) throws IOException {
        DataSet image = new DataSet();
        image.setString(org.sallyport.dicom.data.Tag.SOPClassUID, SECONDARY_CAPTURE);
        image.setString(org.sallyport.dicom.data.Tag.SOPInstanceUID, "1.2.3.4." + number);
        image.setString(org.sallyport.dicom.data.Tag.StudyInstanceUID, "1.2.3");
        image.setString(org.sallyport.dicom.data.Tag.SeriesInstanceUID, "1.2.3.4");
        image.setString(org.sallyport.dicom.data.Tag.PatientID, "TEST");
        image.setString(org.sallyport.dicom.data.Tag.PatientName, "TEST^PEER");
        image.setString(org.sallyport.dicom.data.Tag.StudyDate, "20200101");
        image.setString(org.sallyport.dicom.data.Tag.Modality, "OT");
        image.put(Element.of(org.sallyport.dicom.data.Tag.PixelData, VR.OW, new byte[20_000]));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, EXPLICIT);
        writer.write(image);
        writer.finish();
        return out.toByteArray();
    }

    private static Set<String> expected() {
        Set<String> all = new TreeSet<>();
        for (int i = 1; i <= IMAGES; i++) {
            all.add("1.2.3.4." + i);
        }
        return all;
    }

    private static void storeAll(Association association) throws IOException {
        for (int i = 1; i <= IMAGES; i++) {
            byte[] image = image(i);
            assertEquals(
                    0,
                    association
                            .store(SECONDARY_CAPTURE, "1.2.3.4." + i, EXPLICIT.uid(), out -> out.write(image))
                            .status());
        }
    }

    private int archive() throws IOException {
        int port = freePort();
        Path store = Files.createDirectory(directory.resolve("archive"));
        Path configuration = Files.writeString(
                directory.resolve("dcmqrscp.cfg"),
                "NetworkTCPPort = " + port + "\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
                        + "HostTable BEGIN\nus = (SALLYPORT, 127.0.0.1, " + us.port() + ")\nHostTable END\n"
                        + "VendorTable BEGIN\nVendorTable END\n"
                        + "AETable BEGIN\nARCHIVE " + store + " RW (200, 1024mb) ANY\nAETable END\n");
        start("dcmqrscp", "-c", configuration.toString());
        return port;
    }

    private static DataSet keys(String level, String study) {
        DataSet keys = new DataSet();
        keys.setString(org.sallyport.dicom.data.Tag.QueryRetrieveLevel, level);
        keys.setString(org.sallyport.dicom.data.Tag.StudyInstanceUID, study);
        return keys;
    }

    @Test
    void dcmqrscpIsSearchedAndGivesByMoveAndByGet() throws Exception {
        int port = archive();
        List<ProposedContext> contexts = List.of(
                context(1, SECONDARY_CAPTURE),
                context(3, STUDY_FIND),
                context(5, STUDY_MOVE),
                context(7, STUDY_GET),
                context(9, "1.2.840.10008.5.1.4.1.1.2"));
        try (Association association =
                open(port, "ARCHIVE", contexts.subList(0, 1), Options.DEFAULT.withTimeouts(TestService.PATIENT))) {
            storeAll(association);
            association.release();
        }
        Options options = Options.DEFAULT
                .withTimeouts(TestService.PATIENT)
                .withRoles(QueryRetrieve.asProviderOf(List.of(SECONDARY_CAPTURE)));
        try (Association association = open(port, "ARCHIVE", contexts.subList(0, 4), options)) {
            QueryRetrieve archive = new QueryRetrieve(association);

            DataSet instances = keys("IMAGE", "1.2.3");
            instances.setString(org.sallyport.dicom.data.Tag.SeriesInstanceUID, "1.2.3.4");
            instances.setString(org.sallyport.dicom.data.Tag.SOPInstanceUID);
            Set<String> found = new TreeSet<>();
            Outcome all = archive.find(
                    STUDY_FIND,
                    instances,
                    Terms.upTo(1000),
                    match -> found.add(String.valueOf(match.string(org.sallyport.dicom.data.Tag.SOPInstanceUID))));
            assertEquals(0, all.status());
            assertEquals(expected(), found);

            List<DataSet> few = new ArrayList<>();
            Outcome stopped = archive.find(STUDY_FIND, instances, Terms.upTo(2), match -> few.add(match));
            assertTrue(stopped.stopped(), stopped::toString);
            assertEquals(2, few.size());

            Outcome none = archive.find(STUDY_FIND, keys("STUDY", "1.9.9"), Terms.upTo(10), match -> true);
            assertEquals(0, none.status());

            Outcome moved = archive.move(STUDY_MOVE, keys("STUDY", "1.2.3"), "SALLYPORT", () -> false, n -> {});
            assertEquals(0, moved.status(), moved::toString);
            assertEquals(IMAGES, moved.subOperations().completed());
            assertEquals(expected(), arrived());

            Outcome nowhere = archive.move(STUDY_MOVE, keys("STUDY", "1.2.3"), "NOBODY", () -> false, n -> {});
            assertEquals(0xA801, nowhere.status(), nowhere::toString);

            Set<String> got = new TreeSet<>();
            Outcome brought = archive.get(
                    STUDY_GET,
                    keys("STUDY", "1.2.3"),
                    () -> false,
                    store -> {
                        DataSet image = store.readDataSet(Limits.DEFAULT);
                        got.add(String.valueOf(image.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)));
                        return 0;
                    },
                    n -> {});
            assertEquals(0, brought.status(), brought::toString);
            assertEquals(IMAGES, brought.subOperations().completed());
            assertEquals(expected(), got);
            association.release();
        }
    }

    private Set<String> arrived() throws InterruptedException, IOException {
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < IMAGES; i++) {
            TestService.Stored stored = TestService.await(service.stored, "not everything came");
            DataSet read = DataSetReader.readAll(new ByteArrayInputStream(stored.dataSet()), EXPLICIT, Limits.DEFAULT);
            all.add(String.valueOf(read.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)));
        }
        return all;
    }

    // ---- TLS

    private static Tls tls(Certificates own, Certificates trusted, ClientAuthentication authentication)
            throws IOException {
        return new Tls(new Tls.Settings(
                own.certificate(), own.key(), new char[0], trusted.certificate(), new char[0], authentication, false));
    }

    @Test
    void storescpOverTlsKeepsWhatIsStored() throws Exception {
        Certificates server = Certificates.make(directory, "server", "dns:localhost");
        Certificates client = Certificates.make(directory, "client", "dns:client.example");
        Path received = Files.createDirectory(directory.resolve("received"));
        int port = freePort();
        start(
                "storescp",
                "+tls",
                server.key().toString(),
                server.certificate().toString(),
                "+cf",
                client.certificate().toString(),
                "-rc",
                "-od",
                received.toString(),
                Integer.toString(port));
        Options options = Options.DEFAULT
                .withTimeouts(TestService.PATIENT)
                .withTls(tls(client, server, ClientAuthentication.NONE));
        try (Association association = open(port, "STORESCP", List.of(context(1, SECONDARY_CAPTURE)), options)) {
            storeAll(association);
            association.release();
        }
        try (Stream<Path> files = Files.list(received)) {
            assertEquals(IMAGES, files.count());
        }
    }

    @Test
    void echoscuOverTlsIsAnsweredIfItsCertificateIsTrusted() throws Exception {
        Certificates server = Certificates.make(directory, "server", "dns:localhost");
        Certificates client = Certificates.make(directory, "client", "dns:client.example");
        Certificates stranger = Certificates.make(directory, "stranger", "dns:stranger.example");
        AssociationServer secured = AssociationServer.start(
                new AssociationServer.Settings(
                        "127.0.0.1",
                        0,
                        16_384,
                        5,
                        TestService.PATIENT,
                        tls(server, client, ClientAuthentication.REQUIRED)),
                service);
        try {
            Path log = directory.resolve("echoscu.log");
            for (Certificates who : List.of(client, stranger)) {
                int status = run(
                        log,
                        "echoscu",
                        "-v",
                        "+tls",
                        who.key().toString(),
                        who.certificate().toString(),
                        "+cf",
                        server.certificate().toString(),
                        "127.0.0.1",
                        Integer.toString(secured.port()));
                if (who.equals(client)) {
                    assertEquals(0, status, Files.readString(log));
                } else {
                    assertNotEquals(0, status, Files.readString(log));
                }
            }
        } finally {
            secured.close();
        }
    }

    // ---- storage commitment

    /** Orthanc reports on an association of its own, towards us. */
    @Test
    void orthancCommitsToWhatItKeeps() throws Exception {
        int port = freePort();
        Path configuration = Files.writeString(
                directory.resolve("orthanc.json"),
                "{\"StorageDirectory\": \"" + directory.resolve("orthanc") + "\", \"IndexDirectory\": \""
                        + directory.resolve("orthanc") + "\", \"HttpServerEnabled\": false, \"DicomPort\": " + port
                        + ", \"DicomAet\": \"ORTHANC\", \"DicomModalities\": {\"us\": {\"AET\": \"SALLYPORT\","
                        + " \"Host\": \"127.0.0.1\", \"Port\": " + us.port()
                        + ", \"AllowStorageCommitment\": true}}}");
        start("Orthanc", configuration.toString());
        BlockingQueue<StorageCommitment.Report> reports = new LinkedBlockingQueue<>();
        service.handling((association, message) -> {
            reports.add(StorageCommitment.readReport(message));
            association.send(message.context(), message.command().response(CommandSet.SUCCESS));
        });
        List<StorageCommitment.Reference> all = new ArrayList<>();
        for (int i = 1; i <= IMAGES + 1; i++) {
            all.add(new StorageCommitment.Reference(SECONDARY_CAPTURE, "1.2.3.4." + i));
        }
        List<ProposedContext> contexts =
                List.of(context(1, SECONDARY_CAPTURE), context(3, StorageCommitment.SOP_CLASS));
        try (Association association =
                open(port, "ORTHANC", contexts, Options.DEFAULT.withTimeouts(TestService.PATIENT))) {
            storeAll(association);
            assertEquals(
                    0,
                    StorageCommitment.request(association, new StorageCommitment.Request("1.2.77", all))
                            .status());
            StorageCommitment.Report report = TestService.await(reports, "no report came");
            assertEquals("1.2.77", report.transactionUid());
            assertEquals(expected(), new TreeSet<>(report.committed()));
            assertEquals(
                    List.of(new StorageCommitment.Failure("1.2.3.4." + (IMAGES + 1), CommandSet.NO_SUCH_SOP_INSTANCE)),
                    report.failed());
            association.release();
        }
    }
}
