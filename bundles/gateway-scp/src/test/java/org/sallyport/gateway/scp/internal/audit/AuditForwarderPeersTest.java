package org.sallyport.gateway.scp.internal.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.vault.AuditLog.Entry;
import org.sallyport.gateway.api.vault.AuditTrail;

/** Every record reaches rsyslog over TLS, also those that came while it was away. */
@Tag("peers")
class AuditForwarderPeersTest {

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Pattern RECORD = Pattern.compile("UserID=\"user-(\\d+)\"");

    @TempDir
    private Path folder;

    private final List<Entry> written = new CopyOnWriteArrayList<>();
    private int port;
    private @Nullable Process receiver;

    /** The log, in memory. */
    private final AuditTrail trail = after -> new AuditTrail.Follower() {
        private int next = (int) after;

        @Override
        public @Nullable Entry next() {
            return next < written.size() ? written.get(next++) : null;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            long number = written.size() + 1L;
            written.add(new Entry(
                    number,
                    Instant.parse("2026-01-02T12:00:00Z"),
                    "identity.read",
                    "user-" + number,
                    "shell",
                    "2.25." + number,
                    "second opinion",
                    "done",
                    null,
                    "00"));
        }
    }

    private static void run(Path folder, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0]);
        assertEquals(0, process.exitValue(), output);
    }

    @BeforeEach
    void prepare() throws Exception {
        for (String name : List.of("server", "stranger")) {
            run(
                    folder,
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=localhost",
                    "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout",
                    name + ".key",
                    "-out",
                    name + ".pem");
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectory(folder.resolve("work"));
        Files.writeString(folder.resolve("rsyslog.conf"), """
                global(workDirectory="%1$s/work" maxMessageSize="64k" DefaultNetstreamDriver="gtls"
                  DefaultNetstreamDriverCAFile="%1$s/server.pem" DefaultNetstreamDriverCertFile="%1$s/server.pem"
                  DefaultNetstreamDriverKeyFile="%1$s/server.key")
                module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
                input(type="imtcp" port="%2$d" address="127.0.0.1")
                template(name="whole" type="string" string="%%pri%%|%%hostname%%|%%app-name%%|%%msgid%%|%%msg%%\\n")
                action(type="omfile" file="%1$s/received" template="whole")
                """.formatted(folder, port));
    }

    @AfterEach
    void stop() throws Exception {
        Process running = receiver;
        if (running != null) {
            running.destroy();
            if (!running.waitFor(20, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
            receiver = null;
        }
    }

    private void startReceiver() throws IOException {
        receiver = new ProcessBuilder(
                        "rsyslogd",
                        "-n",
                        "-f",
                        folder.resolve("rsyslog.conf").toString(),
                        "-i",
                        folder.resolve("rsyslog.pid").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("rsyslog.out").toFile()))
                .start();
    }

    private Tls trusting(String certificate) throws IOException {
        return new Tls(new Tls.Settings(
                null,
                null,
                new char[0],
                folder.resolve(certificate),
                new char[0],
                Tls.ClientAuthentication.NONE,
                true));
    }

    private AuditForwarder forwarder() throws IOException {
        return new AuditForwarder(
                trail,
                folder.resolve("sent"),
                new AuditForwarder.Settings("localhost", port, "gate-of-the-test", trusting("server.pem"), true));
    }

    private List<String> received() throws IOException {
        Path file = folder.resolve("received");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private Set<Integer> numbers() throws IOException {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (String line : received()) {
            Matcher found = RECORD.matcher(line);
            if (found.find()) {
                numbers.add(Integer.parseInt(found.group(1)));
            }
        }
        return numbers;
    }

    private void awaitRecords(int count) throws IOException {
        long end = System.nanoTime() + SOON.toNanos();
        while (numbers().size() < count) {
            if (System.nanoTime() > end) {
                Path output = folder.resolve("rsyslog.out");
                throw new AssertionError(numbers().size() + " of " + count + " records came; rsyslog: "
                        + (Files.exists(output) ? Files.readString(output) : "did not start"));
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    @Test
    void everyRecordReachesTheRepositoryAlsoThoseOfWhileItWasAway() throws Exception {
        write(20);
        startReceiver();
        AuditForwarder first = forwarder();
        awaitRecords(20);
        String line = received().get(0);
        assertTrue(line.startsWith("85|gate-of-the-test|sallyport|DICOM+RFC3881|"), line);
        assertTrue(line.contains("<AuditMessage><EventIdentification EventActionCode=\"R\""), line);
        assertTrue(line.endsWith("</AuditMessage>"), "whole: " + line);

        stop();
        write(30);
        startReceiver();
        awaitRecords(50);
        first.close();

        write(5);
        AuditForwarder second = forwarder();
        awaitRecords(55);
        second.close();
        assertEquals(55, numbers().size());
    }

    @Test
    void aRepositoryThatIsNotTrustedIsSentNothing() throws Exception {
        write(3);
        startReceiver();
        AuditForwarder trusting = forwarder();
        awaitRecords(3);
        trusting.close();
        Tls stranger = trusting("stranger.pem");
        assertThrows(SSLException.class, () -> AuditReceiver.connect("localhost", port, stranger, true));
    }
}
