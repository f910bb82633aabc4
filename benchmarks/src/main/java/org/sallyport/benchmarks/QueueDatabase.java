package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The queue of an appliance that has stopped, in its embedded database. Used by one thread, one at a time. */
final class QueueDatabase implements AutoCloseable {

    private static final int BATCH = 1_000;
    /** What Derby says of a database that was closed in order. */
    private static final String CLOSED = "08006";

    private final String url;
    private final Connection connection;

    /** @param data the appliance's data folder */
    QueueDatabase(Path data) throws IOException {
        System.setProperty(
                "derby.stream.error.file", data.resolveSibling("derby.log").toString());
        this.url = "jdbc:derby:" + data.resolve("index");
        try {
            this.connection = DriverManager.getConnection(url);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IOException("the database of " + data + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Milliseconds from when a delivery was queued until it had ended, of all that were delivered, by destination. */
    Map<String, List<Double>> deliveredMillis() throws IOException {
        Map<String, List<Double>> millis = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT destination, ended_at - created_at FROM delivery"
                        + " WHERE state = 'DELIVERED' ORDER BY id")) {
            while (rows.next()) {
                millis.computeIfAbsent(rows.getString(1), key -> new ArrayList<>())
                        .add((double) rows.getLong(2));
            }
            return millis;
        } catch (SQLException e) {
            throw new IOException("the queue cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Copies the only delivery that waits, with the rows of its study and of the study's only image, so many times: each copy is a study of its own.
     *
     * @throws IOException also if there is not exactly one of each
     */
    void multiply(int copies) throws IOException {
        try {
            List<Copier> copiers = List.of(
                    new Copier(connection, "study"),
                    new Copier(connection, "instance"),
                    new Copier(connection, "delivery"));
            for (int i = 1; i <= copies; i++) {
                // Of the length of real ones.
                String uid = "2.25." + String.format(Locale.ROOT, "9%038d", i);
                for (Copier copier : copiers) {
                    copier.add(uid);
                }
                if (i % BATCH == 0 || i == copies) {
                    for (Copier copier : copiers) {
                        copier.write();
                    }
                    connection.commit();
                }
            }
        } catch (SQLException e) {
            throw new IOException("the queue cannot be filled: " + e.getMessage(), e);
        }
    }

    /** Copies the only row of a table, whatever its columns are. */
    private static final class Copier {

        private final List<String> columns = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();
        private final PreparedStatement insert;

        Copier(Connection connection, String table) throws SQLException, IOException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
                ResultSetMetaData meta = rows.getMetaData();
                if (!rows.next()) {
                    throw new IOException("the table " + table + " is empty");
                }
                for (int i = 1; i <= meta.getColumnCount(); i++) {
                    if (!meta.isAutoIncrement(i)) {
                        columns.add(meta.getColumnName(i).toLowerCase(Locale.ROOT));
                        values.add(rows.getObject(i));
                    }
                }
                if (rows.next()) {
                    throw new IOException("the table " + table + " has more than one row");
                }
            }
            insert = connection.prepareStatement("INSERT INTO " + table + " (" + String.join(", ", columns)
                    + ") VALUES (?" + ", ?".repeat(columns.size() - 1) + ")");
        }

        void add(String uid) throws SQLException {
            for (int i = 0; i < columns.size(); i++) {
                Object value =
                        switch (columns.get(i)) {
                            case "study_uid", "sop_uid" -> uid;
                            case "frame_id" -> UUID.randomUUID().toString();
                            default -> values.get(i);
                        };
                insert.setObject(i + 1, value);
            }
            insert.addBatch();
        }

        void write() throws SQLException {
            insert.executeBatch();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            connection.rollback();
            connection.close();
            DriverManager.getConnection(url + ";shutdown=true").close();
        } catch (SQLException e) {
            if (!CLOSED.equals(e.getSQLState())) {
                throw new IOException("the database was not closed in order: " + e.getMessage(), e);
            }
        }
    }
}
