package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL of a test's own, started with the first appliance that it serves. Used by the test's thread. */
final class OnPostgres implements AutoCloseable {

    private @Nullable PostgresServer server;

    /** The appliance, with its index there. */
    Appliance serve(Appliance appliance) throws Exception {
        PostgresServer running = server;
        if (running == null) {
            running = PostgresServer.start(Files.createTempDirectory("postgres"));
            server = running;
        }
        return running.serve(appliance);
    }

    /** What the databases hold; none = nobody was served. */
    List<byte[]> dumps() throws Exception {
        PostgresServer running = server;
        return running == null ? List.of() : running.dumps();
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
