package org.sallyport.admin.rest.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.service.event.Event;
import org.sallyport.gateway.api.delivery.DeliveryEvents;

/** In the server that Karaf runs. */
@Timeout(180)
class EventsServletTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Server server = new Server();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<BufferedReader> open = new ArrayList<>();
    private @Nullable EventHub hub;

    @BeforeEach
    void start() throws Exception {
        serve(new EventHub.Limits(3, 50, NEVER, NEVER));
    }

    @AfterEach
    void stop() throws Exception {
        hub().close();
        for (BufferedReader reader : open) {
            reader.close();
        }
        server.stop();
    }

    private EventHub hub() {
        EventHub now = hub;
        if (now == null) {
            throw new IllegalStateException("not started");
        }
        return now;
    }

    /** Users are called by their role, with the password {@code right}. */
    private static Optional<Set<String>> roles(String user, String password) {
        return password.equals("right") ? Optional.of(Set.of(user)) : Optional.empty();
    }

    private void serve(EventHub.Limits limits) throws Exception {
        if (hub != null) {
            hub.close();
            server.stop();
        }
        EventHub made = new EventHub(limits, CLOCK);
        hub = made;
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.setConnectors(new ServerConnector[] {connector});
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(
                new ServletHolder(new EventsServlet(made, EventsServletTest::roles, CLOCK)), "/admin/api/events/*");
        server.setHandler(context);
        server.start();
    }

    private int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    private HttpRequest.Builder request(String path, @Nullable String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(30));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<Void> answer(@Nullable String authorization) throws Exception {
        return client.send(request("/admin/api/events", authorization).build(), HttpResponse.BodyHandlers.discarding());
    }

    private BufferedReader listen() throws Exception {
        HttpResponse<java.io.InputStream> response = client.send(
                request("/admin/api/events", basic("viewer", "right")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        assertEquals(
                "text/event-stream;charset=utf-8",
                response.headers().firstValue("Content-Type").orElse(""));
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
        BufferedReader reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        open.add(reader);
        assertEquals("retry: 3000", reader.readLine());
        assertEquals("", reader.readLine());
        return reader;
    }

    private static Event delivered(long id, String message) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(DeliveryEvents.DELIVERY, id);
        properties.put(DeliveryEvents.STUDY, "2.25.1");
        properties.put(DeliveryEvents.PART, 1);
        properties.put(DeliveryEvents.DESTINATION, "pacs");
        properties.put(DeliveryEvents.ATTEMPT, 2);
        properties.put(DeliveryEvents.MESSAGE, message);
        properties.put("something.else", "that nobody knows of");
        return new Event(DeliveryEvents.DELIVERED, properties);
    }

    private static JsonNode data(BufferedReader reader, String name) throws IOException {
        assertEquals("event: " + name, reader.readLine());
        String data = String.valueOf(reader.readLine());
        assertTrue(data.startsWith("data: "), data);
        assertEquals("", reader.readLine());
        return new ObjectMapper().readTree(data.substring(6));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not happen in time");
            LockSupport.parkNanos(1_000_000);
        }
    }

    // ---- events

    @Test
    void eventsAreToldToAllWhoListenAsOneLineOfJson() throws Exception {
        BufferedReader one = listen();
        BufferedReader other = listen();
        hub().handleEvent(delivered(7, "stored\nevent: forged\r\n\"quoted\" ümlaut"));
        hub().handleEvent(new Event(
                DeliveryEvents.DESTINATION_STATE,
                Map.of(
                        DeliveryEvents.DESTINATION,
                        "pacs",
                        DeliveryEvents.STATE,
                        "PAUSED",
                        DeliveryEvents.MESSAGE,
                        "")));
        hub().sessionClosed(3, Set.of("2.25.9"));
        for (BufferedReader reader : List.of(one, other)) {
            JsonNode first = data(reader, "delivered");
            assertEquals(
                    "{\"at\":\"2026-03-01T12:00:00Z\",\"delivery\":7,\"study\":\"2.25.1\",\"part\":1,"
                            + "\"destination\":\"pacs\",\"attempt\":2,"
                            + "\"message\":\"stored\\nevent: forged\\r\\n\\\"quoted\\\" ümlaut\"}",
                    first.toString());
            assertEquals("PAUSED", data(reader, "destination").get("state").asText());
            assertEquals("2.25.9", data(reader, "received").get("study").asText());
        }
    }

    @Test
    void everyKindOfEventHasAName() throws Exception {
        BufferedReader reader = listen();
        hub().handleEvent(new Event(DeliveryEvents.PARKED, Map.of(DeliveryEvents.DELIVERY, 8L)));
        hub().handleEvent(new Event(
                DeliveryEvents.RETRYING, Map.of(DeliveryEvents.DELIVERY, 9L, DeliveryEvents.PAUSE_SECONDS, 60L)));
        hub().handleEvent(new Event("org/osgi/framework/BundleEvent/STARTED", Map.of("message", "not ours")));
        hub().handleEvent(delivered(10, "stored"));
        assertEquals(8, data(reader, "parked").get("delivery").asInt());
        assertEquals(60, data(reader, "retrying").get("pause.seconds").asInt());
        assertEquals(10, data(reader, "delivered").get("delivery").asInt());
    }

    @Test
    void manyEventsComeWholeAndInOrder() throws Exception {
        serve(new EventHub.Limits(3, 5_000, NEVER, NEVER));
        BufferedReader reader = listen();
        for (int i = 0; i < 2_000; i++) {
            hub().handleEvent(delivered(i, "x".repeat(300)));
        }
        for (int i = 0; i < 2_000; i++) {
            assertEquals(i, data(reader, "delivered").get("delivery").asInt());
        }
    }

    @Test
    void commentsShowThatTheConnectionLives() throws Exception {
        serve(new EventHub.Limits(3, 50, Duration.ofMillis(20), NEVER));
        BufferedReader reader = listen();
        for (int i = 0; i < 3; i++) {
            assertEquals(": heartbeat", reader.readLine());
            assertEquals("", reader.readLine());
        }
    }

    // ---- ends

    @Test
    void aConnectionEndsInTimeSoThatTheClientShowsAgainWhoItIs() throws Exception {
        serve(new EventHub.Limits(3, 50, Duration.ofMillis(20), Duration.ZERO));
        BufferedReader reader = listen();
        assertEquals("come again", data(reader, "end").get("message").asText());
        assertNull(reader.readLine());
        await(() -> hub().listening() == 0);
    }

    @Test
    void whoGoesIsForgotten() throws Exception {
        BufferedReader reader = listen();
        assertEquals(1, hub().listening());
        reader.close();
        await(() -> {
            hub().handleEvent(delivered(1, "x"));
            return hub().listening() == 0;
        });
    }

    /** The hub waits for nobody, and the one that is too slow hears that it was dropped. */
    @Test
    void whoIsTooSlowIsDroppedAndTold() throws Exception {
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.setSoTimeout(30_000);
            slow.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
            slow.getOutputStream()
                    .write(("GET /admin/api/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
                                    + basic("viewer", "right") + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            await(() -> hub().listening() == 1);
            BufferedReader quick = listen();
            int sent = 0;
            // Until all buffers on the way are full, and the queue behind them.
            for (boolean full = false; !full && sent < 20_000; sent++) {
                hub().handleEvent(delivered(sent, "x".repeat(2_000)));
                assertEquals(sent, data(quick, "delivered").get("delivery").asInt(), "others go on");
                full = hub().ending() > 0;
            }
            assertTrue(sent < 20_000, "it was never dropped");
            String heard = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(heard.contains("event: dropped\ndata: {"), heard.substring(Math.max(0, heard.length() - 300)));
            await(() -> hub().listening() == 1);
        }
    }

    @Test
    void closingEndsAllAtOnce() throws Exception {
        BufferedReader one = listen();
        BufferedReader other = listen();
        hub().close();
        assertNull(one.readLine());
        assertNull(other.readLine());
        assertEquals(503, answer(basic("viewer", "right")).statusCode());
    }

    // ---- who may

    @Test
    void oneTooManyComesLater() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertNotNull(listen());
        }
        HttpResponse<Void> full = answer(basic("viewer", "right"));
        assertEquals(503, full.statusCode());
        assertEquals("30", full.headers().firstValue("Retry-After").orElse(""));
        open.get(0).close();
        await(() -> {
            hub().handleEvent(delivered(1, "x"));
            return hub().listening() == 2;
        });
        assertNotNull(listen());
    }

    @Test
    void whoIsNotKnownIsAskedWho() throws Exception {
        for (String wrong : new String[] {
            null,
            basic("viewer", "wrong"),
            "Bearer abc",
            "Basic",
            "Basic !!!",
            "Basic " + "dmlld2Vy",
            basic("", "right")
        }) {
            HttpResponse<Void> answer = answer(wrong);
            assertEquals(401, answer.statusCode(), wrong);
            assertEquals(
                    "Basic realm=\"Sallyport\", charset=\"UTF-8\"",
                    answer.headers().firstValue("WWW-Authenticate").orElse(""));
        }
        assertEquals(0, hub().listening());
    }

    @Test
    void everyRoleOfOursMayListenAndNoOther() throws Exception {
        for (String role : List.of("viewer", "operator", "privacy-officer", "administrator")) {
            HttpResponse<java.io.InputStream> response = client.send(
                    request("/admin/api/events", basic(role, "right")).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, response.statusCode(), role);
            response.body().close();
            await(() -> {
                hub().handleEvent(delivered(1, "x"));
                return hub().listening() == 0;
            });
        }
        assertEquals(403, answer(basic("ssh", "right")).statusCode());
    }

    @Test
    void whoGuessesHasToWait() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertEquals(401, answer(basic("viewer", "guess" + i)).statusCode());
        }
        HttpResponse<Void> answer = answer(basic("viewer", "right"));
        assertEquals(429, answer.statusCode());
        assertEquals("60", answer.headers().firstValue("Retry-After").orElse(""));
    }

    @Test
    void onlyThisPathAndMethodAreThere() throws Exception {
        String viewer = basic("viewer", "right");
        for (String method : List.of("HEAD", "POST", "PUT", "DELETE")) {
            HttpRequest request = request("/admin/api/events", viewer)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            assertEquals(
                    405,
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(),
                    method);
        }
        HttpRequest below = request("/admin/api/events/more", viewer).build();
        assertEquals(
                404, client.send(below, HttpResponse.BodyHandlers.discarding()).statusCode());
        assertFalse(hub().listening() > 0);
    }
}
