package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresMigrationsTest extends MigrationsContract {

    private PostgresServer server;
    private int databases;

    @BeforeAll
    void startServer() throws IOException, InterruptedException {
        server = PostgresServer.start();
    }

    @AfterAll
    void stopServer() throws IOException {
        server.close();
    }

    @Override
    DataSource database() throws SQLException {
        return server.database("sallyport" + databases++);
    }

    /** Two appliances that are started together find the same empty database. */
    @Test
    void startsAtTheSameTimeTakeTurns() throws Exception {
        DataSource database = database();
        ExecutorService starts = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(starts.submit(() -> {
                    new Migrations().prepare(database);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(120, TimeUnit.SECONDS);
            }
        } finally {
            starts.shutdownNow();
        }
        assertEquals(NEWEST, number(database, "SELECT COUNT(*) FROM schema_version"));
    }

    /** A pool keeps connections open: a turn that ended with its connection would never end. */
    @Test
    void aTurnEndsThoughItsConnectionGoesBackToAPool() throws SQLException {
        DataSource database = database();
        List<Connection> open = new ArrayList<>();
        DataSource pool = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, called, given) -> {
                    Connection real = database.getConnection();
                    open.add(real);
                    return Proxy.newProxyInstance(
                            Connection.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (it, method, arguments) ->
                                    method.getName().equals("close") ? null : method.invoke(real, arguments));
                });
        new Migrations().prepare(pool);
        assertEquals(0, number(database, "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'"));
        for (Connection connection : open) {
            connection.close();
        }
    }
}
