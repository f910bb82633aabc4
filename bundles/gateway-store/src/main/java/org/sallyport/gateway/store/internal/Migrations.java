package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.ops4j.pax.jdbc.hook.PreHook;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date before the data source is published: numbered SQL files per dialect, each in a transaction. A schema newer
 * than this program is refused.
 */
@Component(service = PreHook.class, property = PreHook.KEY_NAME + "=index-migrations")
public final class Migrations implements PreHook {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** In order; never changed once released. */
    private static final List<String> FILES = List.of(
            "0001-packs-and-deliveries.sql",
            "0002-priorities.sql",
            "0006-clean-up.sql",
            "0007-receipts.sql",
            "0008-appliances.sql",
            "0009-requests.sql",
            "0010-sheets.sql",
            "0011-remote-studies.sql",
            "0012-left-out.sql");

    /** Any number that no one else locks in this database: the letters of "sallypor". */
    private static final long TURN = 0x73616C6C79706F72L;

    private final List<String> files;

    public Migrations() {
        this(FILES);
    }

    Migrations(List<String> files) {
        this.files = files;
    }

    @Override
    public void prepare(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean server = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
            if (server) {
                // Appliances that start at the same time take turns.
                execute(connection, "SELECT pg_advisory_lock(" + TURN + ")");
            }
            try {
                migrate(connection, server ? "postgresql" : "derby");
            } finally {
                // Derby closes no connection whose transaction is open, be it one that only read.
                connection.rollback();
                if (server) {
                    // The connection may go back to a pool.
                    execute(connection, "SELECT pg_advisory_unlock(" + TURN + ")");
                    connection.rollback();
                }
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void migrate(Connection connection, String dialect) throws SQLException {
        int version = version(connection);
        if (version > files.size()) {
            throw new SQLException("the index database has schema " + version + ", this program knows up to "
                    + files.size() + ": start the newer version, or restore the backup made before the upgrade");
        }
        for (int next = version; next < files.size(); next++) {
            apply(connection, dialect, files.get(next), next + 1);
        }
    }

    private static int version(Connection connection) throws SQLException {
        boolean known = false;
        for (String name : List.of("SCHEMA_VERSION", "schema_version")) {
            try (ResultSet tables = connection.getMetaData().getTables(null, connection.getSchema(), name, null)) {
                known |= tables.next();
            }
        }
        try (Statement statement = connection.createStatement()) {
            if (!known) {
                statement.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)");
                connection.commit();
                return 0;
            }
            try (ResultSet row = statement.executeQuery("SELECT MAX(version) FROM schema_version")) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    private static void apply(Connection connection, String dialect, String file, int version) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : read("/migrations/" + dialect + "/" + file).split(";\\s*\\n", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
            statement.execute("INSERT INTO schema_version (version) VALUES (" + version + ")");
            connection.commit();
            LOG.info("index database: {} applied", file);
        }
    }

    private static String read(String resource) {
        try (InputStream in = Migrations.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the bundle");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
