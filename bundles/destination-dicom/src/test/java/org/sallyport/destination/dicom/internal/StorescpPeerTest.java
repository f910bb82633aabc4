package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Tls;
import org.sallyport.dicom.net.Tls.ClientAuthentication;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.Certificates;

/** Against dcmtk's storescp: who we are, TLS, and a peer that goes away. */
@Tag("peers")
@Timeout(120)
class StorescpPeerTest {

    @TempDir
    private Path folder;

    private int port;
    private final List<Process> started = new ArrayList<>();

    StorescpPeerTest() {}

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectory(folder.resolve("received"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process storescp(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("storescp", "-d", "--fork"));
        command.addAll(List.of(options));
        command.addAll(List.of("-od", folder.resolve("received").toString(), String.valueOf(port)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        started.add(process);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Socket there = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertTrue(there.isConnected());
                return process;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private Path log() {
        return folder.resolve("storescp.log");
    }

    private Set<String> received() throws IOException {
        Set<String> uids = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder.resolve("received"))) {
            files.forEach(file -> uids.add(file.getFileName().toString().substring(3)));
        }
        return uids;
    }

    private DicomDestination destination(Options options) {
        return new DicomDestination(new DicomSettings(
                "pacs",
                () -> new Peer("127.0.0.1", port, "ITS-TITLE"),
                () -> "OUR-TITLE",
                3,
                options.withTimeouts(FakePacs.TIMEOUTS),
                true,
                null));
    }

    private static Tls tls(@Nullable Certificates own, Certificates trusted) throws IOException {
        return new Tls(new Tls.Settings(
                own == null ? null : own.pkcs12(),
                null,
                Certificates.PASSWORD.toCharArray(),
                trusted.certificate(),
                new char[0],
                ClientAuthentication.NONE,
                true));
    }

    @Test
    void itHearsWhoWeAre() throws Exception {
        storescp();
        DicomDestination destination =
                destination(Options.DEFAULT.withUserIdentity(UserIdentity.ofUser("gate", "a-passcode", false)));
        assertEquals(DeliveryOutcome.delivered("ITS-TITLE"), destination.deliver(FakeDelivery.images(7)));
        assertEquals(7, received().size());
        String log = Files.readString(log());
        assertTrue(log.contains("Calling Application Name:    OUR-TITLE"), log);
        assertTrue(log.contains("Called Application Name:     ITS-TITLE"));
        assertTrue(log.contains("Authentication mode 2: Username/Password"), log);
        assertTrue(log.contains("Username: [gate]"), log);
        // Up to three: the last one is not opened when the first two have sent everything by then.
        int associations = log.split("Parsing an A-ASSOCIATE PDU", -1).length - 1;
        assertTrue(associations >= 1 && associations <= 3, () -> associations + " associations");
    }

    @Test
    void imagesAndProbesGoOverTlsWithCertificatesOnBothSides() throws Exception {
        Certificates server = Certificates.make(folder, "server", "ip:127.0.0.1");
        Certificates ours = Certificates.make(folder, "ours", "dns:gate.example");
        Certificates stranger = Certificates.make(folder, "stranger", "dns:stranger.example");
        storescp(
                "+tls",
                server.key().toString(),
                server.certificate().toString(),
                "+cf",
                ours.certificate().toString());
        DicomDestination trusted = destination(Options.DEFAULT.withTls(tls(ours, server)));
        assertEquals(ProbeResult.State.REACHABLE, trusted.probe().state());
        assertEquals(DeliveryOutcome.delivered("ITS-TITLE"), trusted.deliver(FakeDelivery.images(3)));
        assertEquals(Set.of("1.2.1", "1.2.2", "1.2.3"), received());
        for (DicomDestination wrong : List.of(
                destination(Options.DEFAULT),
                destination(Options.DEFAULT.withTls(tls(stranger, server))),
                destination(Options.DEFAULT.withTls(tls(null, server))),
                destination(Options.DEFAULT.withTls(tls(ours, stranger))))) {
            assertEquals(ProbeResult.State.UNREACHABLE, wrong.probe().state());
            assertInstanceOf(DeliveryOutcome.Later.class, wrong.deliver(FakeDelivery.images(5)));
        }
        assertEquals(3, received().size());
    }

    /**
     * A stock storescp takes no compressed images.
     *
     * @param bits of a sample
     * @param apart how far samples may be from what dcmtk itself makes of the image: two lossy decoders may round differently
     */
    @ParameterizedTest
    @CsvSource({
        "1.2.840.10008.1.2.5, 16, dcmcrle +un, dcmdrle, 0",
        "1.2.840.10008.1.2.1.99, 16, dcmconv +td, dcmconv +te, 0",
        "1.2.840.10008.1.2.4.50, 8, dcmcjpeg +eb +un, dcmdjpeg, 1",
        "1.2.840.10008.1.2.4.57, 16, dcmcjpeg +el +un, dcmdjpeg, 0",
        "1.2.840.10008.1.2.4.70, 16, dcmcjpeg +e1 +un, dcmdjpeg, 0"
    })
    void compressedImagesAreStoredAsDcmtkDecompressesThem(
            String syntax, int bits, String compress, String decompress, int apart) throws Exception {
        DataSet image = FakeDelivery.dataSet(FakeDelivery.CT, "1.2.7");
        image.setInt(org.sallyport.dicom.data.Tag.BitsAllocated, bits);
        image.setInt(org.sallyport.dicom.data.Tag.BitsStored, bits);
        image.setInt(org.sallyport.dicom.data.Tag.HighBit, bits - 1);
        byte[] pixels = FakeDelivery.pixels(16 * 16 * bits / 8);
        image.put(Element.of(org.sallyport.dicom.data.Tag.PixelData, bits == 8 ? VR.OB : VR.OW, pixels));
        Path plain = Files.write(
                folder.resolve("plain.dcm"),
                FakeDelivery.part10(FakeDelivery.CT, "1.2.7", FakeDelivery.EXPLICIT, image));
        Path compressed = through(compress, plain);
        Part10Reader file = open(compressed);
        assertEquals(syntax, file.transferSyntax().uid());
        byte[] expected = pixels(through(decompress, compressed));
        if (apart == 0) {
            assertArrayEquals(pixels, expected);
        }

        storescp();
        FakeDelivery delivery = FakeDelivery.of(
                new FakeDelivery.Image(FakeDelivery.CT, "1.2.7", syntax, Files.readAllBytes(compressed)));
        assertEquals(
                DeliveryOutcome.delivered("ITS-TITLE"),
                destination(Options.DEFAULT).deliver(delivery));
        assertEquals(Set.of("1.2.7"), received());
        Path stored = folder.resolve("received/CT.1.2.7");
        assertFalse(open(stored).transferSyntax().encapsulated());
        byte[] actual = pixels(stored);
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertTrue(Math.abs((expected[i] & 0xFF) - (actual[i] & 0xFF)) <= apart, "byte " + i);
        }
    }

    private Path through(String command, Path from) throws IOException, InterruptedException {
        Path to = folder.resolve(command.replaceAll("[^a-z]", "") + ".dcm");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add(from.toString());
        words.add(to.toString());
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("conversion.log").toFile())
                .start();
        started.add(process);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command);
        assertEquals(0, process.exitValue(), Files.readString(folder.resolve("conversion.log")));
        return to;
    }

    private static Part10Reader open(Path file) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(Files.readAllBytes(file)), Limits.DEFAULT, BulkStore.REFUSE);
    }

    private static byte[] pixels(Path file) throws IOException {
        return Objects.requireNonNull(open(file).dataSet().readAll().get(org.sallyport.dicom.data.Tag.PixelData))
                .bytes();
    }

    @Test
    void aPeerThatGoesAwayGetsTheRestWhenItIsBack() throws Exception {
        Process first = storescp("--abort-after");
        DicomDestination destination = destination(Options.DEFAULT);
        // It takes one image on each association, and aborts instead of answering.
        assertInstanceOf(DeliveryOutcome.Later.class, destination.deliver(FakeDelivery.images(9)));
        first.destroyForcibly().waitFor();
        assertInstanceOf(DeliveryOutcome.Later.class, destination.deliver(FakeDelivery.images(9)));
        storescp();
        assertEquals(DeliveryOutcome.delivered("ITS-TITLE"), destination.deliver(FakeDelivery.images(9)));
        assertEquals(9, received().size());
    }

    @Test
    void aPeerThatRejectsIsTold() throws Exception {
        storescp("--refuse");
        DicomDestination destination = destination(Options.DEFAULT);
        ProbeResult probe = destination.probe();
        assertEquals(ProbeResult.State.UNREACHABLE, probe.state());
        assertTrue(probe.text().startsWith("rejects us: "), probe.text());
        assertInstanceOf(DeliveryOutcome.Later.class, destination.deliver(FakeDelivery.images(1)));
    }
}
