package org.sallyport.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL. */
@Tag("peers")
@Tag("release")
class BackEndOnPostgresIT extends BackEndIT {

    private @Nullable PostgresServer server;

    @Override
    Appliance appliance(Path data) throws Exception {
        PostgresServer running = server;
        if (running == null) {
            running = PostgresServer.start(Files.createTempDirectory("postgres"));
            server = running;
        }
        return running.serve(super.appliance(data));
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }
}
