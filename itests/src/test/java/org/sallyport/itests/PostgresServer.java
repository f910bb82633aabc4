package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server of the test's own, on loopback. */
final class PostgresServer implements AutoCloseable {

    /** Nothing here is as the appliance would have it by itself, so that it has to take what it is told. */
    static final String HOST = "127.0.0.3";

    static final String USER = "gateway";
    static final String DATABASE = "images";
    static final String PASSWORD = "secret-of-the-test-b81c";

    private final Path bin;
    private final Path data;
    private final int port;
    private int databases;

    private PostgresServer(Path bin, Path data, int port) {
        this.bin = bin;
        this.data = data;
        this.port = port;
    }

    /** @param folder that the user postgres may enter */
    static PostgresServer start(Path folder) throws IOException, InterruptedException {
        PostgresServer server =
                new PostgresServer(bin(), folder.resolve("data"), Ports.free(1).get(0));
        if (LoopImage.isRoot()) {
            Command.run("chown", "postgres", folder.toString()).ok();
        }
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD);
        server.run(
                        "initdb",
                        "-D",
                        server.data.toString(),
                        "-U",
                        USER,
                        "-A",
                        "scram-sha-256",
                        "--pwfile=" + password,
                        "-E",
                        "UTF8",
                        "--no-sync")
                .ok();
        server.boot();
        server.psql("postgres", "CREATE DATABASE " + DATABASE);
        return server;
    }

    /** Starts another one on the data that one had at the moment when the power failed. */
    static PostgresServer afterPowerCut(Path folder) throws IOException, InterruptedException {
        PostgresServer server =
                new PostgresServer(bin(), folder.resolve("data"), Ports.free(1).get(0));
        // Names a process that would have ended with the machine.
        Files.delete(server.data.resolve("postmaster.pid"));
        server.boot();
        return server;
    }

    private void boot() throws IOException, InterruptedException {
        run(
                        "pg_ctl",
                        "-D",
                        data.toString(),
                        "-w",
                        "-t",
                        "300",
                        "-l",
                        data.resolve("log").toString(),
                        "-o",
                        "-p " + port + " -c listen_addresses=" + HOST + " -c unix_socket_directories=''",
                        "start")
                .ok();
    }

    /** Of the process that begins all others. */
    long pid() throws IOException {
        return Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    }

    private static Path bin() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(candidate -> Files.isExecutable(candidate.resolve("initdb")))
                    .max(Path::compareTo)
                    .orElseThrow(() -> new AssertionError("no PostgreSQL server is installed"));
        }
    }

    private Command.Result run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(LoopImage.isRoot() ? List.of("runuser", "-u", "postgres", "--") : List.of());
        command.add(bin.resolve(program).toString());
        command.addAll(Arrays.asList(arguments));
        return Command.run(command);
    }

    /** Runs a statement in the appliances' database. */
    void sql(String sql) throws IOException, InterruptedException {
        psql(DATABASE, sql);
    }

    /** Leaves the appliances' database empty. */
    void forget() throws IOException, InterruptedException {
        psql("postgres", "DROP DATABASE " + DATABASE + " WITH (FORCE)");
        psql("postgres", "CREATE DATABASE " + DATABASE);
    }

    private void psql(String database, String sql) throws IOException, InterruptedException {
        Command.run(
                        java.util.Map.of("PGPASSWORD", PASSWORD),
                        List.of(
                                bin.resolve("psql").toString(),
                                "-h",
                                HOST,
                                "-p",
                                String.valueOf(port),
                                "-U",
                                USER,
                                "-d",
                                database,
                                "-c",
                                sql))
                .ok();
    }

    /** All that the appliances' own databases hold, as SQL. */
    List<byte[]> dumps() throws IOException, InterruptedException {
        List<byte[]> dumps = new ArrayList<>();
        for (int number = 1; number <= databases; number++) {
            Path file = Files.createTempFile("dump", ".sql");
            try {
                Command.run(
                                java.util.Map.of("PGPASSWORD", PASSWORD),
                                List.of(
                                        bin.resolve("pg_dump").toString(),
                                        "-h",
                                        HOST,
                                        "-p",
                                        String.valueOf(port),
                                        "-U",
                                        USER,
                                        "-f",
                                        file.toString(),
                                        DATABASE + number))
                        .ok();
                dumps.add(Files.readAllBytes(file));
            } finally {
                Files.delete(file);
            }
        }
        return dumps;
    }

    int port() {
        return port;
    }

    /** Gives an appliance a database of its own. */
    Appliance serve(Appliance appliance) throws IOException, InterruptedException {
        String own = DATABASE + ++databases;
        psql("postgres", "CREATE DATABASE " + own);
        return serve(appliance, own);
    }

    Appliance serve(Appliance appliance, String database) {
        return appliance
                .with("DATABASE_ENGINE", "postgresql")
                .with("POSTGRES_HOST", HOST)
                .with("POSTGRES_PORT", String.valueOf(port))
                .with("POSTGRES_DB", database)
                .with("POSTGRES_USER", USER)
                .with("POSTGRES_PASSWORD", PASSWORD);
    }

    @Override
    public void close() throws IOException {
        try {
            run("pg_ctl", "-D", data.toString(), "-m", "immediate", "stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
