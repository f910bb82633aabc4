package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEnd.CommandState;
import org.sallyport.simulator.FileCheck;
import org.sallyport.simulator.IthSimulator;

/** The WebSocket and the commands that come by it, against the strict stand-in for the back end. */
@Timeout(120)
class CommandCenterTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pace QUICK = new Pace(
            Duration.ofSeconds(10),
            Duration.ofMillis(300),
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofSeconds(20));

    @TempDir
    Path folder;

    private final FakeGateway gateway = new FakeGateway();
    private final FakeReceivers receivers = new FakeReceivers();
    private IthSimulator simulator;
    private @Nullable BackEndLink link;
    private @Nullable CommandCenter center;

    @BeforeEach
    void start() throws IOException {
        simulator = new IthSimulator(folder.resolve("ith"));
    }

    @AfterEach
    void stop() throws IOException {
        closeGateway();
        simulator.close();
        assertEquals(List.of(), simulator.violations());
    }

    private void closeGateway() throws IOException {
        if (center != null) {
            center.close();
            center = null;
        }
        if (link != null) {
            link.close();
            link = null;
        }
    }

    private CommandCenter open(Pace pace, Map<String, Object> settings, Clock clock) throws IOException {
        Map<String, Object> all =
                new HashMap<>(Map.of("url", simulator.url(), "_token", IthSimulator.KEY, "refresh", 1));
        all.putAll(settings);
        IthSettings checked = Configurations.settings(all);
        BackEndLink opened =
                new BackEndLink(checked, new Unregistered(), new FakeAudit(), receivers, gateway, folder, clock);
        link = opened;
        CommandCenter made =
                new CommandCenter(opened, checked, gateway, new FakeAudit(), FakeRegister.ONE, folder, clock, pace);
        center = made;
        opened.start();
        made.start();
        return made;
    }

    private CommandCenter open() throws IOException {
        return open(QUICK, Map.of(), Clock.systemUTC());
    }

    private static final class Unregistered implements BackEndLink.Registrar {
        @Override
        public <S> Runnable register(Class<S> type, S service, Map<String, Object> properties) {
            return () -> {};
        }
    }

    private static void await(String what, BooleanSupplier holds) {
        await(what, SOON, holds);
    }

    private static void await(String what, Duration longest, BooleanSupplier holds) {
        long end = System.nanoTime() + longest.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void awaitConnection() {
        await(
                "connected",
                () -> simulator.socketsOpen() == 1
                        && !simulator.frames("health_update").isEmpty());
    }

    private ObjectNode nobody(String subject) {
        ObjectNode event = simulator.event("subject.dispatch", "subject", subject);
        ((ObjectNode) event.get("payload")).withArray("nodes").add("nobody");
        return event;
    }

    private List<JsonNode> answers(ObjectNode event) {
        return simulator.statuses(event.get("correlation_id").asText());
    }

    @Test
    void theGatewayTellsWhereItIsOnceAndThatItIsWellAgainAndAgain() throws Exception {
        simulator.answersConfiguration(configurationOf("GOOD", "DEAD"));
        open();
        await("several updates", () -> simulator.frames("health_update").size() > 5);
        await("both nodes are judged", () -> lastHealth().path("nodes").size() == 2);
        JsonNode update = simulator.frames("config_update").get(0);
        assertEquals("GATE", update.get("ae_title").asText());
        assertEquals(11112, update.get("port").asInt());
        assertEquals("127.0.0.1", update.get("ip_address").asText(), "the interface towards the back end");
        assertEquals("http://127.0.0.1:8080/api", update.get("api_url").asText());
        assertEquals(1, simulator.frames("config_update").size());
        assertEquals("config_update", simulator.frames().get(0).kind());
        assertTrue(lastHealth().toString().contains("{\"node_id\":\"GOOD\",\"is_reachable\":true}"));
        assertTrue(lastHealth().toString().contains("{\"node_id\":\"DEAD\",\"is_reachable\":false}"));
        gateway.receiving = false;
        await(
                "a full disk is told",
                () -> lastHealth().get("proxy_status").asText().equals("error"));
    }

    @Test
    void aListenerThatMovedIsToldByANewConnection() throws Exception {
        open();
        awaitConnection();
        gateway.port = 104;
        await("told", () -> simulator.frames("config_update").size() == 2);
        assertEquals(104, simulator.frames("config_update").get(1).get("port").asInt());
        assertEquals(2, simulator.socketsEver());
    }

    private JsonNode lastHealth() {
        List<JsonNode> updates = simulator.frames("health_update");
        return updates.get(updates.size() - 1);
    }

    private static ObjectNode configurationOf(String... aets) {
        ObjectNode configuration = IthSimulator.configuration("public");
        for (String aet : aets) {
            IthSimulator.node(configuration, aet, aet, "127.0.0.1", 104, "read_write");
        }
        return configuration;
    }

    @Test
    void nodesThatDoNotAnswerDelayNoUpdate() throws Exception {
        String[] dead = new String[50];
        for (int i = 0; i < dead.length; i++) {
            dead[i] = "DEAD" + i;
        }
        gateway.echoesHang = true;
        simulator.answersConfiguration(configurationOf(dead));
        open();
        await("all are asked", () -> gateway.echoes.size() == dead.length);
        int before = simulator.frames("health_update").size();
        await("updates go on", () -> simulator.frames("health_update").size() > before + 5);
        assertFalse(lastHealth().has("nodes"), "what is not known is not told");
        assertTrue(gateway.echoes.values().stream().allMatch(times -> times == 1), "each is asked once at a time");
    }

    @Test
    void aShutdownIsTold() throws Exception {
        open();
        awaitConnection();
        closeGateway();
        await("offline", () -> lastHealth().get("proxy_status").asText().equals("offline"));
    }

    /** What comes before the config_update is against the contract, which the simulator sees to. */
    @Test
    void aShutdownBeforeTheBackEndWasToldWhoCallsSaysNothing() throws Exception {
        open(QUICK, Map.of(), new StoppingClock());
        await("it has called", () -> simulator.socketsEver() == 1);
        await("and is gone", () -> simulator.socketsOpen() == 0);
        assertEquals(List.of(), simulator.frames("health_update"));
    }

    /** Stops the thread of the WebSocket at the moment at which it notes that it is connected. */
    private static final class StoppingClock extends Clock {

        private final Clock clock = Clock.systemUTC();

        @Override
        public Instant instant() {
            if (Thread.currentThread().getName().equals("ith-socket")) {
                Thread.currentThread().interrupt();
            }
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return clock.withZone(zone);
        }
    }

    @Test
    void everyEventIsTakenWhateverItsForm() throws Exception {
        open();
        awaitConnection();
        ObjectNode flat = nobody("s1");
        ObjectNode nested = nobody("s2");
        ObjectNode inPieces = nobody("s3");
        ((ObjectNode) inPieces.get("payload")).put("metadata", "x".repeat(300_000));
        simulator.push(flat);
        simulator.pushNested(nested);
        simulator.pushInFragments(inPieces.toString(), 40);
        simulator.pushText("{\"type\":\"surprise\",\"payload\":{}}");
        simulator.pushText("no JSON");
        simulator.pushText("{\"type\":\"ping\"}");
        for (ObjectNode event : List.of(flat, nested, inPieces)) {
            await("answered", () -> !answers(event).isEmpty());
            JsonNode payload = answers(event).get(0).get("payload");
            assertEquals("failed", payload.get("status").asText());
            assertEquals("nobody: node not known", payload.get("error").asText());
        }
        assertEquals(List.of(), simulator.frames("pong"), "as the old proxy: nothing is answered");
        assertEquals(1, simulator.socketsEver(), "none of it ended the connection");
    }

    @Test
    void aPingIsAnsweredIfSet() throws Exception {
        open(QUICK, Map.of("answer$_$ping", true), Clock.systemUTC());
        awaitConnection();
        simulator.pushText("{\"type\":\"ping\"}");
        await("pong", () -> simulator.frames("pong").size() == 1);
    }

    /** Each is forced to the disk when it comes and when it ends. */
    @Test
    @Timeout(300)
    void aBurstOfEventsIsTakenWhole() throws Exception {
        open();
        awaitConnection();
        Set<String> pushed = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            ObjectNode event = nobody("s" + i % 100);
            pushed.add(event.get("correlation_id").asText());
            simulator.push(event);
        }
        await("all are answered", Duration.ofSeconds(280), () -> {
            Set<String> answered = new HashSet<>();
            simulator
                    .frames("dispatch.status")
                    .forEach(frame -> answered.add(frame.get("correlation_id").asText()));
            return answered.containsAll(pushed);
        });
    }

    @Test
    void aConnectionThatIsCutComesBackAndACommandIsAnsweredOnTheNext() throws Exception {
        CommandCenter opened = open();
        for (int i = 0; i < 5; i++) {
            awaitConnection();
            int connections = simulator.socketsEver();
            await(
                    "each connection tells where it is",
                    () -> simulator.frames("config_update").size() == connections);
            simulator.cutSockets();
            await("connected again", () -> simulator.socketsEver() > connections && simulator.socketsOpen() == 1);
        }
        ObjectNode event = nobody("s1");
        await("an event reaches the gateway", () -> {
            try {
                simulator.push(event);
            } catch (IOException e) {
                return false;
            }
            return !opened.commands(1, Set.of()).isEmpty();
        });
        await("answered", () -> !answers(event).isEmpty());
        assertEquals(6, simulator.frames("config_update").size());
        assertEquals(6, opened.status().connections());
    }

    /** They come while the gateway makes its next update, and the connection is gone when that is sent. */
    @Test
    void eventsThatCameBeforeALossCountWhateverWasBeingSent() throws Exception {
        open();
        awaitConnection();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        gateway.beforeStatus = () -> {
            busy.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        assertTrue(busy.await(60, TimeUnit.SECONDS));
        List<ObjectNode> events = List.of(nobody("s1"), nobody("s2"), nobody("s3"));
        for (ObjectNode event : events) {
            simulator.push(event);
        }
        simulator.closeSockets();
        await("the gateway has heard all of it", () -> simulator.socketsOpen() == 0);
        gateway.beforeStatus = () -> {};
        goOn.countDown();
        for (ObjectNode event : events) {
            await("answered on the next connection", () -> !answers(event).isEmpty());
        }
    }

    @Test
    void aBackEndThatIsDownAtStartIsTakenUpWhenItComes() throws Exception {
        String url = simulator.url();
        simulator.close();
        CommandCenter made = open(QUICK, Map.of("url", url), Clock.systemUTC());
        await(
                "it is seen to be away",
                () -> made.status().configurationProblem() != null
                        && made.status().lastError() != null);
        assertNull(made.status().connectedSince());
        simulator =
                new IthSimulator(folder.resolve("again"), URI.create(url).getPort(), IthSimulator.KEY, FileCheck.NONE);
        awaitConnection();
        await("its configuration is in force", () -> made.status().configurationProblem() == null);
    }

    @Test
    void aRefusalIsShownWithoutTheKey() throws Exception {
        simulator.refusesSockets(403);
        CommandCenter opened = open();
        await("the error is shown", () -> opened.status().lastError() != null);
        BackEnd.Moment error = opened.status().lastError();
        assertNotNull(error);
        assertEquals("refused with status 403", error.what());
        assertFalse(opened.status().toString().contains(IthSimulator.KEY));
        simulator.refusesSockets(0);
        awaitConnection();
    }

    @Test
    void aConnectionOnWhichPingsAreNotAnsweredIsLeftAndCommandsGoOnByTheNext() throws Exception {
        Pace impatient = new Pace(
                QUICK.handshake(),
                QUICK.ping(),
                Duration.ofSeconds(2),
                QUICK.health(),
                QUICK.firstPause(),
                QUICK.longestPause(),
                QUICK.send());
        open(impatient, Map.of(), Clock.systemUTC());
        awaitConnection();
        int before = simulator.socketsEver();
        simulator.fallSilent();
        await("another connection", () -> simulator.socketsEver() > before && simulator.socketsOpen() == 1);
        ObjectNode event = nobody("s1");
        simulator.push(event);
        await("a command is answered on it", () -> !answers(event).isEmpty());
    }

    @Test
    void aBackEndThatSaysNothingIsLeft() throws Exception {
        simulator.greets(false);
        Pace impatient = new Pace(
                Duration.ofMillis(200),
                QUICK.ping(),
                QUICK.pong(),
                QUICK.health(),
                QUICK.firstPause(),
                QUICK.longestPause(),
                QUICK.send());
        CommandCenter opened = open(impatient, Map.of(), Clock.systemUTC());
        await("several attempts", () -> simulator.socketsEver() > 2);
        assertEquals(0, opened.status().connections());
        assertEquals(List.of(), simulator.frames());
        simulator.greets(true);
        awaitConnection();
    }

    @Test
    void anEventMayBeTheFirstFrame() throws Exception {
        simulator.greets(false);
        open();
        await("open", () -> simulator.socketsOpen() == 1);
        ObjectNode event = nobody("s1");
        simulator.push(event);
        await("answered", () -> !answers(event).isEmpty());
    }

    @Test
    void aFrameOfMoreThanAMebibyteEndsTheConnectionAndNothingElse() throws Exception {
        CommandCenter opened = open();
        awaitConnection();
        try {
            simulator.pushInFragments("{\"type\":\"" + "x".repeat(2 << 20) + "\"}", 64);
        } catch (IOException e) {
            // The gateway left before the last fragment, as it may; that it did is asserted below.
        }
        await("connected anew", () -> simulator.socketsEver() > 1 && simulator.socketsOpen() == 1);
        BackEnd.Moment error = opened.status().lastError();
        assertNotNull(error);
        assertTrue(error.what().contains("more than 1 MiB"), error.what());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aClockThatIsOffByADayChangesNothing(int days) throws Exception {
        open(QUICK, Map.of(), Clock.offset(Clock.systemUTC(), Duration.ofDays(days)));
        awaitConnection();
        ObjectNode event = nobody("s1");
        simulator.push(event);
        await("answered", () -> !answers(event).isEmpty());
    }

    @Test
    void configurationAndStatusEventsAreActedOn() throws Exception {
        CommandCenter opened = open(QUICK, Map.of("refresh", 3600), Clock.systemUTC());
        awaitConnection();
        await("the first configuration", () -> opened.status().configurationAt() != null);
        int asked = simulator.configurations();
        Instant before = opened.status().configurationAt();
        simulator.push(simulator.event("proxy.nodes_changed", "proxy", "p"));
        await(
                "fetched again, and in force",
                () -> simulator.configurations() > asked
                        && !Objects.equals(before, opened.status().configurationAt()));
        simulator.answersConfiguration(500);
        ObjectNode event = simulator.event("proxy.status_changed", "proxy", "p");
        ((ObjectNode) event.get("payload")).put("new_status", "inactive").put("reason", "maintenance");
        simulator.push(event);
        await("switched off", () -> !opened.status().proxyActive());
        closeGateway();
        CommandCenter again = open();
        assertFalse(again.status().proxyActive(), "after a restart too");
        simulator.answersConfiguration(IthSimulator.configuration("public"));
        await("active by the next configuration", () -> again.status().proxyActive());
    }

    @Test
    void anEndThatCouldNotBeToldIsToldAfterARestart() throws Exception {
        CommandCenter first = open();
        awaitConnection();
        simulator.refusesSockets(503);
        ObjectNode event = nobody("s1");
        simulator.push(event);
        simulator.cutSockets();
        await(
                "it has ended, or never came",
                () -> first.status().waiting() + first.status().running() == 0);
        int known = first.commands(10, Set.of(CommandState.FAILED)).size();
        closeGateway();
        simulator.refusesSockets(0);
        open();
        awaitConnection();
        await("told", () -> answers(event).size() >= known);
    }
}
