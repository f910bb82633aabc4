package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
