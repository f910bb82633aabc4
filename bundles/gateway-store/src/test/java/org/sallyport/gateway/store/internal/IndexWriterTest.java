package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.persistence.EntityManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/** Rows are written behind, in order, until it works; a pack never counts as indexed before its rows are there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndexWriterTest {

    private TestDatabase database;

    @BeforeAll
    void openDatabase(@TempDir Path folder) throws SQLException {
        database = TestDatabase.derby(folder.resolve("index"));
    }

    @AfterAll
    void closeDatabase() {
        database.close();
    }

    @BeforeEach
    void emptyDatabase() throws SQLException {
        database.setAway(false);
        database.clear();
    }

    @Test
    void rowsAreThereAfterAFlush() throws IndexException {
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            for (int i = 0; i < 1_200; i++) {
                writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.1" + i, i), 1));
            }
            writer.flush();
            assertEquals(1_200, count("InstanceRow"));
            assertEquals(1, count("StudyRow"));
        }
    }

    @Test
    void aFlushWhileTheDatabaseIsAwayFailsAndTheRowsComeWhenItIsBack() throws IndexException {
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            database.setAway(true);
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
            assertThrows(IndexException.class, writer::flush);
            database.setAway(false);
            await(() -> flushes(writer));
            assertEquals(1, count("InstanceRow"));
        }
    }

    private static boolean flushes(IndexWriter writer) {
        try {
            writer.flush();
            return true;
        } catch (IndexException e) {
            return false;
        }
    }

    @Test
    void closingWritesWhatWaits() throws IndexException {
        IndexWriter writer = new IndexWriter(database, "here");
        for (int i = 0; i < 700; i++) {
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.1" + i, i), 1));
        }
        writer.packClosed(Samples.PACK);
        writer.close();
        assertEquals(700, count("InstanceRow"));
        assertEquals(1, count("PackRow"));
    }

    @Test
    @Timeout(10)
    void aClosedWriterSaysSoAtOnce() {
        IndexWriter writer = new IndexWriter(database, "here");
        writer.close();
        assertThrows(IndexException.class, writer::flush);
    }

    /** Else the next start would not read the pack, and its acknowledged images would be delivered to nobody. */
    @Test
    void aPackDoesNotCountAsIndexedIfItsRowsCouldNotBeWrittenWhileClosing() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        AtomicInteger transactions = new AtomicInteger();
        IndexWriter writer = new IndexWriter(
                new Database() {
                    @Override
                    public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
                        if (transactions.getAndIncrement() == 0) {
                            writing.countDown();
                            uninterruptibly(fail);
                            throw new IndexException("gone for a moment", null);
                        }
                        return database.inTransaction(work);
                    }

                    @Override
                    public boolean skipsLocked() {
                        return false;
                    }
                },
                "here");
        writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
        assertTrue(writing.await(30, TimeUnit.SECONDS));
        writer.packClosed(Samples.PACK);
        Thread closer = new Thread(writer::close);
        closer.start();
        await(() -> closer.getState() == Thread.State.TIMED_WAITING);
        fail.countDown();
        closer.join(TimeUnit.SECONDS.toMillis(30));
        assertFalse(closer.isAlive());
        assertEquals(count("InstanceRow"), count("PackRow"), "both or neither");
    }

    @Test
    void aPackIsMarkedOnceHoweverOftenItIsClosed() throws IndexException {
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            writer.packClosed(Samples.PACK);
            writer.flush();
            writer.packClosed(Samples.PACK);
            writer.flush();
            assertEquals(1, count("PackRow"));
        }
    }

    /** A study UID longer than its column stands for whatever a database may refuse. */
    private static StoredInstance unwritable() {
        return Samples.stored(Samples.facts("2.25." + "1".repeat(80), "2.25.666", 1), 1);
    }

    @Test
    void aRowThatCannotBeWrittenIsSetAsideAndTheOthersAreWritten() throws IndexException {
        StoredInstance bad = unwritable();
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
            writer.add(bad);
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.101", 2), 1));
            await(() -> flushes(writer));
            assertEquals(2, count("InstanceRow"));
            String problem = writer.problem().orElseThrow();
            assertTrue(problem.contains(bad.frameId().toString()), problem);
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.102", 3), 1));
            writer.flush();
            assertEquals(3, count("InstanceRow"));
        }
    }

    /** So that the next start, perhaps of a mended program, reads the pack again. */
    @Test
    void aPackWithARowSetAsideDoesNotCountAsIndexed() throws IndexException {
        StoredInstance bad = unwritable();
        String other = Samples.PACK.replace("0000.pack", "0001.pack");
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            writer.add(bad);
            writer.packClosed(bad.packId());
            writer.packClosed(other);
            await(() -> flushes(writer));
            writer.packClosed(bad.packId());
            writer.flush();
        }
        assertEquals(List.of(other), database.inTransaction(em -> em.createQuery(
                        "SELECT p.packId FROM PackRow p", String.class)
                .getResultList()));
    }

    @Test
    void noRowIsSetAsideWhileTheDatabaseIsAway() throws IndexException {
        try (IndexWriter writer = new IndexWriter(database, "here")) {
            assertEquals(Optional.empty(), writer.problem());
            database.setAway(true);
            writer.add(unwritable());
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
            assertThrows(IndexException.class, writer::flush);
            String away = writer.problem().orElseThrow();
            assertTrue(away.contains("cannot be reached"), away);
            database.setAway(false);
            await(() -> flushes(writer));
            assertEquals(1, count("InstanceRow"));
            String bad = writer.problem().orElseThrow();
            assertTrue(bad.contains("could not be indexed"), bad);
        }
    }

    /** A table needs a new page, which finds no room; short rows of others still find some. */
    @Test
    void noRowIsSetAsideWhileTheDiskOfTheDatabaseIsFull() throws IndexException {
        AtomicBoolean full = new AtomicBoolean(true);
        Database noRoom = new Database() {
            @Override
            public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
                return database.inTransaction(em -> work.apply(withoutRoomForImages(em, full)));
            }

            @Override
            public boolean skipsLocked() {
                return false;
            }
        };
        try (IndexWriter writer = new IndexWriter(noRoom, "here")) {
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
            assertThrows(IndexException.class, writer::flush);
            String problem = writer.problem().orElseThrow();
            assertTrue(problem.contains("cannot be reached"), problem);
            full.set(false);
            await(() -> flushes(writer));
            assertEquals(1, count("InstanceRow"));
            assertEquals(Optional.empty(), writer.problem());
        }
    }

    private static EntityManager withoutRoomForImages(EntityManager em, AtomicBoolean full) {
        return (EntityManager) Proxy.newProxyInstance(
                EntityManager.class.getClassLoader(), new Class<?>[] {EntityManager.class}, (proxy, method, given) -> {
                    if (full.get() && method.getName().equals("persist") && given[0] instanceof InstanceRow) {
                        throw new IllegalStateException(
                                new SQLException("a page could not be written to disk", "XSDG1"));
                    }
                    try {
                        return method.invoke(em, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    /** A lock, say: what fails for a moment is no bad row. */
    @Test
    void aRowThatFailsOnceIsTriedAgain() throws IndexException {
        AtomicInteger transactions = new AtomicInteger();
        Database failsTwice = new Database() {
            @Override
            public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
                // The batch, and after a probe the row.
                int number = transactions.getAndIncrement();
                if (number == 0 || number == 2) {
                    throw new IndexException("locked", null);
                }
                return database.inTransaction(work);
            }

            @Override
            public boolean skipsLocked() {
                return false;
            }
        };
        try (IndexWriter writer = new IndexWriter(failsTwice, "here")) {
            writer.add(Samples.stored(Samples.facts(Samples.STUDY, "2.25.100", 1), 1));
            await(() -> flushes(writer));
            assertEquals(1, count("InstanceRow"));
            assertEquals(Optional.empty(), writer.problem());
        }
    }

    private long count(String entity) throws IndexException {
        return database.inTransaction(em -> em.createQuery("SELECT COUNT(r) FROM " + entity + " r", Long.class)
                .getSingleResult());
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not happen in time");
            Thread.onSpinWait();
        }
    }
}
