package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;

/** Against the programs of dcmtk, which have to be on the path. */
@Tag("peers")
@Timeout(120)
class PeersTest {

    private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final Limits LARGE = new Limits(32, 500_000, 64 << 20, 128L << 20);

    @TempDir
    private Path directory;

    private final TestService service = new TestService();
    private AssociationServer server;

    PeersTest() throws IOException {
        server = service.start();
    }

    @BeforeEach
    void smallPdus() throws IOException {
        server.close();
        server = service.start(4096, 10, TestService.PATIENT);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private record Ended(int status, String output) {}

    private static Process begin(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Ended run(String... command) throws IOException, InterruptedException {
        Process process = begin(List.of(command));
        try (InputStream in = process.getInputStream()) {
            String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the program did not end");
            return new Ended(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static DataSet image(String uid, int side) {
        DataSet image = new DataSet();
        image.setString(org.sallyport.dicom.data.Tag.SOPClassUID, SECONDARY_CAPTURE);
        image.setString(org.sallyport.dicom.data.Tag.SOPInstanceUID, uid);
        image.setString(org.sallyport.dicom.data.Tag.PatientID, "TEST");
        image.setInt(org.sallyport.dicom.data.Tag.Rows, side);
        image.setInt(org.sallyport.dicom.data.Tag.Columns, side);
        byte[] pixels = new byte[2 * side * side];
        new Random(side).nextBytes(pixels);
        image.put(Element.of(org.sallyport.dicom.data.Tag.PixelData, VR.OW, pixels));
        return image;
    }

    private static byte[] encoded(DataSet dataSet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, EXPLICIT);
        writer.write(dataSet);
        writer.finish();
        return out.toByteArray();
    }

    private String file(DataSet image, String uid) throws IOException {
        Path file = directory.resolve(uid + ".dcm");
        try (OutputStream out = Files.newOutputStream(file)) {
            FileMetaInformation.ours(SECONDARY_CAPTURE, uid, EXPLICIT.uid()).write(out);
            out.write(encoded(image));
        }
        return file.toString();
    }

    private String port() {
        return Integer.toString(server.port());
    }

    @Test
    void echoscuIsAnswered() throws Exception {
        Ended echo = run("echoscu", "-v", "-aet", "PEER", "-aec", "SALLYPORT", "--repeat", "3", "127.0.0.1", port());

        assertEquals(0, echo.status, echo.output);
        Association served = service.awaitEnd();
        assertEquals("PEER", served.callingAet());
        assertEquals(3, served.messages());
    }

    @Test
    void echoscuIsToldThatItIsRejected() throws Exception {
        service.rejecting(request -> Rejection.CALLING_AET_NOT_RECOGNIZED);

        Ended echo = run("echoscu", "-v", "127.0.0.1", port());

        assertNotEquals(0, echo.status);
        assertTrue(echo.output.contains("Calling AE Title Not Recognized"), echo.output);
    }

    @Test
    void storescuStoresInPdusOfFourKibibytes() throws Exception {
        List<String> command = new ArrayList<>(List.of("storescu", "-v", "-xe", "-pdu", "4096", "127.0.0.1", port()));
        for (int i = 1; i <= 3; i++) {
            command.add(file(image("1.2." + i, 500 * i), "1.2." + i));
        }

        Ended store = run(command.toArray(String[]::new));

        assertEquals(0, store.status, store.output);
        for (int i = 1; i <= 3; i++) {
            TestService.Stored stored = TestService.await(service.stored, "nothing was stored");
            assertEquals("1.2." + i, stored.sopInstanceUid());
            DataSet read = DataSetReader.readAll(new ByteArrayInputStream(stored.dataSet()), EXPLICIT, LARGE);
            assertEquals(List.of(), DataSetDifference.between(image("1.2." + i, 500 * i), read));
        }
    }

    @Test
    void storescuMayAbortInsteadOfReleasing() throws Exception {
        Ended store = run("storescu", "-v", "-xe", "--abort", "127.0.0.1", port(), file(image("1.2.3", 100), "1.2.3"));

        assertEquals(0, store.status, store.output);
        assertEquals(
                "1.2.3", TestService.await(service.stored, "nothing was stored").sopInstanceUid());
        service.awaitEnd();
        assertEquals(0, run("echoscu", "127.0.0.1", port()).status);
    }

    @Test
    void storescpKeepsWhatTheRequesterStores() throws Exception {
        int port = freePort();
        Path received = Files.createDirectory(directory.resolve("received"));
        Path log = directory.resolve("storescp.log");
        Process storescp = new ProcessBuilder(
                        "storescp", "-v", "+xe", "-pdu", "4096", "-od", received.toString(), Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(new File(log.toString()))
                .start();
        try {
            DataSet image = image("1.2.3", 1000);
            byte[] bytes = encoded(image);
            List<ProposedContext> contexts =
                    List.of(new ProposedContext(1, SECONDARY_CAPTURE, List.of(EXPLICIT.uid())));
            try (Association association = openWhenItListens(port, contexts, storescp)) {
                assertEquals(
                        0,
                        association
                                .store(SECONDARY_CAPTURE, "1.2.3", EXPLICIT.uid(), out -> out.write(bytes))
                                .status());
                association.release();
            }
            List<Path> files;
            try (Stream<Path> found = Files.list(received)) {
                files = found.toList();
            }
            assertEquals(1, files.size(), () -> String.valueOf(files));
            try (InputStream in = Files.newInputStream(files.get(0))) {
                DataSet read =
                        Part10Reader.open(in, LARGE, BulkStore.REFUSE).dataSet().readAll();
                assertArrayEquals(bytes, encoded(read));
            }
        } finally {
            storescp.destroyForcibly();
            assertTrue(storescp.waitFor(20, TimeUnit.SECONDS));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = RawPeer.listen()) {
            return free.getLocalPort();
        }
    }

    private static Association openWhenItListens(int port, List<ProposedContext> contexts, Process storescp)
            throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return AssociationRequester.open(
                        "127.0.0.1", port, "STORESCP", "SALLYPORT", contexts, TestService.PATIENT);
            } catch (ConnectException e) {
                if (!storescp.isAlive() || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }
}
