package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.vault.AuditLog.Entry;

/** Who is let in, from where, how often, and what is written down of it. */
class GateTest {

    private static final String STUDY = "{\"study_instance_uid\":\"2.25.1\"}";
    private static final String PATH = "/api/phi-metadata/study/";
    private static final String GOOD = "Bearer " + FakeParts.GOOD_TOKEN;

    private ApiServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ApiServer(ApiServer.SETTINGS);
    }

    private void start(ApiSettings settings) throws Exception {
        server.stop();
        server = new ApiServer(settings);
    }

    private static ApiSettings settings(boolean tells, int calls, int refused, String... proxies) throws Exception {
        Set<InetAddress> addresses = new java.util.HashSet<>();
        for (String proxy : proxies) {
            addresses.add(InetAddress.getByName(proxy));
        }
        return new ApiSettings("1.2.3", tells, Set.of(ApiServer.FRONT_END), addresses, calls, refused);
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static Map<String, String> headers(String... pairs) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.put(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    private Entry onlyRecord() {
        assertEquals(1, server.parts.audited.size(), server.parts.audited.toString());
        return server.parts.audited.get(0);
    }

    // ---- tokens

    @Test
    void whatIsToldIsAuditedWithCallerAddressAndEndpoint() throws Exception {
        assertEquals(200, server.post(PATH, STUDY).status());
        Entry entry = onlyRecord();
        assertEquals("identity.read", entry.action());
        assertEquals("jane.doe (claimed)", entry.actor());
        assertEquals("127.0.0.1", entry.source());
        assertEquals("2.25.1", entry.subject());
        assertEquals("ith-front-end:phi-metadata/study", entry.reason());
        assertEquals("done", entry.outcome());
    }

    @Test
    void withoutATokenNothingIsToldAndTheRefusalIsAudited() throws Exception {
        for (String header : new String[] {"", "Basic QWxhZGRpbjpvcGVu", "Bearer", "Bearer a b", "Bearer x\u00e9"}) {
            server.parts.audited.clear();
            ApiServer.Reply reply =
                    server.send("POST", PATH, STUDY, header.isEmpty() ? Map.of() : headers("Authorization", header));
            assertEquals(401, reply.status(), header);
            assertEquals("Bearer", reply.header("WWW-Authenticate"));
            assertTrue(reply.body().has("detail"));
            Entry entry = onlyRecord();
            assertEquals("unnamed", entry.actor());
            assertEquals("refused", entry.outcome());
            assertEquals("no token", entry.detail());
            assertEquals("ith-front-end:phi-metadata/study", entry.reason());
        }
        assertEquals(List.of(), server.parts.askedTokens, "the back end is not asked for nothing");
        assertEquals(401, server.send("GET", "/api/status/", null, Map.of()).status());
    }

    @Test
    void aTokenThatTheBackEndDoesNotAdmitIsRefused() throws Exception {
        ApiServer.Reply reply = server.send("POST", PATH, STUDY, headers("Authorization", "Bearer forged"));
        assertEquals(401, reply.status());
        assertEquals("Bearer", reply.header("WWW-Authenticate"));
        assertEquals("not admitted by the back end", onlyRecord().detail());
        assertEquals(List.of("forged"), server.parts.askedTokens);
    }

    @Test
    void whenTheBackEndDoesNotAnswerNobodyIsLetIn() throws Exception {
        server.parts.answers = false;
        ApiServer.Reply reply = server.post(PATH, STUDY);
        assertEquals(503, reply.status());
        assertTrue(reply.body().has("error"));
        assertEquals("the back end did not answer", onlyRecord().detail());
        server.parts.answers = true;
        assertEquals(200, server.post(PATH, STUDY).status(), "that was not remembered");
    }

    @Test
    void withoutABackEndOrItsConfigurationNobodyIsLetIn() throws Exception {
        server.parts.knowsProfile = false;
        assertEquals(503, server.post(PATH, STUDY).status());
        server.parts.isConnected = false;
        assertEquals(503, server.post(PATH, STUDY).status());
        assertEquals(List.of(), server.parts.askedTokens);
    }

    @Test
    void whatTheBackEndSaidHoldsForAMinute() throws Exception {
        server.post(PATH, STUDY);
        server.nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        server.post(PATH, STUDY);
        assertEquals(1, server.parts.askedTokens.size());
        server.nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        server.post(PATH, STUDY);
        assertEquals(2, server.parts.askedTokens.size());
    }

    // ---- the way

    @Test
    void overPlainHttpOnlyThisMachineIsTold() throws Exception {
        start(settings(true, 1_000, 1_000, "127.0.0.1"));
        Map<String, String> far = headers("Authorization", GOOD, "X-Forwarded-For", "10.9.8.7");
        ApiServer.Reply plain = server.send("POST", PATH, STUDY, far);
        assertEquals(403, plain.status());
        Entry entry = onlyRecord();
        assertEquals("10.9.8.7 by 127.0.0.1", entry.source());
        assertEquals("refused", entry.outcome());
        assertEquals(List.of(), server.parts.askedTokens, "the token that everybody could read is not used");
        far.put("X-Forwarded-Proto", "https");
        assertEquals(200, server.send("POST", PATH, STUDY, far).status());
        assertEquals(
                200,
                server.send("GET", "/api/status/", null, headers("Authorization", GOOD))
                        .status());
    }

    /** Something on this machine that hands calls on, and that nobody configured: nobody knows how they came there. */
    @Test
    void aCallOfThisMachineThatWasHandedOnIsNotBelieved() throws Exception {
        for (String header : List.of("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP")) {
            ApiServer.Reply reply = server.send("POST", PATH, STUDY, headers("Authorization", GOOD, header, "https"));
            assertEquals(403, reply.status(), header);
        }
        assertEquals(200, server.post(PATH, STUDY).status());
    }

    @Test
    void switchedOffNothingIsTold() throws Exception {
        start(settings(false, 1_000, 1_000));
        ApiServer.Reply reply = server.post(PATH, STUDY);
        assertEquals(403, reply.status());
        assertEquals("phi-api is off", onlyRecord().detail());
        assertEquals("2.25.1", onlyRecord().subject(), "what was asked for");
        assertEquals(200, server.get("/api/status/").status());
        assertEquals(200, server.get("/api/health/").status());
    }

    // ---- pages of other origins

    @Test
    void aPageOfAnAllowedOriginMayCallAlsoFromAPublicNetwork() throws Exception {
        ApiServer.Reply preflight = server.send(
                "OPTIONS",
                PATH,
                null,
                headers(
                        "Origin", ApiServer.FRONT_END,
                        "Access-Control-Request-Method", "POST",
                        "Access-Control-Request-Headers", "authorization,content-type",
                        "Access-Control-Request-Private-Network", "true"));
        assertEquals(204, preflight.status());
        assertEquals(ApiServer.FRONT_END, preflight.header("Access-Control-Allow-Origin"));
        assertEquals("true", preflight.header("Access-Control-Allow-Private-Network"));
        assertEquals("POST, OPTIONS", preflight.header("Access-Control-Allow-Methods"));
        assertTrue(
                String.valueOf(preflight.header("Access-Control-Allow-Headers")).contains("Authorization"));
        assertNull(preflight.header("Access-Control-Allow-Credentials"));
        ApiServer.Reply reply =
                server.send("POST", PATH, STUDY, headers("Authorization", GOOD, "Origin", ApiServer.FRONT_END));
        assertEquals(200, reply.status());
        assertEquals(ApiServer.FRONT_END, reply.header("Access-Control-Allow-Origin"));
        assertEquals("Origin", reply.header("Vary"));
        ApiServer.Reply refused = server.send("POST", PATH, STUDY, headers("Origin", ApiServer.FRONT_END));
        assertEquals(401, refused.status());
        assertEquals(ApiServer.FRONT_END, refused.header("Access-Control-Allow-Origin"), "the page may read why");
    }

    @Test
    void noOtherPageMay() throws Exception {
        for (String origin : List.of(
                "https://evil.example", "null", "http://front.example", ApiServer.FRONT_END + ".evil.example")) {
            ApiServer.Reply preflight = server.send(
                    "OPTIONS", PATH, null, headers("Origin", origin, "Access-Control-Request-Private-Network", "true"));
            assertNull(preflight.header("Access-Control-Allow-Origin"), origin);
            assertNull(preflight.header("Access-Control-Allow-Private-Network"), origin);
            ApiServer.Reply reply = server.send("POST", PATH, STUDY, headers("Authorization", GOOD, "Origin", origin));
            assertEquals(403, reply.status(), origin);
            assertNull(reply.header("Access-Control-Allow-Origin"), origin);
            assertNull(server.send("GET", "/api/health/", null, headers("Origin", origin))
                    .header("Access-Control-Allow-Origin"));
        }
        assertEquals(4, server.parts.audited.size());
    }

    @Test
    void aPreflightForNothingIsAnsweredSo() throws Exception {
        assertEquals(404, server.send("OPTIONS", "/api/none/", null, Map.of()).status());
        ApiServer.Reply withoutOrigin = server.send("OPTIONS", "/api/health/", null, Map.of());
        assertEquals(204, withoutOrigin.status());
        assertEquals("GET, HEAD, OPTIONS", withoutOrigin.header("Allow"));
    }

    // ---- limits

    @Test
    void aCallerWhoAsksTooOftenIsToldWhenToComeAgain() throws Exception {
        start(settings(true, 3, 1_000));
        for (int i = 0; i < 3; i++) {
            assertEquals(200, server.post(PATH, STUDY).status());
        }
        ApiServer.Reply reply = server.post(PATH, STUDY);
        assertEquals(429, reply.status());
        assertEquals("20", reply.header("Retry-After"));
        assertEquals(
                "too many calls of this address", server.parts.audited.get(3).detail());
        assertEquals(200, server.get("/api/health/").status(), "monitors are not counted");
        server.nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertEquals(200, server.post(PATH, STUDY).status());
        assertEquals(429, server.post(PATH, STUDY).status());
    }

    @Test
    void aPersonIsCountedWhereverTheCallsComeFrom() throws Exception {
        start(settings(true, 3, 1_000, "127.0.0.1"));
        List<Integer> statuses = IntStream.rangeClosed(1, 4)
                .mapToObj(i -> status("10.0.0." + i, GOOD))
                .toList();
        assertEquals(List.of(200, 200, 200, 429), statuses);
        assertEquals(200, status("10.0.0.5", "Bearer good-one"), "another person");
    }

    private int status(String address, @Nullable String authorization) {
        try {
            Map<String, String> headers = headers("X-Forwarded-For", address, "X-Forwarded-Proto", "https");
            if (authorization != null) {
                headers.put("Authorization", authorization);
            }
            return server.send("POST", PATH, STUDY, headers).status();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoGuessesTokensIsStoppedAndOthersAreNot() throws Exception {
        start(settings(true, 1_000, 5, "127.0.0.1"));
        for (int i = 0; i < 5; i++) {
            assertEquals(401, status("10.0.0.1", "Bearer guess" + i));
        }
        assertEquals(429, status("10.0.0.1", GOOD), "the address has to wait");
        assertEquals(200, status("10.0.0.2", GOOD));
        assertEquals(6, server.parts.askedTokens.size());
    }

    @Test
    void refusalsAreRecordedSinglyUpToANumberAndCountedBeyond() throws Exception {
        start(settings(true, 100_000, 100_000, "127.0.0.1"));
        for (int i = 0; i < 40; i++) {
            assertEquals(401, status("10.0.0.1", null));
        }
        assertEquals(30, server.parts.audited.size());
        assertEquals(401, status("10.0.0.2", null));
        assertEquals(
                "no token; 10 more refused calls since the last record",
                server.parts.audited.get(30).detail());
    }

    @Test
    void requestsThatAreTooLongDeepOrNoJsonAreRefusedAndNotQuoted() throws Exception {
        String pad = "\"pad\":\"" + "x".repeat(1_000) + "\"";
        Map<String, Integer> expected = new LinkedHashMap<>();
        expected.put("", 400);
        expected.put("no JSON of Anna", 400);
        expected.put("[" + STUDY + "]", 400);
        expected.put("\"2.25.1\"", 400);
        expected.put(STUDY + STUDY, 400);
        expected.put("{\"study_instance_uid\":\"2.25.1\",\"study_instance_uid\":\"2.25.2\"}", 400);
        expected.put("{\"study_instance_uid\":\"2.25.1\",\"more\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}", 400);
        expected.put("{\"study_instance_uid\":\"2.25.1\",\"more\":\"" + "x".repeat(2_000) + "\"}", 400);
        expected.put("{\"study_instance_uid\":\"2.25.1\"," + pad + "}", 200);
        expected.put(
                "{\"study_instance_uid\":\"2.25.1\",\"more\":["
                        + IntStream.range(0, 100).mapToObj(i -> "{" + pad + "}").collect(Collectors.joining(","))
                        + "]}",
                413);
        for (Map.Entry<String, Integer> one : expected.entrySet()) {
            ApiServer.Reply reply = server.post(PATH, one.getKey());
            String what = one.getKey().substring(0, Math.min(60, one.getKey().length()));
            assertEquals(one.getValue(), reply.status(), what);
            assertFalse(reply.body().toString().contains("Anna Sample"), what);
            assertFalse(one.getValue() == 400 && reply.body().toString().contains("Anna"), what);
        }
        ApiServer.Reply form =
                server.send("POST", PATH, STUDY, headers("Authorization", GOOD, "Content-Type", "text/plain"));
        assertEquals(415, form.status(), "what a page may send without asking");
    }

    @Test
    void aBodyOfUnknownLengthIsCutOffAtTheLimit() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(server.address());
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + GOOD
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("2000\r\n" + " ".repeat(0x2000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 10; i++) {
                out.write(chunk);
            }
            out.flush();
            assertTrue(firstLine(socket.getInputStream()).contains(" 413 "));
        }
    }

    /** Each byte comes in time for the server, all of them together do not. */
    @Test
    void aSenderThatTricklesIsGivenUp() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(server.address());
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + GOOD
                            + "\r\nContent-Type: application/json\r\nContent-Length: 30000\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            // Asked before the body is read: then the clock of the body runs.
            Await.until("the back end is asked", () -> !server.parts.askedTokens.isEmpty());
            Await.until("the answer", () -> {
                server.nanos.addAndGet(Duration.ofSeconds(11).toNanos());
                if (socket.getInputStream().available() == 0) {
                    out.write(' ');
                    out.flush();
                }
                return socket.getInputStream().available() > 0;
            });
            assertTrue(firstLine(socket.getInputStream()).contains(" 408 "));
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    // ---- the audit's words

    @Test
    void whatIsNoPseudonymIsNotWrittenDownButWhatWasFoundByItIs() throws Exception {
        assertEquals(
                200,
                server.post(PATH, "{\"study_instance_uid\":\"" + FakeDirectory.ORIGINAL_STUDY + "\"}")
                        .status());
        assertEquals(
                List.of("(not a pseudonym)", "2.25.1"),
                server.parts.audited.stream().map(Entry::subject).toList());
        server.parts.audited.clear();
        assertEquals(
                404,
                server.post("/api/phi-metadata/patient/", "{\"anonymous_patient_id\":\"Sample^Anna\"}")
                        .status());
        assertEquals("(not a pseudonym)", onlyRecord().subject());
        assertFalse(server.parts.audited.toString().contains("Anna"));
    }

    @Test
    void aBatchIsAuditedWholeInAsManyRecordsAsItTakes() throws Exception {
        List<String> uids = IntStream.range(0, 100)
                .mapToObj(i -> "2.25.3293789327893278932789327893278932" + (100 + i))
                .toList();
        String body = "{\"study_instance_uids\":[\"" + String.join("\",\"", uids) + "\"]}";
        assertEquals(200, server.post("/api/phi-metadata/study/batch/", body).status());
        assertTrue(
                server.parts.audited.stream().allMatch(entry -> entry.subject().length() <= 500));
        assertEquals(
                uids,
                server.parts.audited.stream()
                        .flatMap(entry -> List.of(entry.subject().split(" ")).stream())
                        .toList());
    }

    @Test
    void whatCannotBeAuditedIsNotTold() throws Exception {
        server.parts.auditWorks = false;
        ApiServer.Reply reply = server.post(PATH, STUDY);
        assertEquals(500, reply.status());
        assertFalse(reply.body().toString().contains("HH-0815"));
        assertEquals(401, server.send("POST", PATH, STUDY, Map.of()).status());
    }

    @Test
    void aFailureTellsNothingOfWhatFailed() throws Exception {
        server.parts.directory.fails = true;
        ApiServer.Reply reply = server.post(PATH, STUDY);
        assertEquals(500, reply.status());
        assertEquals(Set.of("error"), Set.copyOf(names(reply)));
        assertFalse(reply.body().toString().contains("Anna"));
        server.parts.isReady = false;
        assertEquals(503, server.post(PATH, STUDY).status());
    }

    private static List<String> names(ApiServer.Reply reply) {
        List<String> names = new java.util.ArrayList<>();
        reply.body().fieldNames().forEachRemaining(names::add);
        return names;
    }
}
