package org.sallyport.destination.dicomweb.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.destination.dicomweb.internal.Stow.stores;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.RawHttpServer;

@Timeout(60)
class DicomwebDestinationTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final List<DeliveryInstance> SMALL = Instances.of(new int[] {3000, 3000}, new int[] {1000});
    private static final List<String> UIDS =
            SMALL.stream().map(DeliveryInstance::sopInstanceUid).toList();

    /** More than all buffers on the way hold. */
    private static final List<DeliveryInstance> LARGE = Instances.of(new int[] {30_000_000});

    private static final String DICOM_JSON = "Content-Type: application/dicom+json";

    private RawHttpServer server = new RawHttpServer();
    private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private @Nullable DicomwebDestination opened;

    DicomwebDestinationTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
        server.close();
        assertEquals(List.of(), server.troubles());
    }

    private DicomwebDestination open(Map<String, Object> values) throws IOException {
        if (opened != null) {
            opened.close();
        }
        Map<String, Object> all = new HashMap<>(Map.of("url", server.url() + "/dicom-web/"));
        all.putAll(values);
        DicomwebDestination destination = new DicomwebDestination(Configurations.settings(all), clock);
        opened = destination;
        return destination;
    }

    private DeliveryOutcome deliver(List<DeliveryInstance> instances) throws Exception {
        return (opened == null ? open(Map.of()) : opened).deliver(new FakeDelivery(instances));
    }

    private static String later(DeliveryOutcome outcome) {
        return assertInstanceOf(DeliveryOutcome.Later.class, outcome).reason();
    }

    private static RawHttpServer.Behaviour says(int status, Map<String, Integer> failed, String... stored) {
        return answers(status, Answers.json(List.of(stored), Map.of(), failed), DICOM_JSON);
    }

    private List<String> sent(int request) {
        return Stow.instances(server.requests().get(request));
    }

    @Test
    void aStudyGoesInOneRequest() throws Exception {
        server.will(stores());
        FakeDelivery delivery = new FakeDelivery(SMALL);
        assertEquals(DeliveryOutcome.delivered("3 stored"), open(Map.of()).deliver(delivery));
        RawHttpServer.Request request = server.requests().get(0);
        assertEquals("POST /dicom-web/studies HTTP/1.1", request.line);
        assertEquals("application/dicom+json", request.headers.get("Accept"));
        assertFalse(request.headers.containsKey("Transfer-Encoding"));
        assertNull(request.headers.get("Authorization"));
        List<byte[]> parts = Stow.parts(request);
        assertEquals(3, parts.size());
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(Instances.content(SMALL.get(i)), parts.get(i));
        }
        assertEquals("3/7000", delivery.progress.get(delivery.progress.size() - 1));
    }

    @Test
    void requestsAreLimitedByCount() throws Exception {
        open(Map.of("most$_$instances", 2));
        server.will(stores(), stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));
        assertEquals(UIDS.subList(0, 2), sent(0));
        assertEquals(UIDS.subList(2, 3), sent(1));
    }

    @Test
    void requestsAreLimitedByBytes() {
        assertEquals(
                List.of(List.of(SMALL.get(0)), List.of(SMALL.get(1), SMALL.get(2))),
                StorePlan.requests(SMALL, 100, 4000, java.util.Set.of()));
        assertEquals(
                List.of(List.of(SMALL.get(0)), List.of(SMALL.get(1)), List.of(SMALL.get(2))),
                StorePlan.requests(SMALL, 100, 1, java.util.Set.of()));
        assertEquals(
                List.of(List.of(SMALL.get(1), SMALL.get(2)), List.of(SMALL.get(0))),
                StorePlan.requests(SMALL, 100, 10_000, java.util.Set.of(UIDS.get(0))));
    }

    @Test
    void whatFailedIsSentAloneTheNextTime() throws Exception {
        server.will(says(202, Map.of(UIDS.get(1), 0xA700, UIDS.get(2), 0x0110), UIDS.get(0)));
        assertEquals(
                "2 of 3 images were not stored: 1 × 0110H processing failure; 1 × A700H out of resources",
                later(deliver(SMALL)));
        server.will(stores(), stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));
        assertEquals(List.of(UIDS.get(1)), sent(1));
        assertEquals(List.of(UIDS.get(2)), sent(2));
    }

    @Test
    void aFinalReasonRefusesWhenAllElseIsThere() throws Exception {
        server.will(says(202, Map.of(UIDS.get(0), 0xA900, UIDS.get(1), 0xA700), UIDS.get(2)));
        later(deliver(SMALL));
        server.will(stores());
        assertEquals(
                DeliveryOutcome.refused(
                        "1 of 3 images are refused: 1 × A900H the data set does not match its SOP class"),
                deliver(SMALL));
        assertEquals(List.of(UIDS.get(1)), sent(1));
        // A person has it tried again.
        server.will(stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));
        assertEquals(List.of(UIDS.get(0)), sent(2));
    }

    @Test
    void conflictWithReasonsIsHeard() throws Exception {
        server.will(says(409, Map.of(UIDS.get(0), 0xC000, UIDS.get(1), 0x0122, UIDS.get(2), 0xC122)));
        String reason =
                assertInstanceOf(DeliveryOutcome.Refused.class, deliver(SMALL)).reason();
        assertTrue(reason.contains("C122H the transfer syntax is not taken"), reason);
    }

    @Test
    void warningsAndDuplicatesCountAsStored() throws Exception {
        server.will(answers(
                202,
                Answers.json(List.of(UIDS.get(0)), Map.of(UIDS.get(1), 0xB000), Map.of(UIDS.get(2), 0x0111)),
                DICOM_JSON));
        assertEquals(DeliveryOutcome.delivered("3 stored, 1 with a warning"), deliver(SMALL));
    }

    @Test
    void whatIsNotNamedIsNotStored() throws Exception {
        server.will(says(200, Map.of(), UIDS.get(0), UIDS.get(2)));
        assertEquals("1 of 3 images were not stored: 1 × not named in the server's answer", later(deliver(SMALL)));
        server.will(stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));
        assertEquals(List.of(UIDS.get(1)), sent(1));
    }

    @Test
    void answersInXmlAreRead() throws Exception {
        open(Map.of("answers", "xml"));
        server.will(answers(
                202,
                Answers.xml(UIDS.subList(0, 2), Map.of(UIDS.get(2), 0xA700)),
                "Content-Type: application/dicom+xml"));
        assertEquals("1 of 3 images were not stored: 1 × A700H out of resources", later(deliver(SMALL)));
        assertEquals("application/dicom+xml", server.requests().get(0).headers.get("Accept"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>stored, believe me</html>", "[1,2]", "{", "{\"00081199\":7}x"})
    void successWithoutAResponseIsNone(String body) throws Exception {
        server.will(answers(200, body, "Content-Type: text/html"));
        later(deliver(SMALL));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void refusedCredentialsStop(int status) throws Exception {
        server.will(answers(status, ""));
        assertInstanceOf(DeliveryOutcome.Stopped.class, deliver(SMALL));
    }

    @ParameterizedTest
    @CsvSource({"429,7,7", "503,3600,3600", "503,'Sun, 01 Mar 2026 12:05:00 GMT',300", "500,,", "507,soon,"})
    void temporaryTroubleWaitsAsTold(int status, @Nullable String told, @Nullable Long seconds) throws Exception {
        server.will(answers(status, "busy", told == null ? "X: y" : "Retry-After: " + told));
        DeliveryOutcome.Later later = assertInstanceOf(DeliveryOutcome.Later.class, deliver(SMALL));
        assertEquals("the server answered " + status + " busy", later.reason());
        assertEquals(seconds == null ? null : Duration.ofSeconds(seconds), later.pause());
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 302, 404, 405, 406})
    void aWrongPlaceIsTriedAgainAndSaysWhat(int status) throws Exception {
        server.will(answers(status, "", "Location: http://127.0.0.1:1/"));
        assertTrue(later(deliver(SMALL)).contains("is url right"));
    }

    @Test
    void tooLargeIsHalvedUntilItFits() throws Exception {
        RawHttpServer.Behaviour tooLarge = answers(413, "");
        List<DeliveryInstance> four = Instances.of(new int[] {30, 31, 32, 33});
        server.will(tooLarge, tooLarge, stores(), stores(), stores());
        assertEquals(DeliveryOutcome.delivered("4 stored"), deliver(four));
        assertEquals(
                List.of(4, 2, 1, 1, 2),
                server.requests().stream().map(r -> Stow.instances(r).size()).toList());
    }

    @Test
    void aSingleOneTooLargeIsRefused() throws Exception {
        server.will(answers(413, ""));
        assertEquals(
                DeliveryOutcome.refused(
                        "1 of 1 images are refused: 1 × the server does not take an image of this size (413)"),
                deliver(Instances.of(new int[] {50})));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 415, 422})
    void arefusalOfAllFindsTheOneItIsAbout(int status) throws Exception {
        server.will(answers(status, "no"), stores(), answers(status, "bad one"), stores());
        assertEquals(
                DeliveryOutcome.refused("1 of 3 images are refused: 1 × the server answered " + status + " bad one"),
                deliver(SMALL));
        assertEquals(4, server.requests().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 413, 503})
    void anEarlyAnswerIsHeard(int status) throws Exception {
        for (boolean cut : new boolean[] {false, true}) {
            server.will(early(status, cut));
            hears(status, deliver(LARGE));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 413, 503})
    void anEarlyAnswerOverTlsIsHeard(int status, @TempDir Path folder) throws Exception {
        TestKeys keys = new TestKeys(folder);
        Path key = keys.key("server");
        server.close();
        server = new RawHttpServer(TestKeys.listening(key, null), "https");
        open(Map.of("trust$_$store", keys.certificate(key, "server").toString()));
        server.will(early(status, false));
        hears(status, deliver(LARGE));
    }

    /** Answers after the first bytes; then takes what still comes, or closes at once, which resets the connection. */
    private static RawHttpServer.Behaviour early(int status, boolean cut) {
        return request -> {
            request.readSome(100_000);
            request.answer(status, "early");
            if (!cut) {
                request.linger();
            }
        };
    }

    private static void hears(int status, DeliveryOutcome outcome) {
        switch (status) {
            case 401 -> assertInstanceOf(DeliveryOutcome.Stopped.class, outcome);
            case 413 -> assertInstanceOf(DeliveryOutcome.Refused.class, outcome);
            default -> assertEquals("the server answered 503 early", later(outcome));
        }
    }

    @Test
    void aCutConnectionIsTriedAgain() throws Exception {
        server.will(request -> {
            request.readSome(100_000);
            request.cut();
        });
        assertTrue(later(deliver(LARGE)).startsWith("the connection failed ("));
        server.will(request -> {
            request.readBody();
            request.cut();
        });
        assertTrue(later(deliver(SMALL)).startsWith("the connection failed ("));
        server.close();
        assertTrue(later(deliver(SMALL)).startsWith("the connection failed (HttpHostConnectException"));
    }

    @Test
    void silenceEnds() throws Exception {
        open(Map.of("read$_$timeout", 3));
        server.will(server.keepsSilent());
        assertTrue(later(deliver(SMALL)).startsWith("the server did not answer in time"));
    }

    @Test
    void aServerThatReadsNothingEnds() throws Exception {
        // Long enough for the server to read the head, however slow the machine is.
        open(Map.of("request$_$timeout", 5));
        server.will(server.stalls());
        assertEquals("the server did not answer in time: no whole answer within 5 s", later(deliver(LARGE)));
    }

    @Test
    void aTricklingAnswerEnds() throws Exception {
        open(Map.of("read$_$timeout", 30, "request$_$timeout", 3));
        server.will(request -> {
            request.readBody();
            OutputStream out = request.socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try {
                while (!server.closing.await(100, TimeUnit.MILLISECONDS)) {
                    out.write(' ');
                    out.flush();
                }
            } catch (IOException e) {
                // The client has had enough.
            }
        });
        assertEquals("the server did not answer in time: no whole answer within 3 s", later(deliver(SMALL)));
    }

    @Test
    void aHugeAnswerEnds() throws Exception {
        server.will(request -> {
            request.readBody();
            OutputStream out = request.socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = new byte[1 << 16];
            try {
                while (server.closing.getCount() > 0) {
                    out.write(chunk);
                }
            } catch (IOException e) {
                // The client has had enough.
            }
        });
        assertTrue(later(deliver(SMALL)).endsWith("the answer is longer than 8 MiB"));
    }

    @Test
    void aDamagedInstanceIsNeverSentWhole() throws Exception {
        DeliveryInstance sound = SMALL.get(0);
        DeliveryInstance damaged = (DeliveryInstance) java.lang.reflect.Proxy.newProxyInstance(
                DeliveryInstance.class.getClassLoader(),
                new Class<?>[] {DeliveryInstance.class},
                (proxy, method, arguments) ->
                        method.getName().equals("crc32") ? (Object) 1L : method.invoke(sound, arguments));
        server.will(request -> {
            long announced = Long.parseLong(request.headers.getOrDefault("Content-Length", "0"));
            assertTrue(request.readAll() <= announced - 3000, "nothing of it");
        });
        assertTrue(later(deliver(List.of(damaged))).contains("has not the CRC-32 of the manifest"));
    }

    @Test
    void aCancelledDeliveryEnds() throws Exception {
        FakeDelivery delivery = new FakeDelivery(LARGE);
        delivery.cancelled = true;
        server.will(server.stalls());
        assertThrows(InterruptedException.class, () -> open(Map.of()).deliver(delivery));
    }

    @Test
    void anInterruptEndsWhatWaits() throws Exception {
        server.will(server.keepsSilent());
        FutureTask<DeliveryOutcome> task = new FutureTask<>(() -> deliver(SMALL));
        Thread thread = new Thread(task);
        thread.start();
        assertTrue(server.stalled.await(20, TimeUnit.SECONDS));
        thread.interrupt();
        ExecutionException e = assertThrows(ExecutionException.class, () -> task.get(20, TimeUnit.SECONDS));
        assertInstanceOf(InterruptedException.class, e.getCause());
    }

    @Test
    void closingEndsWhatWaits() throws Exception {
        server.will(server.keepsSilent());
        open(Map.of());
        FutureTask<DeliveryOutcome> task = new FutureTask<>(() -> deliver(SMALL));
        new Thread(task).start();
        assertTrue(server.stalled.await(20, TimeUnit.SECONDS));
        java.util.Objects.requireNonNull(opened).close();
        ExecutionException e = assertThrows(ExecutionException.class, () -> task.get(20, TimeUnit.SECONDS));
        assertInstanceOf(InterruptedException.class, e.getCause());
    }

    // Credentials

    @Test
    void basicAndBearerGoInTheirHeader() throws Exception {
        server.will(stores(), stores());
        open(Map.of("authentication", "basic", "user", "gate", "_password", "pässword"));
        deliver(SMALL);
        assertEquals(
                "Basic Z2F0ZTpww6Rzc3dvcmQ=", server.requests().get(0).headers.get("Authorization"));
        open(Map.of("authentication", "bearer", "_token", "abc.def"));
        deliver(SMALL);
        assertEquals("Bearer abc.def", server.requests().get(1).headers.get("Authorization"));
    }

    private void oauth(Map<String, Object> more) throws IOException {
        Map<String, Object> values = new HashMap<>(
                Map.of("authentication", "oauth2", "token$_$url", server.url() + "/token", "client$_$id", "gate:way"));
        values.put("_client$_$secret", "s&cret");
        values.putAll(more);
        open(values);
    }

    private static RawHttpServer.Behaviour gives(String token, int seconds) {
        return answers(
                200, "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":" + seconds + "}");
    }

    private List<String> authorizations() {
        return server.requests().stream()
                .filter(request -> !request.line.startsWith("POST /token"))
                .map(request -> request.headers.getOrDefault("Authorization", ""))
                .toList();
    }

    @Test
    void aTokenIsFetchedOnceAndKeptUntilItExpires() throws Exception {
        Instant[] now = {NOW};
        clock = new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        };
        oauth(Map.of("scope", "dicom write"));
        server.will(gives("t1", 300), stores(), stores());
        deliver(SMALL);
        now[0] = NOW.plusSeconds(269);
        deliver(SMALL);
        now[0] = NOW.plusSeconds(271);
        server.will(gives("t2", 300), stores());
        deliver(SMALL);
        assertEquals(List.of("Bearer t1", "Bearer t1", "Bearer t2"), authorizations());
        RawHttpServer.Request fetch = server.requests().get(0);
        assertEquals("grant_type=client_credentials&scope=dicom+write", fetch.text());
        // "gate%3Away:s%26cret"
        assertEquals("Basic Z2F0ZSUzQXdheTpzJTI2Y3JldA==", fetch.headers.get("Authorization"));
    }

    @Test
    void aTokenThatIsNotTakenIsRenewedOnce() throws Exception {
        oauth(Map.of("client$_$authentication", "body"));
        server.will(gives("t1", 300), answers(401, ""), gives("t2", 300), stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));
        assertEquals(List.of("Bearer t1", "Bearer t2"), authorizations());
        assertEquals(
                "grant_type=client_credentials&client_id=gate%3Away&client_secret=s%26cret",
                server.requests().get(0).text());
        server.will(answers(401, ""), gives("t3", 300), answers(401, ""));
        assertInstanceOf(DeliveryOutcome.Stopped.class, deliver(SMALL));
    }

    @Test
    void aTokenServerThatRefusesStopsAndOneInTroubleWaits() throws Exception {
        oauth(Map.of());
        server.will(answers(401, "{\"error\":\"invalid_client\",\"error_description\":\"s&cret is wrong\"}"));
        assertEquals(
                DeliveryOutcome.stopped("the token server answered 401 (invalid_client): correct client-id,"
                        + " .client-secret or token-url"),
                deliver(SMALL));
        server.will(answers(503, "", "Retry-After: 9"));
        assertEquals(new DeliveryOutcome.Later("the token server answered 503", Duration.ofSeconds(9)), deliver(SMALL));
        server.will(answers(200, "{\"access_token\":\"a b\"}"));
        later(deliver(SMALL));
    }

    @Test
    void clientAndServerKnowEachOtherByCertificates(@TempDir Path folder) throws Exception {
        TestKeys keys = new TestKeys(folder);
        Path serverKey = keys.key("server");
        Path clientKey = keys.key("client");
        Path serverTrust = keys.trusting(keys.certificate(serverKey, "server"), "server");
        Path clientTrust = keys.trusting(keys.certificate(clientKey, "client"), "client");
        server.close();
        server = new RawHttpServer(TestKeys.listening(serverKey, clientTrust), "https");
        Map<String, Object> mutual = Map.of(
                "trust$_$store",
                serverTrust.toString(),
                "_trust$_$store$_$password",
                TestKeys.PASSWORD,
                "client$_$certificate",
                clientKey.toString(),
                "_client$_$certificate$_$password",
                TestKeys.PASSWORD);
        open(mutual);
        server.will(stores());
        assertEquals(DeliveryOutcome.delivered("3 stored"), deliver(SMALL));

        // Without trust in the server nothing is sent to it.
        server.willNotBeTrusted();
        open(Map.of());
        assertTrue(later(deliver(SMALL)).startsWith("the connection failed (SSLHandshakeException)"));
        assertEquals(1, server.requests().size());
    }

    // Probe

    @Test
    void theProbeSearchesWithOurCredentials() throws Exception {
        DicomwebDestination destination = open(Map.of("authentication", "bearer", "_token", "abc"));
        server.will(
                answers(200, "[{\"00100010\":{\"vr\":\"PN\"}}]"), answers(204, ""), answers(401, ""), answers(500, ""));
        assertEquals(ProbeResult.reachable("answers"), destination.probe());
        assertEquals(
                "GET /dicom-web/studies?limit=1 HTTP/1.1", server.requests().get(0).line);
        assertEquals("Bearer abc", server.requests().get(0).headers.get("Authorization"));
        assertEquals(ProbeResult.reachable("answers"), destination.probe());
        assertEquals(ProbeResult.unreachable("answers with status 401"), destination.probe());
        assertEquals(ProbeResult.unreachable("answers with status 500"), destination.probe());
    }

    @Test
    void theProbeEndsInTime() throws Exception {
        server.will(server.stalls());
        ProbeResult result = open(Map.of()).probe();
        assertEquals(ProbeResult.State.UNREACHABLE, result.state());
        // Those that ask have ten seconds.
        assertTrue(
                result.text().matches("the server did not answer in time: no whole answer within [89] s"),
                result.text());
    }
}
