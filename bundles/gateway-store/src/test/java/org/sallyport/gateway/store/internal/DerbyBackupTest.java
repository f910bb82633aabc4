package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.IndexException;

/** A copy of the index that was made while it is written opens as it was when the copy was made. */
class DerbyBackupTest {

    @TempDir
    private Path folder;

    private static void execute(DataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int count(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM witness")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void aCopyOpensWithWhatWasCommitted() throws Exception {
        Path index = folder.resolve("index");
        DataSource running = TestDatabase.derbySource(index);
        execute(running, "CREATE TABLE witness (n INT)", "INSERT INTO witness VALUES 1, 2, 3");
        Path backup = Files.createDirectory(folder.resolve("backup"));
        try (Connection open = running.getConnection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("INSERT INTO witness VALUES 4");
            assertTrue(new DerbyBackup(running).backUp(backup), "while a transaction is open");
            open.commit();
        }
        execute(running, "INSERT INTO witness VALUES 5");
        assertEquals(5, count(running), "it goes on");
        TestDatabase.shutDown(index);
        Path copy = backup.resolve("index");
        DataSource restored = TestDatabase.derbySource(copy);
        assertEquals(3, count(restored));
        TestDatabase.shutDown(copy);
    }

    @Test
    void aFolderThatCannotBeWrittenIsAnError() throws Exception {
        Path index = folder.resolve("index");
        DataSource running = TestDatabase.derbySource(index);
        execute(running, "CREATE TABLE witness (n INT)");
        Path file = Files.createFile(folder.resolve("file"));
        assertThrows(IndexException.class, () -> new DerbyBackup(running).backUp(file));
        TestDatabase.shutDown(index);
    }
}
