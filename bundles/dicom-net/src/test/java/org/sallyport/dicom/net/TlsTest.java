package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Tls.ClientAuthentication;
import org.sallyport.dicom.net.internal.KeyFiles;
import org.sallyport.gateway.testkit.Certificates;

@Timeout(120)
class TlsTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";

    @TempDir
    private static Path directory;

    private static Certificates server;
    private static Certificates elsewhere;
    private static Certificates client;
    private static Certificates stranger;

    private final TestService service = new TestService();
    private final List<AssociationServer> servers = new ArrayList<>();

    TlsTest() {}

    @BeforeAll
    static void keys() throws Exception {
        server = Certificates.make(directory, "server", "dns:localhost,ip:127.0.0.1");
        elsewhere = Certificates.make(directory, "elsewhere", "dns:elsewhere.example");
        client = Certificates.make(directory, "client", "dns:client.example");
        stranger = Certificates.make(directory, "stranger", "dns:stranger.example");
    }

    @AfterEach
    void stop() throws IOException {
        for (AssociationServer open : servers) {
            open.close();
        }
    }

    private static char[] password() {
        return Certificates.PASSWORD.toCharArray();
    }

    private static Tls acceptor(Path certificate, @Nullable Path trusted, ClientAuthentication authentication)
            throws IOException {
        return new Tls(new Tls.Settings(certificate, null, password(), trusted, new char[0], authentication, false));
    }

    private static Tls requester(@Nullable Path certificate, Path trusted, boolean checkHostName) throws IOException {
        return new Tls(new Tls.Settings(
                certificate, null, password(), trusted, new char[0], ClientAuthentication.NONE, checkHostName));
    }

    private AssociationServer start(Tls tls) throws IOException {
        return start(tls, TestService.PATIENT, 10);
    }

    private AssociationServer start(Tls tls, Timeouts timeouts, int places) throws IOException {
        AssociationServer started = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 65_536, places, timeouts, tls), service);
        servers.add(started);
        return started;
    }

    private static Association open(AssociationServer to, @Nullable Tls tls) throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                to.port(),
                "CALLED",
                "CALLING",
                List.of(
                        new ProposedContext(1, AssociationRequester.VERIFICATION, List.of(RawPeer.IMPLICIT)),
                        new ProposedContext(3, CT, List.of(EXPLICIT))),
                Options.DEFAULT.withTimeouts(TestService.PATIENT).withTls(tls));
    }

    private static void echoes(AssociationServer to, Tls tls) throws IOException {
        try (Association association = open(to, tls)) {
            assertEquals(0, association.echo());
            association.release();
        }
    }

    private static void fails(AssociationServer to, Tls tls) {
        IOException e = assertThrows(IOException.class, () -> echoes(to, tls));
        Kind kind = assertInstanceOf(AssociationException.class, e).kind();
        // In TLS 1.3 a requester hears only after its handshake that its certificate is not taken.
        assertTrue(kind == Kind.NOT_SECURED || kind == Kind.CONNECTION_LOST, e::toString);
    }

    @Test
    void imagesGoOverTlsWithPemAndPkcs12() throws Exception {
        byte[] dataSet = new byte[5_000_000];
        new Random(1).nextBytes(dataSet);
        for (Path certificate : List.of(server.pem(), server.pkcs12())) {
            AssociationServer started = start(acceptor(certificate, null, ClientAuthentication.NONE));
            try (Association association = open(started, requester(null, server.certificate(), true))) {
                assertEquals(0, association.echo());
                assertEquals(
                        0,
                        association
                                .store(CT, "1.2.3", EXPLICIT, out -> out.write(dataSet))
                                .status());
                association.release();
            }
            assertArrayEquals(
                    dataSet,
                    TestService.await(service.stored, "nothing was stored").dataSet());
        }
        assertTrue(service.failed.isEmpty());
    }

    /** An idle wait is cut into slices, each of which ends in a time-out inside the TLS layer. */
    @Test
    void aPauseLongerThanASliceOfTheWaitDoesNoHarm() throws Exception {
        AssociationServer started = start(acceptor(server.pem(), null, ClientAuthentication.NONE));
        try (Association association = open(started, requester(null, server.certificate(), true))) {
            long begun = System.nanoTime();
            Association served = service.awaitBegin();
            while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(900)) {
                Thread.onSpinWait();
            }
            assertEquals(0, association.echo());
            assertEquals(1, served.messages());
            association.release();
        }
    }

    /** The keys are kept by somebody else, who may exchange them. */
    @Test
    void aContextThatIsLentIsAskedForEachTimeAndTheNameIsCheckedAllTheSame() throws IOException {
        AssociationServer started = start(acceptor(server.pem(), client.certificate(), ClientAuthentication.REQUIRED));
        AssociationServer other = start(acceptor(elsewhere.pem(), client.certificate(), ClientAuthentication.REQUIRED));
        Tls[] kept = {requester(client.pem(), server.certificate(), false)};
        Tls checking = Tls.by(() -> kept[0].context(), true);
        Tls lenient = Tls.by(() -> kept[0].context(), false);
        echoes(started, checking);
        fails(other, lenient);
        kept[0] = requester(client.pem(), elsewhere.certificate(), false);
        fails(started, checking);
        echoes(other, lenient);
        fails(other, checking);
    }

    @Test
    void whomTheRequesterDoesNotTrustItDoesNotTalkTo() throws IOException {
        AssociationServer started = start(acceptor(server.pem(), null, ClientAuthentication.NONE));
        fails(started, requester(null, stranger.certificate(), false));
    }

    @Test
    void theNameOfTheHostIsCheckedIfAsked() throws IOException {
        AssociationServer started = start(acceptor(elsewhere.pem(), null, ClientAuthentication.NONE));
        echoes(started, requester(null, elsewhere.certificate(), false));
        fails(started, requester(null, elsewhere.certificate(), true));
    }

    @Test
    void aRequiredCertificateHasToBeGivenAndTrusted() throws IOException {
        AssociationServer started = start(acceptor(server.pem(), client.certificate(), ClientAuthentication.REQUIRED));
        echoes(started, requester(client.pem(), server.certificate(), true));
        echoes(started, requester(client.pkcs12(), server.certificate(), true));
        fails(started, requester(null, server.certificate(), true));
        fails(started, requester(stranger.pem(), server.certificate(), true));
    }

    @Test
    void anOptionalCertificateMayBeLeftOut() throws IOException {
        AssociationServer started = start(acceptor(server.pem(), client.certificate(), ClientAuthentication.OPTIONAL));
        echoes(started, requester(null, server.certificate(), true));
        echoes(started, requester(client.pem(), server.certificate(), true));
    }

    @Test
    void changedFilesAreUsedByNewAssociationsAndBrokenOnesAreNot() throws Exception {
        Path current = Files.copy(server.pem(), directory.resolve("current.pem"));
        AssociationServer started = start(acceptor(current, null, ClientAuthentication.NONE));
        Tls trustsFirst = requester(null, server.certificate(), false);
        Tls trustsSecond = requester(null, elsewhere.certificate(), false);
        try (Association old = open(started, trustsFirst)) {
            Files.copy(elsewhere.pem(), current, StandardCopyOption.REPLACE_EXISTING);
            fails(started, trustsFirst);
            echoes(started, trustsSecond);
            assertEquals(0, old.echo());

            Files.writeString(current, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            echoes(started, trustsSecond);
            Files.delete(current);
            echoes(started, trustsSecond);

            Files.copy(server.pem(), current);
            echoes(started, trustsFirst);
            old.release();
        }
    }

    private static void exchange(Path content, Path file) throws IOException {
        Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aChangedFileOfTheRequesterIsUsedByItsNextAssociation() throws Exception {
        AssociationServer started = start(acceptor(server.pem(), client.certificate(), ClientAuthentication.REQUIRED));
        Path own = Files.copy(stranger.pem(), directory.resolve("requester.pem"));
        Tls tls = requester(own, server.certificate(), true);
        fails(started, tls);
        exchange(client.pem(), own);
        echoes(started, tls);
        exchange(stranger.pem(), own);
        fails(started, tls);
    }

    @Test
    void changedTrustedFilesAreUsedByTheNextAssociationsOfBothSides() throws Exception {
        Path byAcceptor = Files.copy(stranger.certificate(), directory.resolve("trusted-by-acceptor.pem"));
        Path byRequester = Files.copy(stranger.certificate(), directory.resolve("trusted-by-requester.pem"));
        AssociationServer started = start(acceptor(server.pem(), byAcceptor, ClientAuthentication.REQUIRED));
        Tls tls = requester(client.pem(), byRequester, true);
        fails(started, tls);
        exchange(server.certificate(), byRequester);
        fails(started, tls);
        exchange(client.certificate(), byAcceptor);
        echoes(started, tls);
        exchange(stranger.certificate(), byRequester);
        fails(started, tls);
        exchange(server.certificate(), byRequester);
        echoes(started, tls);
        exchange(stranger.certificate(), byAcceptor);
        fails(started, tls);
    }

    /** Certificate and key in files of their own, exchanged one after the other. */
    @Test
    void aPairThatIsExchangedInTwoStepsIsUsedWhenBothAreThere() throws Exception {
        Path certificate = Files.copy(server.certificate(), directory.resolve("step-cert.pem"));
        Path key = Files.copy(server.key(), directory.resolve("step-key.pem"));
        Tls pair = new Tls(
                new Tls.Settings(certificate, key, new char[0], null, new char[0], ClientAuthentication.NONE, false));
        AssociationServer started = start(pair);
        assertNull(pair.problem());
        Files.copy(elsewhere.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        assertTrue(String.valueOf(pair.problem()).contains("step-key.pem is not the one"), pair::problem);
        echoes(started, requester(null, server.certificate(), false));
        Files.copy(elsewhere.key(), key, StandardCopyOption.REPLACE_EXISTING);
        echoes(started, requester(null, elsewhere.certificate(), false));
        assertNull(pair.problem());
    }

    /** The JDK alone would take it: it is in the list of those that are trusted. */
    @Test
    void aTrustedCertificateOutOfItsTimeIsRefusedOnBothSides() throws Exception {
        Certificates expired = Certificates.expired(directory, "expired", "dns:localhost,ip:127.0.0.1");
        AssociationServer strict = start(acceptor(server.pem(), expired.certificate(), ClientAuthentication.REQUIRED));
        fails(strict, requester(expired.pem(), server.certificate(), true));
        AssociationServer old = start(acceptor(expired.pem(), null, ClientAuthentication.NONE));
        fails(old, requester(null, expired.certificate(), true));
    }

    @Test
    void whatThePeerProvedIsToldToThePolicyAndTheService() throws Exception {
        AssociationServer started = start(acceptor(server.pem(), client.certificate(), ClientAuthentication.OPTIONAL));
        try (Association association = open(started, requester(client.pem(), server.certificate(), true))) {
            Association served = service.awaitBegin();
            assertArrayEquals(encoded(client), encoded(served.certificate()));
            assertArrayEquals(encoded(client), encoded(service.peers.take().certificate()));
            assertArrayEquals(encoded(server), encoded(association.certificate()));
            association.release();
        }
        try (Association association = open(started, requester(null, server.certificate(), true))) {
            assertNull(service.awaitBegin().certificate());
            assertNull(service.peers.take().certificate());
            association.release();
        }
    }

    private static byte[] encoded(@Nullable X509Certificate certificate) throws Exception {
        return certificate == null ? new byte[0] : certificate.getEncoded();
    }

    private static byte[] encoded(Certificates pair) throws Exception {
        try (InputStream in = Files.newInputStream(pair.certificate())) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
        }
    }

    @Test
    void onlyModernTlsIsSpoken() throws Exception {
        AssociationServer started = start(acceptor(server.pem(), null, ClientAuthentication.NONE));
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(KeyFiles.trusted(server.certificate(), new char[0]));
        context.init(null, trust.getTrustManagers(), null);
        for (String suite :
                List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384")) {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", started.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.setEnabledCipherSuites(new String[] {suite});
                assertThrows(SSLException.class, socket::startHandshake);
            }
        }
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", started.port())) {
                socket.setEnabledProtocols(new String[] {protocol});
                socket.startHandshake();
                assertEquals(protocol, socket.getSession().getProtocol());
            }
        }
    }

    @Test
    void whoTalksInTheClearToTlsOrTlsToTheClearIsToldSo() throws IOException {
        AssociationServer secured = start(acceptor(server.pem(), null, ClientAuthentication.NONE));
        assertThrows(AssociationException.class, () -> open(secured, null));

        AssociationServer clear = service.start();
        servers.add(clear);
        fails(clear, requester(null, server.certificate(), true));
        echoes(secured, requester(null, server.certificate(), true));
    }

    /** Whoever sends a byte of the handshake now and then, or none, must not hold a place for ever. */
    @Test
    void aHandshakeThatDoesNotEndIsEnded() throws IOException {
        Timeouts short_ = new Timeouts(Duration.ofMillis(600), Duration.ofSeconds(20), Duration.ofSeconds(20));
        AssociationServer started = start(acceptor(server.pem(), null, ClientAuthentication.NONE), short_, 1);
        long begun = System.nanoTime();
        try (Socket slow = new Socket(java.net.InetAddress.getLoopbackAddress(), started.port())) {
            slow.setSoTimeout(20_000);
            // The header of a handshake record, whose content never comes.
            slow.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
            assertTrue(slow.getInputStream().readAllBytes().length < 100);
        }
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(15));
        echoesOnceThereIsAPlace(started, begun);
    }

    private static void echoesOnceThereIsAPlace(AssociationServer started, long begun) throws IOException {
        while (true) {
            try {
                echoes(started, requester(null, server.certificate(), true));
                return;
            } catch (AssociationException e) {
                // No place yet; or the machine stood still for longer than the short time-out.
                if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(60)) {
                    throw e;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no file of keys",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
            })
    void aFileThatCannotBeUsedIsNamed(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("wrong"), content);
        Path withCertificate =
                Files.writeString(directory.resolve("wrong-too"), Files.readString(server.certificate()) + content);
        for (Path wrong : List.of(file, withCertificate)) {
            IOException e = assertThrows(
                    IOException.class, () -> acceptor(wrong, null, ClientAuthentication.NONE), wrong::toString);
            assertTrue(String.valueOf(e.getMessage()).contains(directory.toString()), e::toString);
            assertFalse(String.valueOf(e.getMessage()).contains(Certificates.PASSWORD));
        }
        assertThrows(IOException.class, () -> requester(null, file, false));
        assertThrows(IOException.class, () -> acceptor(directory.resolve("none"), null, ClientAuthentication.NONE));
    }

    @Test
    void aCertificateWithTheKeyOfAnotherKindOrAWrongPasswordIsRefused() {
        assertThrows(
                IOException.class,
                () -> new Tls(new Tls.Settings(
                        server.pkcs12(),
                        null,
                        "wrong".toCharArray(),
                        null,
                        new char[0],
                        ClientAuthentication.NONE,
                        false)));
        assertThrows(IOException.class, () -> requester(null, server.pkcs12(), false));
    }

    @Test
    void anAcceptorNeedsWhatItsRulesNeed() throws IOException {
        Tls nothing = requester(null, server.certificate(), false);
        assertThrows(IllegalArgumentException.class, () -> start(nothing));
        Tls noTrust = acceptor(server.pem(), null, ClientAuthentication.REQUIRED);
        assertThrows(IllegalArgumentException.class, () -> start(noTrust));
    }

    @Test
    void noPasswordIsShown() throws IOException {
        Tls.Settings settings =
                new Tls.Settings(server.pkcs12(), null, password(), null, password(), ClientAuthentication.NONE, false);
        assertFalse(settings.toString().contains(Certificates.PASSWORD));
        assertFalse(new Tls(settings).toString().contains("[C@"));
    }

    // ---- user identity

    @Test
    void aUserIdentityIsToldAndAnsweredAndShownNowhere() throws IOException {
        List<UserInformation.UserIdentity> told = new ArrayList<>();
        AssociationPolicy policy = new AssociationPolicy() {
            @Override
            public Decision decide(AssociateRequest request, Peer peer) {
                UserInformation.UserIdentity identity =
                        request.userInformation().userIdentity();
                if (identity != null) {
                    told.add(identity);
                }
                assertFalse(request.toString().contains("secret"));
                return service.decide(request, peer)
                        .withUserIdentityResponse(new UserInformation.UserIdentityResponse(new byte[] {1}));
            }

            @Override
            public Service serve(Association association) throws IOException {
                return service.serve(association);
            }
        };
        AssociationServer started = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 65_536, 3, TestService.PATIENT), policy);
        servers.add(started);
        Options options = Options.DEFAULT.withUserIdentity(
                UserInformation.UserIdentity.ofUser("secretary", "secret-passcode", true));
        assertFalse(options.toString().contains("secret"));
        try (Association association = AssociationRequester.open(
                "127.0.0.1", started.port(), "CALLED", "CALLING", AssociationRequester.verification(), options)) {
            UserInformation.UserIdentityResponse response = association.peer().userIdentityResponse();
            assertArrayEquals(new byte[] {1}, response == null ? new byte[0] : response.response());
            association.release();
        }
        assertEquals(1, told.size());
        assertEquals(2, told.get(0).type());
        assertArrayEquals(
                "secretary".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                told.get(0).primary());
        assertArrayEquals(
                "secret-passcode".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                told.get(0).secondary());
    }
}
