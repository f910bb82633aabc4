package org.sallyport.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL. */
@Tag("peers")
class SameUidOnPostgresIT extends SameUidIT {

    private @Nullable PostgresServer server;

    @Override
    Appliance appliance(Path data) throws Exception {
        PostgresServer started = PostgresServer.start(Files.createTempDirectory("postgres"));
        server = started;
        return started.serve(super.appliance(data));
    }

    @AfterAll
    void stopServer() throws Exception {
        Objects.requireNonNull(server).close();
    }
}
