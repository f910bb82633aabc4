package org.sallyport.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL. */
@Tag("peers")
@Tag("release")
class RestartOnPostgresIT extends RestartIT {

    private @Nullable PostgresServer server;

    @Override
    Appliance appliance(Path data) throws Exception {
        PostgresServer started = PostgresServer.start(Files.createTempDirectory("postgres"));
        server = started;
        return started.serve(super.appliance(data));
    }

    @AfterEach
    void stopServer() throws Exception {
        Objects.requireNonNull(server).close();
    }

    /** Not tried again: the database has no part in it. */
    @Override
    void whatIsThereGoesOnlyIfThePersonSaysYesAndARebuildTakesNothingAway() {}
}
