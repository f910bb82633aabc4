package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("peers")
class PostgresIndexTest extends IndexContract {

    private PostgresServer server;
    private TestDatabase database;

    @BeforeAll
    void startServer() throws IOException, InterruptedException, SQLException {
        server = PostgresServer.start();
        database = TestDatabase.postgres(server.database("sallyport"));
    }

    @AfterAll
    void stopServer() throws IOException {
        try {
            database.close();
        } finally {
            server.close();
        }
    }

    @Override
    TestDatabase database() {
        return database;
    }
}
