package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL, whose data lie on the disk that loses its power. */
@Tag("peers")
@Tag("release")
class CrashOnPostgresIT extends CrashIT {

    /** By data folder of the appliance beside it. */
    private final Map<Path, PostgresServer> servers = new HashMap<>();

    @BeforeEach
    void letPostgresIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @Override
    Appliance appliance(Path data) throws Exception {
        Path beside = data.resolveSibling("postgres");
        PostgresServer server = Files.exists(beside)
                ? PostgresServer.afterPowerCut(beside)
                : PostgresServer.start(Files.createDirectory(beside));
        servers.put(data, server);
        return server.serve(super.appliance(data), PostgresServer.DATABASE);
    }

    @Override
    void end(Path data) throws Exception {
        PostgresServer server = servers.remove(data);
        if (server != null) {
            server.close();
        }
    }

    @Override
    void loseTheIndex(Path data) throws Exception {
        Objects.requireNonNull(servers.get(data)).forget();
    }

    @Override
    List<Long> writers(Appliance appliance) throws Exception {
        long server = Objects.requireNonNull(servers.get(appliance.data())).pid();
        return List.of(appliance.running().pid(), server);
    }

    /** Not tried again: the database has no part in it. */
    @Override
    void withDurabilityOsAPowerCutTakesImages() {}
}
