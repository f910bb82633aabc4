package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.DicomReceiver.ListenerView;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.testkit.Certificates;

/** The port for TLS beside the plain one. What TLS itself has to refuse is tested in dicom-net. */
@Timeout(120)
class SecuredReceiverTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";

    @TempDir
    private static Path keys;

    private static Certificates ours;
    private static Certificates next;
    private static Certificates scanner;
    private static Certificates stranger;

    @TempDir
    private Path folder;

    private final NodeTable nodes = new NodeTable(Configurations.settings(Map.of("mode", "public")));
    private @Nullable Receiver receiver;

    @BeforeAll
    static void make() throws Exception {
        ours = Certificates.make(keys, "ours", "ip:127.0.0.1");
        next = Certificates.make(keys, "next", "ip:127.0.0.1");
        scanner = Certificates.make(keys, "scanner", "dns:scanner.example");
        stranger = Certificates.make(keys, "stranger", "dns:stranger.example");
    }

    @AfterEach
    void close() {
        if (receiver != null) {
            receiver.close();
        }
    }

    private Map<String, Object> settings() throws IOException {
        Map<String, Object> settings = new HashMap<>();
        settings.put("port", 0);
        settings.put("bind$_$address", "127.0.0.1");
        settings.put("tls$_$port", String.valueOf(FreePort.find()));
        settings.put("tls$_$certificate", ours.certificate().toString());
        settings.put("tls$_$key", ours.key().toString());
        settings.put("tls$_$trusted", scanner.certificate().toString());
        return settings;
    }

    private Receiver open(Map<String, Object> settings) {
        return open(settings, Configurations.secrets());
    }

    private Receiver open(Map<String, Object> settings, Secrets secrets) {
        Receiver made = new Receiver(Configurations.scp(settings), secrets, nodes);
        receiver = made;
        made.setIntake(new FakeIntake());
        return made;
    }

    private static ListenerView secured(Receiver receiver) {
        return receiver.listeners().get(1);
    }

    private static @Nullable Tls tls(@Nullable Certificates own, Certificates trusted) throws IOException {
        return new Tls(new Tls.Settings(
                own == null ? null : own.pem(),
                null,
                new char[0],
                trusted.certificate(),
                new char[0],
                Tls.ClientAuthentication.NONE,
                true));
    }

    private static Association associate(int port, String aet, @Nullable Tls tls) throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                port,
                "DICOMRCV",
                aet,
                List.of(
                        new ProposedContext(1, AssociationRequester.VERIFICATION, List.of(EXPLICIT)),
                        new ProposedContext(3, CT, List.of(EXPLICIT))),
                Options.DEFAULT.withTls(tls));
    }

    private static void stores(int port, String aet, @Nullable Tls tls) throws IOException {
        try (Association association = associate(port, aet, tls)) {
            CommandSet answer = association.store(CT, "1.2.3", EXPLICIT, out -> out.write(new byte[100]));
            assertEquals(CommandSet.SUCCESS, answer.status());
            association.release();
        }
    }

    /** A port that is taken when the gateway starts, as by what runs until it is replaced, is opened when it is free. */
    @Test
    void aPortThatIsTakenAtStartIsOpenedWhenItIsFree() throws Exception {
        Map<String, Object> settings = settings();
        Receiver made;
        try (ServerSocket other = new ServerSocket(
                Integer.parseInt(String.valueOf(settings.get("tls$_$port"))), 1, InetAddress.getLoopbackAddress())) {
            made = new Receiver(Configurations.scp(settings), Configurations.secrets(), nodes, Duration.ofMillis(20));
            receiver = made;
            made.setIntake(new FakeIntake());
            made.autoStart();
            assertTrue(made.listeners().get(0).listening(), "the other port is not held up");
            assertFalse(secured(made).listening(), "somebody has it: " + other);
        }
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!secured(made).listening()) {
            assertTrue(
                    System.nanoTime() < end, () -> String.valueOf(secured(made).problem()));
            LockSupport.parkNanos(10_000_000);
        }
        stores(secured(made).port(), "SCANNER", tls(scanner, ours));
    }

    @Test
    void aNodeThatSpeaksTlsIsAskedForItsEchoOverTls() throws Exception {
        Receiver opened = open(settings());
        opened.start();
        Map<String, Object> values = new HashMap<>(
                Map.of("address", "127.0.0.1", "port", secured(opened).port()));
        values.put("tls", "yes");
        values.put("tls$_$certificate", scanner.pem().toString());
        values.put("tls$_$trusted", ours.certificate().toString());
        // Ourselves: a node as good as any.
        Node there = Configurations.local("DICOMRCV", values).node();
        assertTrue(opened.echo(there) >= 0);
        assertThrows(
                IOException.class,
                () -> opened.echo("DICOMRCV", "127.0.0.1", secured(opened).port()),
                "in the clear");
        values.put("port", opened.status().port());
        Node clear = Configurations.local("DICOMRCV", values).node();
        assertThrows(IOException.class, () -> opened.echo(clear), "it does not speak TLS");
    }

    @Test
    void whatAPersonStoppedIsNotOpenedAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (Reopening reopening = new Reopening(
                () -> {
                    attempts.incrementAndGet();
                    throw new IOException("the port is taken");
                },
                Duration.ofMillis(1))) {
            reopening.begin();
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (attempts.get() < 3) {
                assertTrue(System.nanoTime() < end, "tried again");
                LockSupport.parkNanos(1_000_000);
            }
            reopening.end();
            int before = attempts.get();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            // One may have begun before.
            assertTrue(attempts.get() <= before + 1, "tried after the end");
        }
    }

    @Test
    void imagesComeOverBothPorts() throws IOException {
        Receiver opened = open(settings());
        opened.start();
        assertEquals(
                List.of(false, true),
                opened.listeners().stream().map(ListenerView::tls).toList());
        assertTrue(opened.listeners().stream().allMatch(port -> port.listening() && port.problem() == null));
        stores(opened.status().port(), "ANYONE", null);
        stores(secured(opened).port(), "ANYONE", tls(scanner, ours));
        assertThrows(AssociationException.class, () -> stores(secured(opened).port(), "ANYONE", tls(stranger, ours)));
        assertThrows(AssociationException.class, () -> stores(secured(opened).port(), "ANYONE", tls(null, ours)));
        opened.stop();
        assertTrue(opened.listeners().stream().noneMatch(ListenerView::listening));
        opened.start();
        stores(secured(opened).port(), "ANYONE", tls(scanner, ours));
    }

    @Test
    void thePortForTlsStaysWhenTheOtherMovesAndTakesTheAeTitle() throws IOException {
        Receiver opened = open(settings());
        opened.start();
        int tlsPort = secured(opened).port();
        int other = FreePort.find();
        try (Association running = associate(tlsPort, "SCANNER", tls(scanner, ours))) {
            opened.follow("MOVED", other);
            assertEquals(CommandSet.SUCCESS, running.echo());
            running.release();
        }
        assertEquals(other, opened.status().port());
        assertEquals(tlsPort, secured(opened).port());
        AssociationException e =
                assertThrows(AssociationException.class, () -> associate(tlsPort, "SCANNER", tls(scanner, ours)));
        assertEquals(AssociationException.Kind.REJECTED, e.kind());
        opened.follow("DICOMRCV", FreePort.find());
        stores(tlsPort, "SCANNER", tls(scanner, ours));
    }

    @Test
    void aListenerThatWasClosedForGoodIsNotOpenedByWhoMovesIt() throws IOException {
        Receiver opened = open(settings());
        opened.start();
        opened.close();
        assertThrows(IOException.class, opened::start);
        opened.follow("MOVED", FreePort.find());
        assertTrue(opened.listeners().stream().noneMatch(ListenerView::listening));
    }

    @Test
    void associationsOverTlsAreShown() throws IOException {
        Receiver opened = open(settings());
        opened.start();
        try (Association association = associate(secured(opened).port(), "SCANNER", tls(scanner, ours))) {
            assertEquals("SCANNER", opened.associations().get(0).callingAet());
            association.release();
        }
    }

    @Test
    void withoutAPortForTlsThereIsNone() throws IOException {
        for (String none : List.of("", "0", " 0 ")) {
            Map<String, Object> settings = settings();
            settings.put("tls$_$port", none);
            settings.put("tls$_$client$_$certificate", "nonsense");
            Receiver opened = open(settings);
            opened.start();
            assertEquals(1, opened.listeners().size());
            opened.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tls$_$port,70000,'tls-port 70000: must be 1–65535 (org.sallyport.scp.cfg, DICOM_TLS_PORT)'",
        "tls$_$port,many,'tls-port \"many\": must be a number, 1–65535 (org.sallyport.scp.cfg, DICOM_TLS_PORT)'",
        "tls$_$certificate,'','tls-certificate: missing; name a PKCS#12 or PEM file'",
        "tls$_$certificate,/nowhere.pem,/nowhere.pem does not exist",
        "tls$_$trusted,'','tls-trusted: missing; name the file of the senders'' certificates'",
        "tls$_$trusted,/nowhere.pem,/nowhere.pem does not exist",
        "tls$_$client$_$certificate,maybe,'tls-client-certificate \"maybe\": must be required, optional or none'",
    })
    void aMistakeIsShownAndThePlainPortStaysOpen(String method, String value, String problem) throws IOException {
        Map<String, Object> settings = settings();
        settings.put(method, value);
        Receiver opened = open(settings);
        IOException e = assertThrows(IOException.class, opened::start);
        assertTrue(String.valueOf(e.getMessage()).startsWith("TLS: " + problem), e::toString);
        assertFalse(secured(opened).listening());
        assertTrue(String.valueOf(secured(opened).problem()).startsWith(problem));
        assertTrue(opened.status().receiving());
        stores(opened.status().port(), "ANYONE", null);
    }

    @Test
    void aSecretInTheClearIsRefusedAndThePlainPortStaysOpen() throws IOException {
        Map<String, Object> settings = settings();
        settings.put("_tls$_$password", "hunter2");
        Receiver opened = open(
                settings, new Secrets(key -> key.equals(".tls-password") ? "hunter2" : "", ScpSettings.FILE.place()));
        IOException e = assertThrows(IOException.class, opened::start);
        assertTrue(String.valueOf(e.getMessage()).contains(".tls-password: stands in the clear"), e::toString);
        assertFalse(String.valueOf(secured(opened).problem()).contains("hunter2"));
        stores(opened.status().port(), "ANYONE", null);
    }

    @Test
    void aFileThatComesLaterIsUsedWhenAPersonStartsAgain() throws IOException {
        Path late = folder.resolve("late.pem");
        Map<String, Object> settings = settings();
        settings.put("tls$_$certificate", late.toString());
        settings.put("tls$_$key", "");
        Receiver opened = open(settings);
        assertThrows(IOException.class, opened::start);
        Files.copy(ours.pem(), late);
        opened.start();
        stores(secured(opened).port(), "ANYONE", tls(scanner, ours));
    }

    @Test
    void changedFilesAreUsedByTheNextAssociationAndBrokenOnesAreShown() throws IOException {
        Path current = Files.copy(ours.pem(), folder.resolve("current.pem"));
        Map<String, Object> settings = settings();
        settings.put("tls$_$certificate", current.toString());
        settings.put("tls$_$key", "");
        Receiver opened = open(settings);
        opened.start();
        int port = secured(opened).port();
        try (Association before = associate(port, "SCANNER", tls(scanner, ours))) {
            Files.copy(next.pem(), current, StandardCopyOption.REPLACE_EXISTING);
            stores(port, "SCANNER", tls(scanner, next));
            assertThrows(AssociationException.class, () -> stores(port, "SCANNER", tls(scanner, ours)));
            assertEquals(0, before.echo(), "an open association goes on");
            before.release();
        }
        assertNull(secured(opened).problem());
        Files.writeString(current, "nothing of use");
        assertTrue(String.valueOf(secured(opened).problem()).contains(current + " is neither PEM nor"));
        assertTrue(secured(opened).listening());
        stores(port, "SCANNER", tls(scanner, next));
    }

    @Test
    void aNodeThatIsKnownByItsCertificateComesByThatAlone() throws IOException {
        Map<String, Object> settings = settings();
        settings.put("tls$_$client$_$certificate", "optional");
        Path both = Files.writeString(
                folder.resolve("both.pem"),
                Files.readString(scanner.certificate()) + Files.readString(stranger.certificate()));
        settings.put("tls$_$trusted", both.toString());
        nodes.addNode(Configurations.local("CT1", Map.of("certificate", scanner.fingerprint())));
        Receiver opened = open(settings);
        opened.start();
        int port = secured(opened).port();
        stores(port, "CT1", tls(scanner, ours));
        for (Tls other : List.of(tls(stranger, ours), tls(null, ours))) {
            AssociationException e = assertThrows(AssociationException.class, () -> stores(port, "CT1", other));
            assertTrue(String.valueOf(e.getMessage()).contains("1/1/3"), e::toString);
            stores(port, "OTHER", other);
        }
        assertThrows(AssociationException.class, () -> stores(opened.status().port(), "CT1", null));
    }
}
