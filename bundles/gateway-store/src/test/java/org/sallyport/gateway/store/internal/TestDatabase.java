package org.sallyport.gateway.store.internal;

import java.io.Closeable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.persistence.EntityManager;
import javax.persistence.EntityManagerFactory;
import javax.persistence.Persistence;
import javax.sql.DataSource;
import org.apache.derby.jdbc.EmbeddedDataSource;
import org.sallyport.gateway.api.store.IndexException;

/** The index database by plain EclipseLink, its schema by {@link Migrations}; can be made to be away. */
final class TestDatabase implements Database, Closeable {

    static {
        System.setProperty("derby.stream.error.file", "target/derby.log");
    }

    private final DataSource dataSource;
    private final boolean skipsLocked;
    private final EntityManagerFactory factory;
    private final Runnable shutdown;
    private volatile boolean away;

    private TestDatabase(DataSource dataSource, boolean skipsLocked, Runnable shutdown) throws SQLException {
        this.dataSource = dataSource;
        this.skipsLocked = skipsLocked;
        this.shutdown = shutdown;
        new Migrations().prepare(dataSource);
        this.factory = Persistence.createEntityManagerFactory(
                "index", Map.of("javax.persistence.nonJtaDataSource", dataSource));
    }

    static TestDatabase derby(Path folder) throws SQLException {
        return new TestDatabase(derbySource(folder), false, () -> shutDown(folder));
    }

    /** On a server that is stopped by someone else. */
    static TestDatabase postgres(DataSource dataSource) throws SQLException {
        return new TestDatabase(dataSource, true, () -> {});
    }

    static DataSource derbySource(Path folder) {
        EmbeddedDataSource source = new EmbeddedDataSource();
        source.setDatabaseName(folder.toString());
        source.setCreateDatabase("create");
        return source;
    }

    /** Derby keeps its files open until told; the temporary folder could not be deleted. */
    static void shutDown(Path folder) {
        EmbeddedDataSource source = new EmbeddedDataSource();
        source.setDatabaseName(folder.toString());
        source.setShutdownDatabase("shutdown");
        try {
            source.getConnection().close();
        } catch (SQLException e) {
            // 08006 is how Derby says that it did as told.
            if (!"08006".equals(e.getSQLState())) {
                throw new IllegalStateException(e);
            }
        }
    }

    void setAway(boolean away) {
        this.away = away;
    }

    void clear() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : List.of(
                    "study",
                    "instance",
                    "pack",
                    "delivery",
                    "delivery_receipts",
                    "delivery_left_out",
                    "study_key",
                    "manifest",
                    "identity_file",
                    "pack_to_tidy",
                    "study_sheet",
                    "remote_study",
                    "remote_series")) {
                statement.execute("DELETE FROM " + table);
            }
        }
    }

    @Override
    public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
        if (away) {
            throw new IndexException("the database is away", null);
        }
        EntityManager em = factory.createEntityManager();
        try {
            em.getTransaction().begin();
            R result = work.apply(em);
            em.getTransaction().commit();
            return result;
        } catch (RuntimeException e) {
            throw new IndexException("the index database failed", e);
        } finally {
            if (em.getTransaction().isActive()) {
                em.getTransaction().rollback();
            }
            em.close();
        }
    }

    @Override
    public boolean skipsLocked() {
        return skipsLocked;
    }

    @Override
    public void close() {
        factory.close();
        shutdown.run();
    }
}
