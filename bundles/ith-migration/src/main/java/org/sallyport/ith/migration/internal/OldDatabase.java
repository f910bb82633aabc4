package org.sallyport.ith.migration.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;
import org.sallyport.gateway.api.vault.MappingImport.Source;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The old database, opened so that nothing can be written to it. Owned by one thread. */
final class OldDatabase implements Closeable {

    private static final int ROWS_AT_ONCE = 1_000;
    private static final int SECONDS = 30;

    private final Connection connection;

    private OldDatabase(Connection connection) {
        this.connection = connection;
    }

    /** Takes the rows of an answer, one after the other. */
    @FunctionalInterface
    interface Row {
        void take(ResultSet row) throws SQLException, IOException;
    }

    static OldDatabase open(Source source) throws IOException {
        try {
            return new OldDatabase(
                    source instanceof Source.SqliteFile file
                            ? sqlite(file.path())
                            : postgres((Source.Postgres) source));
        } catch (SQLException e) {
            throw told("cannot be opened", e);
        }
    }

    /** Only what kind of failure it was: a message of a database may quote a row. */
    private static IOException told(String what, SQLException e) {
        String state = e.getSQLState() == null ? "" : ", SQL state " + e.getSQLState();
        String cause =
                e.getMessage() != null && e.getMessage().contains("no such table") || "42P01".equals(e.getSQLState())
                        ? ": it lacks a table of the old proxy (patient_mappings, sessions, scans)"
                        : "";
        return new IOException("the old database " + what + " (" + e.getClass().getSimpleName() + ", code "
                + e.getErrorCode() + state + ")" + cause);
    }

    private static Connection sqlite(Path path) throws SQLException, IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + " is no file");
        }
        // Read as if nobody could change it, SQLite makes no file beside it; but it does not see what was not written
        // back.
        for (String suffix : new String[] {"-wal", "-journal"}) {
            Path beside = path.resolveSibling(path.getFileName() + suffix);
            if (Files.exists(beside) && Files.size(beside) > 0) {
                throw new IOException(beside + " shows that the old proxy is running, or did not end in order: stop it,"
                        + " open the database once with sqlite3, and try again");
            }
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setOpenMode(org.sqlite.SQLiteOpenMode.OPEN_URI);
        SQLiteDataSource dataSource = new SQLiteDataSource(config);
        dataSource.setUrl("jdbc:sqlite:file:" + path.toUri().getRawPath() + "?mode=ro&immutable=1");
        return dataSource.getConnection();
    }

    private static Connection postgres(Source.Postgres server) throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {server.host()});
        dataSource.setPortNumbers(new int[] {server.port()});
        dataSource.setDatabaseName(server.database());
        dataSource.setUser(server.user());
        dataSource.setPassword(server.password());
        dataSource.setReadOnly(true);
        dataSource.setConnectTimeout(SECONDS);
        dataSource.setSocketTimeout(10 * SECONDS);
        Connection connection = dataSource.getConnection();
        try {
            // All questions see the database as it is now.
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A failure of whoever takes the rows goes on as it is. */
    void each(String sql, Row row) throws IOException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_AT_ONCE);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    row.take(rows);
                }
            }
        } catch (SQLException e) {
            throw told("cannot be read", e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw told("cannot be closed", e);
        }
    }
}
