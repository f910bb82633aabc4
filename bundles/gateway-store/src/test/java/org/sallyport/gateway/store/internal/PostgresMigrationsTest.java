package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
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
}
