package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;
import static org.sallyport.ith.connector.internal.Upload.accepts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.testkit.RawHttpServer;

@Timeout(60)
class BackEndLinkTest {

    private static final String PUBLIC =
            "{\"workspace_id\":\"ws-1\",\"is_active\":true,\"config\":{\"mode\":\"public\"},\"nodes\":[]}";
    private static final List<DeliveryInstance> SMALL = Instances.of(new int[] {100});

    /** Services in the order in which they came, and their properties. */
    private static final class Registry implements BackEndLink.Registrar {

        final List<Object> services = new ArrayList<>();
        final List<Object> ever = new ArrayList<>();
        final Map<Object, Map<String, Object>> properties = new HashMap<>();

        @Override
        public synchronized <S> Runnable register(Class<S> type, S service, Map<String, Object> given) {
            services.add(service);
            ever.add(service);
            properties.put(service, given);
            return () -> unregister(service);
        }

        private synchronized void unregister(Object service) {
            assertTrue(services.remove(service), "taken back twice");
        }

        synchronized <S> S one(Class<S> type) {
            List<S> found =
                    services.stream().filter(type::isInstance).map(type::cast).toList();
            assertEquals(1, found.size());
            return found.get(0);
        }
    }

    @TempDir
    private Path folder;

    private final RawHttpServer backEnd = new RawHttpServer();
    private final Registry registry = new Registry();
    private final FakeGateway gateway = new FakeGateway();
    private final FakeReceivers receivers = new FakeReceivers();

    BackEndLinkTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private BackEndLink open() throws IOException {
        return new BackEndLink(
                Configurations.settings(Map.of("url", backEnd.url(), "filter", "(Modality=CT)", "concurrency", 3)),
                registry,
                new FakeAudit(),
                receivers,
                gateway,
                folder,
                Clock.systemUTC());
    }

    private DeliveryOutcome deliver() throws Exception {
        return registry.one(Destination.class).deliver(new FakeDelivery(SMALL));
    }

    @Test
    void withoutAConfigurationItIsPrivateAndUploadsWait() throws Exception {
        BackEndLink link = open();
        BackEndRules rules = registry.one(BackEndRules.class);
        assertEquals(Mode.PRIVATE, rules.mode());
        assertEquals(List.of(), rules.nodes());
        assertTrue(rules.proxyActive());
        assertInstanceOf(DeliveryOutcome.Later.class, deliver());
        assertEquals(
                Map.of(
                        Destination.NAME,
                        "ith",
                        Destination.FILTER,
                        "(Modality=CT)",
                        Destination.CONCURRENCY,
                        3,
                        Destination.RECEIVER,
                        backEnd.url(),
                        DestinationDirectory.PARTS_IN_ORDER,
                        "yes"),
                registry.properties.get(registry.one(Destination.class)));
        link.close();
        assertEquals(List.of(), registry.services);
        assertEquals(List.of(), backEnd.requests());
    }

    @Test
    void theFirstConfigurationIsInForceAndUploadsGoToItsWorkspace() throws Exception {
        backEnd.will(answers(200, PUBLIC), accepts());
        BackEndLink link = open();
        link.fetch();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        assertInstanceOf(DeliveryOutcome.Delivered.class, deliver());
        assertEquals(Configurations.TOKEN, backEnd.requests().get(0).headers.get("X-Proxy-Key"));
        assertTrue(backEnd.requests().get(1).line.contains("/ws-1/"));
        link.close();
    }

