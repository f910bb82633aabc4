package org.sallyport.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of the WebSocket: those of the contract are answered, and every other is a violation. */
@Timeout(120)
class SocketTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String CONFIG = """
            {"type":"config_update","ip_address":"10.1.2.3","port":11112,"ae_title":"DICOMRCV",\
            "api_url":"http://10.1.2.3:8080/api","proxy_version":"1.0.0"}""";

    private static final String HEALTH = """
            {"type":"health_update","proxy_status":"online","proxy_version":"1.0.0",\
            "nodes":[{"node_id":"n1","is_reachable":true}]}""";

    private static final String STATUS = """
            {"event_type":"dispatch.status","workspace_id":"ws-0815","timestamp":"2026-03-01T12:00:00.123Z",\
            "correlation_id":"c1","entity_type":"session","entity_id":"ses-1",\
            "payload":{"status":"failed","progress":50,"files_sent":1,"files_total":2,"error":"node not known"}}""";

    @TempDir
    private Path folder;

    private IthSimulator simulator;
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws IOException {
        simulator = new IthSimulator(folder);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private final class Ear implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    private WebSocket connect(String key) throws Exception {
        return HTTP.newWebSocketBuilder()
                .buildAsync(
                        URI.create(simulator.url().replace("http", "ws") + "/api/v1/proxy/ws?proxy_key=" + key),
                        new Ear())
                .get(60, TimeUnit.SECONDS);
    }

    private WebSocket greeted() throws Exception {
        WebSocket socket = connect(IthSimulator.KEY);
        assertTrue(next().contains("\"connected\""));
        return socket;
    }

    private String next() throws InterruptedException {
        String text = received.poll(60, TimeUnit.SECONDS);
        if (text == null) {
            throw new AssertionError("nothing came");
        }
        return text;
    }

    private static void send(WebSocket socket, String text) throws Exception {
        socket.sendText(text, true).get(60, TimeUnit.SECONDS);
    }

    /** Frames are taken in their order: when this is answered, all before it were looked at. */
    private void sendAndAwait(WebSocket socket, String text, String answer) throws Exception {
        send(socket, text);
        String came = next();
        assertTrue(came.contains("\"" + answer + "\""), came);
    }

    private void assertViolation(String words) {
        List<String> found = simulator.violations();
        assertEquals(1, found.size(), found::toString);
        assertTrue(found.get(0).contains(words), found::toString);
    }

    @Test
    void framesOfTheContractAreTaken() throws Exception {
        WebSocket socket = greeted();
        sendAndAwait(socket, CONFIG, "config_update_response");
        send(socket, STATUS);
        send(socket, STATUS.replace("failed", "completed").replace(",\"error\":\"node not known\"", ""));
        send(socket, "{\"type\":\"pong\"}");
        sendAndAwait(socket, HEALTH, "health_update_response");
        sendAndAwait(
                socket, HEALTH.replaceAll(",\"nodes.*]", "").replace("online", "offline"), "health_update_response");
        assertEquals(List.of(), simulator.violations());
        assertEquals(2, simulator.statuses("c1").size());
        socket.abort();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Config updates.
                "C | ,\"port\":11112 |  | port",
                "C | 11112 | 70000 | /port",
                "C | 11112 | \"11112\" | /port",
                "C | DICOMRCV | SEVENTEEN_LETTERS | /ae_title",
                "C | 8080/api | 8080 | /api_url",
                "C | \"proxy_version\" | \"comment\":\"x\",\"proxy_version\" | comment",
                // Health updates.
                "H | online | up | /proxy_status",
                "H | {\"node_id\":\"n1\",\"is_reachable\":true} |  | /nodes",
                "H | true | \"yes\" | /is_reachable",
                "H | \"n1\" | \"\" | /node_id",
                "H | ,\"proxy_version\":\"1.0.0\" |  | proxy_version",
                // Statuses of dispatches.
                "S | ,\"error\":\"node not known\" |  | error",
                "S | failed | completed | error",
                "S | failed | done | /status",
                "S | :50 | :101 | /progress",
                "S | :1, | :-1, | /files_sent",
                "S | .123Z | +01:00 | /timestamp",
                "S | \"session\" | \"study\" | /entity_type",
                "S | \"c1\" | \"\" | /correlation_id",
                "S | ,\"files_total\":2 |  | files_total",
                // And nothing else.
                "S | dispatch.status | dispatch.news | a frame of no known kind",
                "H | health_update | heartbeat | a frame of no known kind",
                "H | } | ] | a frame that is no JSON",
            })
    void whatIsAgainstTheSchemasIsAViolation(char frame, String what, @Nullable String with, String words)
            throws Exception {
        WebSocket socket = greeted();
        String good = frame == 'C' ? CONFIG : frame == 'H' ? HEALTH : STATUS;
        String bad = good.replace(what, with == null ? "" : with);
        assertTrue(!bad.equals(good), "nothing was changed");
        if (frame == 'C') {
            sendAndAwait(socket, bad, "config_update_response");
        } else {
            sendAndAwait(socket, CONFIG, "config_update_response");
            send(socket, bad);
        }
        // Whether or not the bad one was answered.
        send(socket, "{\"type\":\"pong\"}");
        awaitFrames("pong", 1);
        assertViolation(words);
        socket.abort();
    }

    private void awaitFrames(String kind, int number) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (simulator.frames(kind).size() < number) {
            assertTrue(System.nanoTime() < end, () -> "no " + kind + ": " + simulator.violations());
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void theConfigurationComesFirstAndOnce() throws Exception {
        WebSocket early = greeted();
        sendAndAwait(early, HEALTH, "health_update_response");
        assertViolation("a health_update before the config_update");
        early.abort();
        WebSocket twice = greeted();
        sendAndAwait(twice, CONFIG, "config_update_response");
        sendAndAwait(twice, CONFIG, "config_update_response");
        assertEquals(2, simulator.violations().size(), simulator.violations()::toString);
        assertTrue(simulator.violations().get(1).contains("a second config_update"));
        twice.abort();
    }

    @Test
    void aBinaryFrameIsAViolation() throws Exception {
        WebSocket socket = greeted();
        sendAndAwait(socket, CONFIG, "config_update_response");
        socket.sendBinary(ByteBuffer.wrap(new byte[] {1}), true).get(60, TimeUnit.SECONDS);
        sendAndAwait(socket, HEALTH, "health_update_response");
        assertViolation("a binary frame");
        socket.abort();
    }

    @Test
    void aWrongKeyIsAViolationAndIsNotLetIn() {
        ExecutionException e = assertThrows(ExecutionException.class, () -> connect("another"));
        assertInstanceOf(WebSocketHandshakeException.class, e.getCause());
        assertViolation("a WebSocket without the key or with a wrong one");
        assertEquals(0, simulator.socketsEver());
    }
}
