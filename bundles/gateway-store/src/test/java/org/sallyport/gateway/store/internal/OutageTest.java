package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.delivery.internal.RunningEngine;

/** The engine, the queue in its database and the packs, with a back end that is away while 1,200 parts of studies come, and then there again. */
@Tag("long")
class OutageTest {

    private static final int STUDIES = 300;
    private static final int PARTS = 4;
    private static final int CONCURRENCY = 4;
    private static final Map<String, Object> ITH = Map.of(
            Destination.NAME, "ith", Destination.CONCURRENCY, CONCURRENCY, DestinationDirectory.PARTS_IN_ORDER, "yes");

    private TestDatabase database;
    private FileInstanceStore store;
    private DeliveryQueue queue;
    private RunningEngine engine;
    private final BackEnd backEnd = new BackEnd();

    /** Deliveries that the engine has in its memory. */
    private final AtomicInteger held = new AtomicInteger();

    private final AtomicInteger mostHeld = new AtomicInteger();

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        database = TestDatabase.derby(folder.resolve("index"));
        Clock clock = Clock.systemUTC();
        store = new FileInstanceStore(
                new PackFolder(folder, 0, clock), new IdentityFolder(folder, clock), List.of(), database, false, clock);
        queue = new JpaDeliveryQueue(database, store.writer(), QueueTime.ofProcess(clock));
        engine = new RunningEngine(counted(queue), new JpaStudyIndex(database, store.writer()), store, folder);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        store.close();
        database.close();
    }

    /** Sees what is handed to the engine and what it gives back. */
    private DeliveryQueue counted(DeliveryQueue real) {
        return (DeliveryQueue) Proxy.newProxyInstance(
                DeliveryQueue.class.getClassLoader(), new Class<?>[] {DeliveryQueue.class}, (proxy, method, given) -> {
                    Object answer = answer(real, method, given);
                    switch (method.getName()) {
                        case "claim" ->
                            mostHeld.accumulateAndGet(held.addAndGet(((Collection<?>) answer).size()), Math::max);
                        case "later", "park", "delivered" -> held.decrementAndGet();
                        case "newest" -> throw new AssertionError("the engine reads lists of the queue");
                        default -> {}
                    }
                    return answer;
                });
    }

    private static Object answer(DeliveryQueue real, Method method, Object[] given) throws Throwable {
        try {
            return method.invoke(real, given);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Takes a part only if it has all before it, each image once, and as it was received. */
    private static final class BackEnd implements Destination {

        volatile boolean away = true;
        final AtomicInteger tries = new AtomicInteger();
        final Map<String, Integer> parts = new ConcurrentHashMap<>();
        final Set<String> images = ConcurrentHashMap.newKeySet();
        final Queue<String> wrong = new ConcurrentLinkedQueue<>();

        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws IOException {
            tries.incrementAndGet();
            if (away) {
                return DeliveryOutcome.later("connection refused");
            }
            String study = delivery.study().studyInstanceUid();
            for (DeliveryInstance image : delivery.instances()) {
                try (InputStream in = image.open()) {
                    if (!Samples.read(in).equals("image " + image.sopInstanceUid())) {
                        wrong.add(image.sopInstanceUid() + " is another image");
                    }
                }
                if (!images.add(image.sopInstanceUid())) {
                    wrong.add(image.sopInstanceUid() + " came twice");
                }
            }
            int before = parts.merge(study, 1, Integer::sum) - 1;
            if (before != delivery.part() - 1) {
                wrong.add("part " + delivery.part() + " of " + study + " came after " + before + " parts");
            }
            return DeliveryOutcome.delivered("accepted");
        }
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> "not in time: " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static String study(int number) {
        return "2.25.7" + number;
    }

    /** One image of each study, and it is complete. */
    private void receive(int part) throws Exception {
        try (InstanceStore.Session session = store.open()) {
            for (int number = 1; number <= STUDIES; number++) {
                String sop = study(number) + ".1." + part;
                Samples.put(
                        session,
                        Samples.facts(study(number), study(number) + ".1", sop, part, 1, part),
                        "image " + sop);
            }
        }
        for (int number = 1; number <= STUDIES; number++) {
            complete(study(number));
        }
    }

    /** As the tracker does it: now and then Derby fails to draw the number of a new row, and says so. */
    private void complete(String study) throws Exception {
        await("the study is complete", () -> {
            try {
                engine.complete(study);
                return true;
            } catch (IndexException e) {
                return false;
            }
        });
    }

    private Map<State, Long> counts() throws IOException {
        return queue.counts(Set.of()).getOrDefault("ith", Map.of());
    }

    @Test
    void whatWaitedWhileTheBackEndWasAwayGoesInOrderAndOnceWhenItIsBack() throws Exception {
        engine.add(backEnd, ITH);
        for (int part = 1; part <= PARTS; part++) {
            receive(part);
            int tries = backEnd.tries.get();
            await("it is tried while more come", () -> backEnd.tries.get() > tries);
        }
        assertEquals(
                STUDIES * PARTS,
                counts().values().stream().mapToLong(Long::longValue).sum());
        assertEquals(0, counts().getOrDefault(State.DELIVERED, 0L));
        assertTrue(mostHeld.get() <= CONCURRENCY, "deliveries in memory: " + mostHeld.get());
        backEnd.away = false;
        assertNothingSleepsBeyondTheLongestPause();
        await("all is delivered", () -> counts().equals(Map.of(State.DELIVERED, (long) STUDIES * PARTS)));
        assertEquals(List.of(), List.copyOf(backEnd.wrong));
        assertEquals(STUDIES * PARTS, backEnd.images.size());
        assertTrue(mostHeld.get() <= CONCURRENCY, "deliveries in memory: " + mostHeld.get());
    }

    /** What waits for its turn is woken by what goes before it. */
    private void assertNothingSleepsBeyondTheLongestPause() throws IOException {
        Instant latest =
                Instant.now().plus(RunningEngine.LONGEST_PAUSE.multipliedBy(6).dividedBy(5));
        List<String> asleep = new ArrayList<>();
        Map<Integer, Integer> turns = new TreeMap<>();
        for (DeliveryRecord record : queue.newest(10_000, Set.of(State.RETRYING))) {
            if (String.valueOf(record.reason()).startsWith("waits for its turn")) {
                turns.merge(record.part(), 1, Integer::sum);
            } else if (record.dueAt().isAfter(latest)) {
                asleep.add(record.toString());
            }
        }
        assertEquals(List.of(), asleep);
        assertTrue(turns.keySet().stream().noneMatch(part -> part == 1), turns::toString);
    }
}
