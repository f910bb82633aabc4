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

    static final String USER = "sallyport";
    static final String DATABASE = "sallyport";
    static final String PASSWORD = "secret-of-the-test-b81c";

    private final Path bin;
    private final Path data;
    private final int port;

    private PostgresServer(Path bin, Path data, int port) {
        this.bin = bin;
        this.data = data;
        this.port = port;
    }

    /** @param folder that the user postgres may enter */
    static PostgresServer start(Path folder) throws IOException, InterruptedException {
        Path bin;
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            bin = versions.map(version -> version.resolve("bin"))
                    .filter(candidate -> Files.isExecutable(candidate.resolve("initdb")))
                    .max(Path::compareTo)
                    .orElseThrow(() -> new AssertionError("no PostgreSQL server is installed"));
        }
        PostgresServer server =
                new PostgresServer(bin, folder.resolve("data"), Ports.free(1).get(0));
        if (isRoot()) {
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
        server.run(
                        "pg_ctl",
                        "-D",
                        server.data.toString(),
                        "-w",
                        "-t",
                        "300",
                        "-l",
                        folder.resolve("data/log").toString(),
                        "-o",
                        "-p " + server.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
                        "start")
                .ok();
        server.psql("postgres", "CREATE DATABASE " + DATABASE);
        return server;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private Command.Result run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(isRoot() ? List.of("runuser", "-u", "postgres", "--") : List.of());
        command.add(bin.resolve(program).toString());
        command.addAll(Arrays.asList(arguments));
        return Command.run(command);
    }

    /** Runs a statement in the appliances' database. */
    void sql(String sql) throws IOException, InterruptedException {
        psql(DATABASE, sql);
    }

    private void psql(String database, String sql) throws IOException, InterruptedException {
        Command.run(
                        java.util.Map.of("PGPASSWORD", PASSWORD),
                        List.of(
                                bin.resolve("psql").toString(),
                                "-h",
                                "127.0.0.1",
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

    int port() {
        return port;
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
