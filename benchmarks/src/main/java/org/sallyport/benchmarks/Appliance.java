package org.sallyport.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A running appliance, started by {@code ./run} as users do: 512 MiB of heap, Derby, each image forced to disk. What a file {@code .env} may say of these
 * is overruled.
 */
final class Appliance implements AutoCloseable {

    private static final String AET = "DICOMRCV";
    private static final int LOOK_MILLIS = 5_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Children children;
    private final Path root;
    private final Path folder;
    private final Map<String, String> environment;
    private final Child process;

    private Appliance(Children children, Path root, Path folder, Map<String, String> environment, Child process) {
        this.children = children;
        this.root = root;
        this.folder = folder;
        this.environment = environment;
        this.process = process;
    }

    /** The data folder of an appliance that works in this folder. */
    static Path data(Path folder) {
        return folder.resolve("data");
    }

    /** Writes a .cfg before the start; what stands there is not replaced by what is shipped. */
    static void configure(Path folder, String pid, String... lines) throws IOException {
        Path etc = Files.createDirectories(data(folder).resolve("etc"));
        Files.writeString(etc.resolve(pid + ".cfg"), String.join("\n", lines) + "\n");
    }

    /** Adds a PACS of 127.0.0.1 as a destination; further lines are settings of its own. */
    static void addPacs(Path folder, String name, int port, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "destination.name = " + name,
                "host = " + Receiver.HOST,
                "port = " + port,
                "called-aet = " + StorescpTarget.AET));
        all.addAll(List.of(lines));
        configure(folder, "org.sallyport.destination.dicom-" + name, all.toArray(new String[0]));
    }

    /** Leaves the folder outbox, which takes everything, out of the benchmark. */
    static void withoutOutbox(Path folder) throws IOException {
        configure(folder, "org.sallyport.destination.folder-outbox", "destination.name = outbox", "unless = bench");
    }

    /**
     * Starts it and waits until it receives.
     *
     * @param folder for all that it writes
     * @param overrides variables of the README's table
     */
    static Appliance start(Workbench bench, Path folder, Map<String, String> overrides)
            throws IOException, InterruptedException {
        return start(bench.children(), bench.root(), folder, overrides);
    }

    static Appliance start(Children children, Path root, Path folder, Map<String, String> overrides)
            throws IOException {
        List<Integer> ports = Readiness.freePorts(3);
        Map<String, String> environment = new HashMap<>(Map.ofEntries(
                Map.entry("SALLYPORT_DATA", data(folder).toString()),
                Map.entry("SALLYPORT_DURABILITY", "instance"),
                Map.entry("SALLYPORT_HEAP", "512m"),
                Map.entry("DATABASE_ENGINE", "derby"),
                Map.entry("DICOM_AE_TITLE", AET),
                Map.entry("DICOM_PORT", ports.get(0).toString()),
                Map.entry("API_PORT", ports.get(1).toString()),
                Map.entry("SHELL_PORT", ports.get(2).toString()),
                Map.entry("PACS_HOST", ""),
                Map.entry("ITH_URL", "")));
        environment.putAll(overrides);
        Child child =
                children.start(List.of(root.resolve("run").toString()), environment, root, folder.resolve("output"));
        Appliance appliance = new Appliance(children, root, folder, environment, child);
        // The line comes when the shell is there as well.
        Readiness.await(
                "./run",
                child,
                () -> child.outputLines().stream().anyMatch(line -> line.startsWith("ready: "))
                        && isHealthy(ports.get(1)));
        return appliance;
    }

    private static boolean isHealthy(int port) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://" + Receiver.HOST + ":" + port + "/api/health/")
                        .toURL()
                        .openConnection();
        connection.setConnectTimeout(LOOK_MILLIS);
        connection.setReadTimeout(LOOK_MILLIS);
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
    }

    Receiver receiver() {
        return new Receiver(process, AET, Integer.parseInt(environment.getOrDefault("DICOM_PORT", "")));
    }

    long pid() {
        return process.pid();
    }

    /** Runs {@code ./shell '<command>'}. @return what it printed */
    String shell(String command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "shell", ".out");
        try {
            Child child = children.start(List.of(root.resolve("shell").toString(), command), environment, root, output);
            int exit = child.await();
            if (exit != 0) {
                throw new IOException("./shell '" + command + "' ended with " + exit + ":\n" + child.tail());
            }
            return Files.readString(output);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Runs a command that ends in {@code --json}, or has it before its arguments. */
    JsonNode json(String command) throws IOException, InterruptedException {
        return JSON.readTree(shell(command));
    }

    @Override
    public void close() {
        process.stop();
    }
}
