package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.delivery.DeliveryQueue;

/** Schemas grow by numbered files, on every database. */
abstract class MigrationsContract {

    private static final String FIRST = "0001-packs-and-deliveries.sql";
    static final int NEWEST = 9;

    /** A new, empty database. */
    abstract DataSource database() throws SQLException;

    @Test
    void anEmptyDatabaseGetsTheSchema() throws SQLException {
        DataSource database = database();
        new Migrations().prepare(database);
        assertEquals(NEWEST, number(database, "SELECT MAX(version) FROM schema_version"));
        for (String table : List.of("study", "instance", "pack", "delivery", "delivery_receipts")) {
            assertEquals(0, number(database, "SELECT COUNT(*) FROM " + table));
        }
    }

    @Test
    void aSecondStartChangesNothing() throws SQLException {
        DataSource database = database();
        new Migrations().prepare(database);
        execute(database, "INSERT INTO pack (pack_id) VALUES ('kept')");
        new Migrations().prepare(database);
        assertEquals(1, number(database, "SELECT COUNT(*) FROM pack"));
        assertEquals(NEWEST, number(database, "SELECT COUNT(*) FROM schema_version"));
    }

    @Test
    void anOlderSchemaGetsWhatIsMissing() throws SQLException {
        DataSource database = database();
        new Migrations(List.of(FIRST)).prepare(database);
        execute(database, "INSERT INTO pack (pack_id) VALUES ('kept')");
        new Migrations(List.of(FIRST, "0002-second.sql")).prepare(database);
        assertEquals(2, number(database, "SELECT MAX(version) FROM schema_version"));
        assertEquals(2, number(database, "SELECT MAX(id) FROM second_file"));
        assertEquals(1, number(database, "SELECT COUNT(*) FROM pack"));
    }

    @Test
    void aSchemaNewerThanKnownIsRefusedAndLeftAlone() throws SQLException {
        DataSource database = database();
        new Migrations(List.of(FIRST, "0002-second.sql")).prepare(database);
        SQLException e = assertThrows(SQLException.class, () -> new Migrations(List.of(FIRST)).prepare(database));
        assertTrue(String.valueOf(e.getMessage()).contains("schema 2, this program knows up to 1"), e::toString);
        assertEquals(2, number(database, "SELECT MAX(version) FROM schema_version"));
    }

    @Test
    void aFailingStatementLeavesTheVersionAndNothingOfItsFile() throws SQLException {
        DataSource database = database();
        Migrations failing = new Migrations(List.of(FIRST, "0002-failing.sql"));
        assertThrows(SQLException.class, () -> failing.prepare(database));
        assertEquals(1, number(database, "SELECT MAX(version) FROM schema_version"));
        assertThrows(SQLException.class, () -> number(database, "SELECT COUNT(*) FROM before_the_fault"));
        // Mended, it goes on from where it was.
        new Migrations(List.of(FIRST, "0002-second.sql")).prepare(database);
        assertEquals(2, number(database, "SELECT MAX(version) FROM schema_version"));
    }

    /** Many programs call their table so; a server may hold more than one program's. */
    @Test
    void aTableOfTheSameNameInAnotherSchemaIsNotOurs() throws SQLException {
        DataSource database = database();
        execute(database, "CREATE SCHEMA other");
        execute(database, "CREATE TABLE other.schema_version (version INTEGER NOT NULL)");
        execute(database, "INSERT INTO other.schema_version (version) VALUES (99)");
        new Migrations().prepare(database);
        assertEquals(NEWEST, number(database, "SELECT MAX(version) FROM schema_version"));
    }

    @Test
    void deliveriesOfTheFirstSchemaKeepTheirOrder() throws SQLException {
        DataSource database = database();
        new Migrations(List.of(FIRST)).prepare(database);
        execute(
                database,
                "INSERT INTO delivery (study_uid, part, destination, identity_mode, state, attempts, failures,"
                        + " created_at, due_at) VALUES ('2.25.1', 1, 'archive', 'PSEUDONYMOUS', 'WAITING', 0, 0,"
                        + " 5000000, 5000000)");
        new Migrations().prepare(database);
        assertEquals(
                5_000_000 - 4 * (int) DeliveryQueue.PRIORITY_STEP.toMillis(),
                number(database, "SELECT rank_at FROM delivery WHERE priority = 4"));
    }

    @Test
    void aMissingFileIsNamed() throws SQLException {
        DataSource database = database();
        IllegalStateException e = assertThrows(
                IllegalStateException.class, () -> new Migrations(List.of("0001-missing.sql")).prepare(database));
        assertTrue(String.valueOf(e.getMessage()).contains("0001-missing.sql"), e::toString);
    }

    private static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int number(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertTrue(row.next());
            return row.getInt(1);
        }
    }
}
