package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Order;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/** Two appliances with connections of their own share one PostgreSQL database and its clock; each can read the other's packs, if not told otherwise. */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedQueueTest {

    private static final Duration LEASE = Duration.ofMinutes(2);

    private PostgresServer server;
    private DataSource source;
    private Appliance one;
    private Appliance two;

    private static final class Appliance implements Closeable {

        final TestDatabase database;
        final IndexWriter writer;
        final JpaDeliveryQueue queue;
        final String owner;
        Set<String> neighbours;

        Appliance(DataSource source, String name, String neighbour) throws SQLException {
            this.database = TestDatabase.postgres(source);
            this.writer = new IndexWriter(database, name);
            this.queue = new JpaDeliveryQueue(database, writer, QueueTime.ofServer());
            this.owner = name + "/run";
            this.neighbours = Set.of(neighbour);
        }

        List<DeliveryRecord> claim(int max, Duration lease) throws IndexException {
            return queue.claim("archive", max, owner, lease, neighbours);
        }

        DeliveryRecord record(long id) {
            try {
                return queue.delivery(id).orElseThrow();
            } catch (IndexException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            writer.close();
            database.close();
        }
    }

    @BeforeAll
    void startServer() throws IOException, InterruptedException, SQLException {
        server = PostgresServer.start();
        source = server.database("shared");
    }

    @AfterAll
    void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        one = new Appliance(source, "one", "two");
        two = new Appliance(source, "two", "one");
        one.database.clear();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void enqueue(int studies) throws IndexException {
        for (int i = 1; i <= studies; i++) {
            String study = "2.25." + i;
            one.writer.add(Samples.stored(Samples.facts(study, study + ".1", i), 1));
            one.queue.enqueue(study, Map.of("archive", Order.pseudonymous()));
        }
    }

    @Test
    void noDeliveryIsInTwoHandsAtATime() throws Exception {
        enqueue(120);
        Set<Long> underWay = ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Long> ended = new ConcurrentLinkedQueue<>();
        Set<String> worked = ConcurrentHashMap.newKeySet();
        CyclicBarrier start = new CyclicBarrier(6);
        CountDownLatch both = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Appliance appliance = i % 2 == 0 ? one : two;
                Random random = new Random(i);
                runs.add(threads.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    while (ended.size() < 120) {
                        for (DeliveryRecord record : appliance.claim(1 + random.nextInt(4), LEASE)) {
                            long id = record.id();
                            if (!underWay.add(id)) {
                                wrong.add(id + " is claimed by " + appliance.owner + " while another works on it");
                            }
                            if (worked.add(appliance.owner)) {
                                both.countDown();
                            }
                            if (!both.await(60, TimeUnit.SECONDS)) {
                                wrong.add("only " + appliance.owner + " works");
                            }
                            boolean fails = random.nextInt(3) == 0;
                            // Given up before it is free for others.
                            underWay.remove(id);
                            boolean ours = fails
                                    ? appliance.queue.later(id, appliance.owner, Duration.ZERO, "busy", true)
                                    : appliance.queue.delivered(id, appliance.owner, "receipt", Map.of());
                            if (!ours) {
                                wrong.add(id + " was not " + appliance.owner + "'s any more");
                            }
                            if (!fails) {
                                ended.add(id);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(List.of(), List.copyOf(wrong));
        assertEquals(120, ended.size());
        assertEquals(120, new HashSet<>(ended).size(), "each is delivered once");
        assertEquals(Set.of("one/run", "two/run"), worked);
        assertEquals(Map.of("archive", Map.of(State.DELIVERED, 120L)), two.queue.counts(Set.of()));
    }

    @Test
    void theClaimsOfAnApplianceThatDiedEndWithTheirLeaseByTheServersClock() throws Exception {
        enqueue(2);
        DeliveryRecord lives = one.claim(1, LEASE).get(0);
        long begin = System.nanoTime();
        DeliveryRecord dies = one.claim(1, Duration.ofMillis(1_500)).get(0);
        List<DeliveryRecord> taken = two.claim(4, LEASE);
        while (taken.isEmpty()) {
            assertTrue(System.nanoTime() - begin < Duration.ofSeconds(60).toNanos(), "its lease does not end");
            LockSupport.parkNanos(20_000_000);
            taken = two.claim(4, LEASE);
        }
        assertTrue(System.nanoTime() - begin >= Duration.ofMillis(1_450).toNanos(), "not before");
        assertEquals(List.of(dies.id()), taken.stream().map(DeliveryRecord::id).toList());
        assertFalse(one.queue.renew(dies.id(), one.owner, LEASE));
        assertFalse(one.queue.delivered(dies.id(), one.owner, "late", Map.of()));
        assertTrue(two.queue.delivered(dies.id(), two.owner, "receipt", Map.of()));
        assertTrue(one.queue.renew(lives.id(), one.owner, LEASE));
    }

    @Test
    void aRestartEndsTheAppliancesOwnClaimsOnly() throws Exception {
        enqueue(2);
        one.claim(1, LEASE);
        long others = two.claim(1, LEASE).get(0).id();
        assertEquals(1, one.queue.releaseClaims("one/next"));
        assertTrue(two.queue.renew(others, two.owner, LEASE));
        assertEquals(1, two.claim(4, LEASE).size());
    }

    @Test
    void whatAnotherHasIsClaimedOnlyWhereItCanBeRead() throws Exception {
        enqueue(2);
        two.neighbours = Set.of();
        long dies = one.claim(1, Duration.ofMillis(1)).get(0).id();
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        assertEquals(List.of(), two.claim(4, LEASE), "not even when the lease has ended");
        assertEquals(2, one.claim(4, LEASE).size());
        assertEquals(dies, one.queue.ofStudy("2.25.1").get(0).id());
        assertEquals(Map.of(), two.queue.counts(Set.of("two")));
        assertEquals(Map.of("archive", Map.of(State.RUNNING, 2L)), two.queue.counts(Set.of("one", "two")));
    }

    @Test
    void ownDeliveriesGoFirstAndOriginalsStayWithTheirVault() throws Exception {
        enqueue(2);
        one.writer.add(Samples.stored(Samples.facts("2.25.3", "2.25.3.1", 3), 1));
        one.queue.enqueue("2.25.3", Map.of("archive", new Order(IdentityMode.ORIGINAL, 9)));
        two.writer.add(Samples.stored(Samples.facts("2.25.4", "2.25.4.1", 4), 1));
        two.queue.enqueue("2.25.4", Map.of("archive", Order.pseudonymous()));
        assertEquals(
                List.of("2.25.4", "2.25.1", "2.25.2"),
                two.claim(4, LEASE).stream()
                        .map(DeliveryRecord::studyInstanceUid)
                        .toList());
        DeliveryRecord original = one.claim(4, LEASE).get(0);
        assertEquals("2.25.3", original.studyInstanceUid());
        assertEquals("one", original.appliance());
    }

    /** A load balancer may send one study's images here and there. */
    @Test
    void eachCompletesItsOwnImagesOfAStudyAsAPartOfItsOwn() throws Exception {
        one.writer.add(Samples.stored(Samples.facts("2.25.1", "2.25.1.1", 1), 1));
        two.writer.add(Samples.stored(Samples.facts("2.25.1", "2.25.1.2", 2), 1));
        one.writer.flush();
        two.writer.flush();
        JpaStudyIndex index = new JpaStudyIndex(two.database, two.writer);
        assertEquals(1, index.receiving().size());
        assertEquals(Optional.of(1), two.queue.enqueue("2.25.1", Map.of("archive", Order.pseudonymous())));
        assertEquals(List.of(), index.receiving(), "what the other still receives is the other's");
        assertEquals(Optional.of(2), one.queue.enqueue("2.25.1", Map.of("archive", Order.pseudonymous())));
        assertEquals(
                List.of("1 two", "2 one"),
                one.queue.ofStudy("2.25.1").stream()
                        .map(record -> record.part() + " " + record.appliance())
                        .toList());
        two.neighbours = Set.of();
        DeliveryRecord own = two.claim(4, LEASE).get(0);
        assertEquals(List.of("2.25.1.2"), sops(index.instances("2.25.1", own.part())));
        assertEquals(
                List.of("1 two", "2 one"),
                two.queue.enqueueParts("2.25.1", "ward", Order.pseudonymous(), true).stream()
                        .map(id -> two.record(id).part() + " " + two.record(id).appliance())
                        .toList());
    }

    /** Both find it missing, and both add it. */
    @Test
    void aStudyThatBeginsAtBothAtOnceIsOneStudy() throws Exception {
        for (int i = 1; i <= 30; i++) {
            String study = "2.25.9" + i;
            one.writer.add(Samples.stored(Samples.facts(study, study + ".1", 1), 1));
            two.writer.add(Samples.stored(Samples.facts(study, study + ".2", 2), 1));
        }
        one.writer.flush();
        two.writer.flush();
        JpaStudyIndex index = new JpaStudyIndex(one.database, one.writer);
        for (int i = 1; i <= 30; i++) {
            assertEquals(2, index.study("2.25.9" + i).orElseThrow().instances());
        }
        assertEquals(Optional.empty(), one.writer.problem());
        assertEquals(Optional.empty(), two.writer.problem());
    }

    private static List<String> sops(List<StoredInstance> instances) {
        return instances.stream()
                .map(instance -> instance.facts().sopInstanceUid())
                .toList();
    }

    /** Whatever the clocks of the appliances say: none of their times goes into the table. */
    @Test
    void allTimesAreTheServers() throws Exception {
        enqueue(1);
        long id = one.claim(1, LEASE).get(0).id();
        one.queue.later(id, one.owner, Duration.ofHours(1), "busy", true);
        boolean agree = one.database.inTransaction(
                em -> (Boolean) em.createNativeQuery("SELECT abs(created_at - EXTRACT(EPOCH FROM now()) * 1000) < 60000"
                                + " AND abs(due_at - 3600000 - EXTRACT(EPOCH FROM now()) * 1000) < 60000 FROM delivery")
                        .getSingleResult());
        assertTrue(agree);
    }
}
