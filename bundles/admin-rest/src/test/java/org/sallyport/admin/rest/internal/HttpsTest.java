package org.sallyport.admin.rest.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.http.HttpsPort;

/** The HTTPS port on a server that serves other pages too, over real TLS on loopback. */
class HttpsTest {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final List<String> NAMES = List.of("127.0.0.1", "gateway.example");

    @TempDir
    private Path folder;

    private @Nullable Server server;

    /** Tells whether the call came by TLS, as a page has to know. */
    private static final class SecurePage extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(request.isSecure());
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    private Https https(int port, String passphrase) throws Exception {
        Path keys = DataFolder.privateFolder(folder.resolve("https"));
        return new Https(port, new HttpsKeys(keys, passphrase), CLOCK);
    }

    private void serve(Https https) throws Exception {
        Server started = new Server();
        ServletContextHandler handler = new ServletContextHandler();
        ServletHolder page =
                new ServletHolder(new CertificatePage(folder.resolve("https").resolve(HttpsKeys.CERTIFICATE), https));
        page.setInitOrder(1);
        handler.addServlet(page, "/certificate.pem");
        handler.addServlet(new ServletHolder(new SecurePage()), "/secure");
        started.setHandler(handler);
        started.start();
        server = started;
    }

    private SSLContext trusting() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        byte[] pem = Files.readAllBytes(folder.resolve("https").resolve(HttpsKeys.CERTIFICATE));
        int number = 0;
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("c" + number++, certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private HttpResponse<String> get(SSLContext context, int port, String path)
            throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aMadeCertificateOpensThePortAtOnceAndPagesKnowThatTheyAreSecure() throws Exception {
        Https https = https(0, "");
        serve(https);
        HttpsPort.Status before = https.status();
        assertFalse(before.listening());
        assertNull(before.certificate());
        assertTrue(String.valueOf(before.problem()).contains("https:make-certificate"));

        HttpsPort.Status made = https.make(NAMES, 30);
        int port = made.port();
        assertTrue(made.listening());
        assertNull(made.problem());
        assertEquals(NAMES, java.util.Objects.requireNonNull(made.certificate()).names());
        HttpResponse<String> response = get(trusting(), port, "/secure");
        assertEquals("true", response.body());
        assertFalse(response.headers().map().containsKey("server"), "no version is told");
        assertEquals(
                Files.readString(folder.resolve("https").resolve(HttpsKeys.CERTIFICATE)),
                get(trusting(), port, "/certificate.pem").body());
    }

    @Test
    void aNewCertificateHoldsForNewConnectionsWhileRunningOnesGoOn() throws Exception {
        Https https = https(0, "");
        serve(https);
        int port = https.make(NAMES, 30).port();
        SSLContext first = trusting();
        try (SSLSocket socket = (SSLSocket) first.getSocketFactory().createSocket("127.0.0.1", port)) {
            assertEquals("HTTP/1.1 200 OK", ask(socket));
            String before = String.valueOf(https.make(NAMES, 60).certificate());
            assertEquals("HTTP/1.1 200 OK", ask(socket), "the running connection goes on");
            assertEquals(200, get(trusting(), port, "/secure").statusCode());
            assertThrows(SSLException.class, () -> get(first, port, "/secure"), "the old one is not served any more");
            assertNotNull(before);
        }
    }

    private static String ask(SSLSocket socket) throws IOException {
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write("GET /secure HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\ntrue") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("closed after " + head);
            }
            head.append((char) c);
        }
        return head.substring(0, head.indexOf("\r\n"));
    }

    @Test
    void oldProtocolsAndWeakCiphersAreNotSpoken() throws Exception {
        Https https = https(0, "");
        serve(https);
        int port = https.make(NAMES, 30).port();
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.setEnabledProtocols(new String[] {protocol});
                socket.startHandshake();
                assertEquals(protocol, socket.getSession().getProtocol());
            }
        }
        try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
            assertThrows(IOException.class, socket::startHandshake);
        }
    }

    @Test
    void theKeyIsKeptUnderItsPassphraseForTheGatewaysUserOnly() throws Exception {
        HttpsPort.Status made = https(Https.OFF, "").make(NAMES, 30);
        Map<String, String> modes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve("https"))) {
            for (Path file : files.toList()) {
                modes.put(
                        String.valueOf(file.getFileName()),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        assertEquals(
                new TreeMap<>(Map.of(
                        "https", "rwx------",
                        "key.p12", "rw-------",
                        "passphrase", "rw-------",
                        "certificate.pem", "rw-------")),
                modes);
        assertEquals(made.certificate(), https(Https.OFF, "").status().certificate(), "after a restart it is the same");
        HttpsPort.Status other = https(Https.OFF, "another passphrase").status();
        assertNull(other.certificate());
        assertTrue(String.valueOf(other.problem()).contains("SALLYPORT_HTTPS_PASSPHRASE"));
        HttpsPort.Status again = https(Https.OFF, "another passphrase").make(NAMES, 30);
        assertEquals(
                again.certificate(),
                https(Https.OFF, "another passphrase").status().certificate());
        assertNotEquals(made.certificate(), again.certificate());
    }

    @Test
    void aPortThatIsTakenIsToldAndTheCertificateKept() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            Https https = https(taken.getLocalPort(), "");
            serve(https);
            IOException e = assertThrows(IOException.class, () -> https.make(NAMES, 30));
            assertTrue(String.valueOf(e.getMessage()).contains("HTTPS_PORT " + taken.getLocalPort()), e.getMessage());
            assertFalse(https.status().listening());
            assertNotNull(https.status().certificate());
        }
    }

    @Test
    void withoutAPortACertificateMayBeMadeAndNothingListens() throws Exception {
        Https https = https(Https.OFF, "");
        serve(https);
        HttpsPort.Status status = https.make(NAMES, 30);
        assertFalse(status.listening());
        assertNull(status.problem());
        assertEquals(0, java.util.Objects.requireNonNull(server).getConnectors().length);
    }

    @Test
    void whenTheServerGoesThePortIsClosedAndOpensWithTheNext() throws Exception {
        Https https = https(0, "");
        serve(https);
        https.make(NAMES, 30);
        java.util.Objects.requireNonNull(server).stop();
        assertFalse(https.status().listening());
        serve(https);
        assertTrue(https.status().listening());
        int port = https.status().port();
        assertEquals("true", get(trusting(), port, "/secure").body());
        https.close();
        assertThrows(IOException.class, () -> get(trusting(), port, "/secure"));
        assertEquals(0, java.util.Objects.requireNonNull(server).getConnectors().length);
    }

    @Test
    void theMadeCertificateIsForThisServerOnly() throws Exception {
        X509Certificate certificate = SelfSigned.make(List.of("gateway.example", "10.0.0.1", "fd00::1"), 30, CLOCK)
                .certificate();
        assertEquals(-1, certificate.getBasicConstraints(), "it is no authority");
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertEquals("CN=gateway.example", certificate.getSubjectX500Principal().getName());
        certificate.verify(certificate.getPublicKey());
        assertEquals(3, certificate.getSubjectAlternativeNames().size());
    }

    @Test
    void namesAndDaysThatCannotBeAreNamed() {
        for (List<String> names : List.of(
                List.<String>of(),
                List.of("a b"),
                List.of("*"),
                List.of("x,CN=y"),
                List.of("300.1.1.1"),
                List.of("-a"))) {
            assertThrows(IllegalArgumentException.class, () -> SelfSigned.make(names, 30, CLOCK), names.toString());
        }
        assertThrows(IllegalArgumentException.class, () -> SelfSigned.make(NAMES, 0, CLOCK));
        assertThrows(IllegalArgumentException.class, () -> HttpsEndpoint.port("70000"));
        assertThrows(IllegalArgumentException.class, () -> HttpsEndpoint.port("https"));
        assertEquals(Https.OFF, HttpsEndpoint.port(" "));
        assertEquals(8443, HttpsEndpoint.port(" 8443"));
    }
}
