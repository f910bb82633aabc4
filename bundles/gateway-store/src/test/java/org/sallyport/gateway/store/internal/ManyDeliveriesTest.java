package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;

/**
 * 100,000 deliveries wait. Looking for work at an empty hand's pace (every ten seconds for each destination; the bound here is a look a second) takes less than 2 % of a core,
 * and a claim costs the same as with a short queue.
 */
@Tag("peers")
class ManyDeliveriesTest {

    private static final int MANY = 100_000;
    private static final Duration LEASE = Duration.ofMinutes(2);

    @Test
    void onDerby(@TempDir Path folder) throws Exception {
        Path index = folder.resolve("index");
        try (TestDatabase database = TestDatabase.derby(index)) {
            measure("derby", database, TestDatabase.derbySource(index), QueueTime.ofProcess(Clock.systemUTC()));
        }
    }

    @Test
    void onPostgres() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            DataSource source = server.database("many");
            try (TestDatabase database = TestDatabase.postgres(source)) {
                measure("postgresql", database, source, QueueTime.ofServer());
            }
        }
    }

    private static void measure(String name, TestDatabase database, DataSource source, QueueTime time)
            throws SQLException, IOException {
        IndexWriter writer = new IndexWriter(database, "here");
        try {
            JpaDeliveryQueue queue = new JpaDeliveryQueue(database, writer, time);
            long empty = cpuMicros(200, () -> queue.claim("archive", 4, "us/run", LEASE, Set.of()));
            long before = heap();
            fill(source);
            // Half of them retry, not due for a day: looks that find nothing.
            long idle =
                    cpuMicros(200, () -> assertEquals(List.of(), queue.claim("away", 4, "us/run", LEASE, Set.of())));
            long claim = cpuMicros(200, () -> {
                List<DeliveryRecord> claimed = queue.claim("archive", 4, "us/run", LEASE, Set.of());
                assertEquals(4, claimed.size());
                for (DeliveryRecord record : claimed) {
                    queue.delivered(record.id(), "us/run", "receipt", Map.of());
                }
            });
            long heap = (heap() - before) / (1 << 20);
            System.err.printf(
                    "%s: %d deliveries; a look costs %d µs of CPU with an empty queue, %d µs with a full one;"
                            + " four claimed and delivered %d µs; heap %+d MiB%n",
                    name, MANY, empty, idle, claim, heap);
            assertTrue(idle < 20_000, idle + " µs a look: more than 2 % of a core at one a second");
            assertTrue(claim < 5 * 20_000, claim + " µs for four");
            assertTrue(heap < 100, heap + " MiB");
        } finally {
            writer.close();
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Of this process's threads all together, for one run of the work; the first runs warm up and do not count. */
    private static long cpuMicros(int runs, Work work) throws IOException {
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long begin = system.getProcessCpuTime();
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        return (system.getProcessCpuTime() - begin) / 1_000 / runs;
    }

    private static void fill(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO delivery (study_uid, part, destination, identity_mode, state,"
                            + " attempts, failures, created_at, due_at, priority, rank_at, appliance)"
                            + " VALUES (?, 1, ?, 'PSEUDONYMOUS', ?, 0, 0, ?, ?, 4, ?, 'here')")) {
                long now = System.currentTimeMillis();
                for (int i = 0; i < MANY; i++) {
                    boolean away = i % 2 == 0;
                    insert.setString(1, "2.25." + i);
                    insert.setString(2, away ? "away" : "archive");
                    insert.setString(3, away ? "RETRYING" : "WAITING");
                    insert.setLong(4, now);
                    insert.setLong(5, away ? now + Duration.ofHours(20).toMillis() : now);
                    insert.setLong(6, now + i);
                    insert.addBatch();
                    if (i % 1_000 == 999) {
                        insert.executeBatch();
                    }
                }
            }
            connection.commit();
        }
    }
}
