package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.derby.jdbc.EmbeddedDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.IndexException;

class EmbeddedDerbyTest {

    @TempDir
    private Path temporary;

    EmbeddedDerbyTest() {}

    private static void write(TestDatabase database, String packId) throws IndexException {
        database.inTransaction(em -> {
            PackRow pack = new PackRow();
            pack.packId = packId;
            em.persist(pack);
            return null;
        });
    }

    private static long packs(TestDatabase database) throws IndexException {
        return database.inTransaction(em ->
                em.createQuery("SELECT COUNT(p) FROM PackRow p", Long.class).getSingleResult());
    }

    /** As on a full disk, Derby cannot write its lock file when it starts. */
    @Test
    void aDatabaseThatWasStartedReadOnlyTakesRowsOnceThereIsRoom() throws Exception {
        Path folder = temporary.resolve("index");
        try (TestDatabase database = TestDatabase.derby(folder)) {
            write(database, "first");
            EmbeddedDerby derby = new EmbeddedDerby(new EmbeddedDriver(), "jdbc:derby:" + folder);
            TestDatabase.shutDown(folder);
            Path lock = folder.resolve("db.lck");
            Files.deleteIfExists(lock);
            Files.createDirectory(lock);
            assertEquals(1, packs(database), "it can be read");
            assertThrows(IndexException.class, () -> write(database, "second"));

            Files.delete(lock);
            IndexException still = assertThrows(IndexException.class, () -> write(database, "second"));
            derby.after(still);
            write(database, "second");
            assertEquals(2, packs(database));
        }
    }

    @Test
    void anyOtherFailureEndsNothing() throws Exception {
        Path folder = temporary.resolve("index");
        try (TestDatabase database = TestDatabase.derby(folder)) {
            long before = packs(database);
            new EmbeddedDerby(new EmbeddedDriver(), "jdbc:derby:" + folder)
                    .after(new IndexException("no", new SQLException("a duplicate", "23505")));
            assertEquals(before, packs(database));
        }
    }
}