    @Test
    void startFetchesByItself() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        backEnd.will(request -> {
            request.answer(200, PUBLIC);
            asked.countDown();
        });
        BackEndLink link = open();
        link.start();
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        link.close();
    }

    /** Thousands of events may say at once that something changed. */
    @Test
    void manyWhoAskForAFetchAtOnceGetOne() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch again = new CountDownLatch(1);
        backEnd.will(
                request -> {
                    asked.countDown();
                    goOn.await();
                    request.answer(200, PUBLIC);
                },
                request -> {
                    request.answer(200, PUBLIC);
                    again.countDown();
                });
        BackEndLink link = open();
        link.fetchSoon();
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        for (int i = 0; i < 1_000; i++) {
            link.fetchSoon();
        }
        goOn.countDown();
        assertTrue(again.await(20, TimeUnit.SECONDS), "what changed while it was being fetched is fetched");
        // Others that waited would come before and between these.
        for (int i = 0; i < 20; i++) {
            CountDownLatch one = new CountDownLatch(1);
            backEnd.will(request -> {
                request.answer(200, PUBLIC);
                one.countDown();
            });
            link.fetchSoon();
            assertTrue(one.await(20, TimeUnit.SECONDS));
        }
        assertEquals(22, backEnd.requests().size());
        link.close();
    }

    @Test
    void theLastGoodConfigurationIsInForceAfterARestart() throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(500, ""));
        BackEndLink first = open();
        first.fetch();
        first.close();
        BackEndLink second = open();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        second.fetch();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        second.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"workspace_id\":\"../..\"}", "<html>", "long"})
    void aDamagedCopyIsPrivateUntilTheNext(String damaged) throws Exception {
        Files.writeString(
                folder.resolve("configuration.json"), damaged.equals("long") ? PUBLIC + " ".repeat(1 << 20) : damaged);
        backEnd.will(answers(200, PUBLIC));
        BackEndLink link = open();
        assertEquals(Mode.PRIVATE, registry.one(BackEndRules.class).mode());
        link.fetch();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        link.close();
        assertEquals(PUBLIC, Files.readString(folder.resolve("configuration.json")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "not json", "{\"workspace_id\":7.5}", "{\"workspace_id\":\"ws\",\"nodes\":["})
    void aReplyThatIsNoConfigurationChangesNothing(String reply) throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(200, reply));
        BackEndLink link = open();
        link.fetch();
        link.fetch();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        assertEquals("ws-1", link.id());
        assertEquals(PUBLIC, Files.readString(folder.resolve("configuration.json")));
        link.close();
    }

    @Test
    void noFailureOfTheBackEndChangesTheRules() throws Exception {
        backEnd.will(
                answers(200, PUBLIC),
                answers(401, ""),
                answers(404, ""),
                answers(302, "", "Location: /elsewhere"),
                answers(500, ""),
                RawHttpServer.Request::cut);
        BackEndLink link = open();
        for (int i = 0; i < 6; i++) {
            link.fetch();
            assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
            assertTrue(registry.one(BackEndRules.class).proxyActive());
        }
        assertEquals(6, backEnd.requests().size());
        link.close();
    }

    @Test
    void forbiddenSwitchesOffUntilTheNextConfiguration() throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(403, "{}"), answers(500, ""), answers(200, PUBLIC));
        BackEndLink link = open();
        BackEndRules rules = registry.one(BackEndRules.class);
        link.fetch();
        assertTrue(rules.proxyActive());
        link.fetch();
        assertFalse(rules.proxyActive());
        link.fetch();
        assertFalse(rules.proxyActive(), "a failure is no permission");
        link.fetch();
        assertTrue(rules.proxyActive());
        link.close();
    }

    /** Also if there never was a configuration, and while the back end is away. */
    @Test
    void forbiddenOutlivesARestart() throws Exception {
        backEnd.will(answers(403, "{}"), answers(403, "{}"), answers(500, ""), answers(200, PUBLIC), answers(500, ""));
        BackEndLink first = open();
        first.fetch();
        first.fetch();
        first.close();
        BackEndLink second = open();
        assertFalse(registry.one(BackEndRules.class).proxyActive());
        second.fetch();
        assertFalse(registry.one(BackEndRules.class).proxyActive());
        second.fetch();
        assertTrue(registry.one(BackEndRules.class).proxyActive());
        second.close();
        BackEndLink third = open();
        third.fetch();
        assertTrue(registry.one(BackEndRules.class).proxyActive(), "switched on outlives it as well");
        third.close();
    }

    @Test
    void aKeyThatIsTakenAgainLetsUploadsGoOn() throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(401, ""), answers(401, ""), answers(200, PUBLIC), accepts());
        BackEndLink link = open();
        link.fetch();
        Destination stopped = registry.one(Destination.class);
        assertInstanceOf(DeliveryOutcome.Stopped.class, deliver());
        link.fetch();
        assertSame(stopped, registry.one(Destination.class), "the key is still refused");
        link.fetch();
        assertNotSame(stopped, registry.one(Destination.class), "a destination that comes anew works again");
        assertEquals(3, registry.ever.size(), "the rules stay registered all the while");
        assertInstanceOf(DeliveryOutcome.Delivered.class, deliver());
        link.close();
        assertEquals(List.of(), registry.services);
    }

    @Test
    void uploadsAloneRefusedAreTriedLessAndLessOften() throws Exception {
        BackEndLink link = open();
        backEnd.will(answers(200, PUBLIC));
        link.fetch();
        List<Integer> fetches = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            backEnd.will(answers(403, ""));
            assertInstanceOf(DeliveryOutcome.Stopped.class, deliver());
            Destination stopped = registry.one(Destination.class);
            int count = 0;
            while (registry.one(Destination.class) == stopped && count < 100) {
                backEnd.will(answers(200, PUBLIC));
                link.fetch();
                count++;
            }
            fetches.add(count);
        }
        assertEquals(List.of(1, 2, 4, 8), fetches);
        backEnd.will(accepts(), answers(403, ""), answers(200, PUBLIC));
        assertInstanceOf(DeliveryOutcome.Delivered.class, deliver());
        assertInstanceOf(DeliveryOutcome.Stopped.class, deliver());
        Destination stopped = registry.one(Destination.class);
        link.fetch();
        assertNotSame(stopped, registry.one(Destination.class), "an upload that was taken begins the count anew");
        link.close();
    }

    @Test
    void withTheKeyTakenAllTheWhileTheDestinationStays() throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(500, ""), answers(200, PUBLIC));
        BackEndLink link = open();
        Destination destination = registry.one(Destination.class);
        link.fetch();
        link.fetch();
        link.fetch();
        assertSame(destination, registry.one(Destination.class));
        link.close();
    }

    @Test
    void whatCouldNotBeKeptIsKeptWithTheNextFetch() throws Exception {
        backEnd.will(answers(200, PUBLIC), answers(200, PUBLIC));
        Path inTheWay = Files.createDirectories(folder.resolve("configuration.json.part/x"));
        BackEndLink link = open();
        link.fetch();
        assertEquals(Mode.PUBLIC, registry.one(BackEndRules.class).mode());
        assertFalse(Files.exists(folder.resolve("configuration.json")));
        Files.delete(inTheWay);
        link.fetch();
        assertEquals(PUBLIC, Files.readString(folder.resolve("configuration.json")));
        link.close();
    }

    @Test
    void uploadsCarryOriginalsOnlyWhileTheBackEndAsksForThemAndTheyAreLet() throws Exception {
        String asks = PUBLIC.replace("\"public\"", "\"public\",\"enable_phi_anonymization\":false");
        String on = asks.replace(":false}", ":true}");
        backEnd.will(answers(200, asks), answers(200, on), answers(200, asks), answers(500, ""), answers(200, PUBLIC));
        BackEndLink link = open();
        BackEndRules rules = registry.one(BackEndRules.class);
        receivers.lets = true;
        assertFalse(rules.asksForOriginals(), "before the first configuration");
        for (boolean expected : new boolean[] {true, false, true, true, false}) {
            link.fetch();
            assertEquals(expected, rules.asksForOriginals());
            assertEquals(expected ? IdentityMode.ORIGINAL : IdentityMode.PSEUDONYMOUS, link.identity());
        }
        assertEquals("de-identified: not asked for", link.uploads().words());
        backEnd.will(answers(200, asks));
        link.fetch();
        assertEquals(
                "with identity: the back end asks for originals", link.uploads().words());
        receivers.lets = false;
        assertEquals(
                "de-identified: not let have them, 127.0.0.1", link.uploads().words());
        assertEquals(IdentityMode.PSEUDONYMOUS, link.identity());
        link.close();
        BackEndLink again = open();
        receivers.lets = true;
        assertEquals(
                IdentityMode.ORIGINAL, again.identity(), "the last good configuration is in force after a restart");
        again.close();
    }

    @Test
    void closingEndsAFetchThatStalls() throws Exception {
        backEnd.will(backEnd.stalls());
        BackEndLink link = open();
        link.start();
        assertTrue(backEnd.stalled.await(20, TimeUnit.SECONDS));
        link.close();
        // The back end holds the call until this test ends.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("ith-configuration"))) {
            assertTrue(System.nanoTime() < end, "it waits for the back end");
            LockSupport.parkNanos(5_000_000);
        }
    }
}
