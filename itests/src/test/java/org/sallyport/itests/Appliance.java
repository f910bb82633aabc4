package org.sallyport.itests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.testkit.PlantedIdentifiers;

/** The appliance as a user runs it: {@code ./run} with a data folder and ports of its own. Used by one thread. */
final class Appliance implements AutoCloseable {

    static final Path ROOT =
            Path.of(System.getProperty("project.root", "..")).toAbsolutePath().normalize();
    static final String AET = "DICOMRCV";

    /** What the project's folder holds besides the project. */
    private static final Set<String> NOT_COPIED = Set.of(".git", "target", "data");

    /** A build may come first. */
    private static final Duration START = Duration.ofMinutes(8);

    private static final int LOG_LINES = 60;
    private static final int LONGEST_LINE = 400;
    private static final Duration STOP = Duration.ofMinutes(3);
    private static final long LONGEST_SEARCHED = 32L << 20;

    /** Its colon is no character of base64. */
    private static final String BETWEEN = "next:";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path data;
    private final Map<String, String> environment = new HashMap<>();
    private final int dicomPort;
    private final int apiPort;
    private final List<String> options = new ArrayList<>();
    private Path project = ROOT;
    private List<String> starter = List.of();
    private Path input = Path.of("/dev/null");
    private String aet = AET;
    private @Nullable Process process;

    Appliance(Path data) throws IOException {
        this.data = data;
        List<Integer> ports = Ports.free(3);
        this.dicomPort = ports.get(0);
        this.apiPort = ports.get(1);
        environment.put("SALLYPORT_DATA", data.toString());
        environment.put("DICOM_PORT", String.valueOf(dicomPort));
        environment.put("API_PORT", String.valueOf(apiPort));
        environment.put("SHELL_PORT", String.valueOf(ports.get(2)));
        environment.put("DICOM_STUDY_TIMEOUT", "3");
        // Most of a short life is starting, which the optimising compiler slows down on two cores.
        environment.put("SALLYPORT_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    }

    Appliance with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** An argument of {@code ./run}. */
    Appliance option(String option) {
        options.add(option);
        return this;
    }

    /** A copy of the project as it is built, with its modules' {@code target}: building there changes nothing that tests run from. */
    static Path copyOfProject(Path copy) throws IOException, InterruptedException {
        Files.createDirectories(copy);
        List<Path> parts;
        try (Stream<Path> all = Files.list(ROOT)) {
            parts = all.filter(part -> !NOT_COPIED.contains(part.getFileName().toString()))
                    .toList();
        }
        for (Path part : parts) {
            Command.run("cp", "-a", part.toString(), copy.toString()).ok();
        }
        tellTheCompilerWhereItIs(copy);
        return copy;
    }

    /** Maven's compiler plugin remembers where files were, and compiles all of a module anew if they are elsewhere: in a project that stays they never are. */
    private static void tellTheCompilerWhereItIs(Path copy) throws IOException {
        List<Path> remembered;
        try (Stream<Path> all = Files.walk(copy)) {
            remembered = all.filter(file -> file.endsWith("inputFiles.lst")).toList();
        }
        for (Path file : remembered) {
            Files.writeString(file, Files.readString(file).replace(ROOT + "/", copy + "/"));
        }
    }

    /** Runs another copy of the project. */
    Appliance from(Path copy) {
        project = copy;
        return this;
    }

    /** What {@code ./run} reads when it asks. */
    Appliance answering(String answer) throws IOException {
        input = Files.writeString(data.resolveSibling(data.getFileName() + ".in"), answer);
        return this;
    }

    /** Its AE title, if it is not from here that it gets one. */
    Appliance called(String title) {
        aet = title;
        return this;
    }

    /** As a shell with a terminal runs it: in a process group of its own, which hears Ctrl-C even if that of the tests does not. */
    Appliance inForeground() {
        return by("setsid", "env", "--default-signal=INT");
    }

    /** Runs {@code ./run} by a command that is given its path as the last argument. */
    Appliance by(String... command) {
        starter = List.of(command);
        return this;
    }

    /** What {@code ./run} was given, for commands that find the appliance by it. */
    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    Path data() {
        return data;
    }

    /** Where the folder destination writes. */
    Path outbox() {
        return Path.of(
                environment.getOrDefault("ARCHIVE_DIR", data.resolve("outbox").toString()));
    }

    int dicomPort() {
        return dicomPort;
    }

    /** Of the HTTP port. */
    String url() {
        return "http://127.0.0.1:" + apiPort;
    }

    int apiPort() {
        return apiPort;
    }

    /** Runs {@code ./run} and waits until images can be received. */
    Appliance start() throws IOException {
        long before = timesReady();
        launch();
        await("the appliance receives, and says so", START, () -> {
            if (!running().isAlive()) {
                throw new AssertionError("./run ended with " + running().exitValue() + ":\n" + output());
            }
            return timesReady() > before && health() == HttpURLConnection.HTTP_OK;
        });
        return this;
    }

    /** Not until then is the shell there as well. */
    private long timesReady() throws IOException {
        return output().lines().filter(line -> line.startsWith("ready: ")).count();
    }

    /** Waits for a condition; if it does not come true the message holds the end of the log. */
    void await(String what, Duration deadline, Await.Condition condition) throws IOException {
        try {
            Await.until(what, deadline, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + told(), e);
        }
    }

    /** What is known when something went wrong: output, each warning once, the end of the log. Without stacks, which hide the rest. */
    private String told() throws IOException {
        List<String> log = log().lines()
                .filter(line -> line.matches("\\d{4}-.*|Caused by: .*"))
                .map(line -> line.substring(0, Math.min(LONGEST_LINE, line.length())))
                .toList();
        Map<String, String> warnings = new LinkedHashMap<>();
        for (String line : log) {
            if (line.contains("| WARN ") || line.contains("| ERROR ")) {
                // From the level on: the time is what differs.
                warnings.putIfAbsent(line.substring(line.indexOf('|')), line);
            }
        }
        return "\noutput:\n"
                + output().lines().filter(line -> !line.startsWith("\t")).collect(Collectors.joining("\n"))
                + "\nwarnings in the log:\n"
                + warnings.values().stream().limit(LOG_LINES).collect(Collectors.joining("\n"))
                + "\nend of the log:\n"
                + String.join("\n", log.subList(Math.max(0, log.size() - LOG_LINES), log.size()));
    }

    /** Runs {@code ./run} and returns at once. */
    void launch() throws IOException {
        Files.createDirectories(data);
        List<String> command = new ArrayList<>(starter);
        command.add(project.resolve("run").toString());
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile().toFile()))
                .redirectInput(input.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DICOM_") || name.startsWith("ITH_"));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    private Path outputFile() {
        return data.resolveSibling(data.getFileName() + ".out");
    }

    String output() throws IOException {
        return Files.exists(outputFile()) ? Files.readString(outputFile()) : "";
    }

    Process running() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        return current;
    }

    /** Status of {@code GET /api/health/}, or an exception while nobody answers. */
    int health() throws IOException {
        return get("/api/health/");
    }

    /** Status of a page, or an exception while nobody answers. */
    int get(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url() + path).toURL().openConnection();
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    /** SIGTERM. @return the exit code */
    int stop() throws IOException, InterruptedException {
        running().destroy();
        int exit = ended();
        requireNoIdentity();
        return exit;
    }

    /**
     * Whatever a test did: logs, database, temporary files, the vault's and Karaf's own show no identifier of an invented patient. Images are left out,
     * which tests of their own look at, and so is code.
     */
    private void requireNoIdentity() throws IOException {
        PlantedIdentifiers planted = new PlantedIdentifiers(List.of());
        List<String> found = new ArrayList<>();
        int searched = 0;
        List<Path> all = new ArrayList<>(files());
        all.add(outputFile());
        for (Path file : all) {
            Path name = data.relativize(file);
            boolean left = List.of("packs", "outbox", "deploy", "vendor")
                            .contains(name.getName(0).toString())
                    || file.toString().endsWith(".jar");
            if (!left && Files.exists(file) && Files.size(file) <= LONGEST_SEARCHED) {
                searched++;
                planted.firstIn(bytes(file)).ifPresent(value -> found.add(name + ": " + value));
            }
        }
        if (!found.isEmpty() || searched < 10) {
            throw new AssertionError("of " + searched + " files these show identity: " + found);
        }
    }

    /** Ctrl-C, of one that runs in the foreground. @return the exit code, once no process is left of those that it started */
    int interrupt() throws IOException, InterruptedException {
        String group = "-" + running().pid();
        Command.run("bash", "-c", "kill -INT -- " + group).ok();
        int exit = ended();
        await(
                "no process is left",
                STOP,
                () -> Command.run("bash", "-c", "kill -0 -- " + group).exit() != 0);
        return exit;
    }

    /** Waits for {@code ./run} to end by itself. @return the exit code */
    int ended() throws InterruptedException {
        if (!running().waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            running().destroyForcibly().waitFor();
            throw new AssertionError("the appliance did not stop within " + STOP);
        }
        return running().exitValue();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        running().destroyForcibly().waitFor();
    }

    /** Stops what a failed test left running. */
    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroy();
            try {
                if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs {@code ./shell '<command>'}. */
    Command.Result shell(String command) throws IOException, InterruptedException {
        return Command.run(environment, List.of(project.resolve("shell").toString(), command));
    }

    /** Runs a command with {@code --json}; options go before arguments. */
    JsonNode json(String command, String... arguments) throws IOException, InterruptedException {
        return JSON.readTree(
                shell(command + " --json " + String.join(" ", arguments)).ok().output());
    }

    /** What commands that have the option {@code --json} print, asked for at once: each call of the shell costs a connection. */
    List<JsonNode> jsons(List<String> commands) throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        try (JsonParser printed =
                JSON.createParser(shell(String.join("; ", commands)).ok().output())) {
            for (JsonNode one = JSON.readTree(printed); one != null; one = JSON.readTree(printed)) {
                all.add(one);
            }
        }
        if (all.size() != commands.size()) {
            throw new AssertionError(all.size() + " of " + commands.size() + " commands printed JSON");
        }
        return all;
    }

    /** The same for a condition that is waited for: a shell that does not answer yet is no failure. */
    JsonNode jsonOnceThere(String command) throws IOException, InterruptedException {
        Command.Result result = shell(command + " --json");
        if (result.exit() != 0) {
            throw new IOException(command + " ended with " + result.exit() + ": " + result.output());
        }
        return JSON.readTree(result.output());
    }

    /** An image with its identity restored, as a Part 10 file. */
    byte[] original(String sopInstanceUid) throws IOException, InterruptedException {
        String text =
                shell("instance:original --reason test " + sopInstanceUid).ok().output();
        return Base64.getMimeDecoder().decode(text);
    }

    /** Images with their identity restored, asked for at once: each call of the shell costs a connection. */
    List<byte[]> originals(List<String> sopInstanceUids) throws IOException, InterruptedException {
        String commands = sopInstanceUids.stream()
                .map(sop -> "instance:original --reason test " + sop)
                .collect(Collectors.joining("; shell:echo '" + BETWEEN + "'; "));
        List<byte[]> originals = new ArrayList<>();
        for (String text : shell(commands).ok().output().split(Pattern.quote(BETWEEN), -1)) {
            originals.add(Base64.getMimeDecoder().decode(text));
        }
        if (originals.size() != sopInstanceUids.size()) {
            throw new AssertionError(originals.size() + " of " + sopInstanceUids.size() + " originals came");
        }
        return originals;
    }

    /** The heap that the running Java virtual machine was told to have: of several options the last one counts. */
    String heapOption() throws IOException {
        String[] arguments = Files.readString(Path.of("/proc/" + running().pid() + "/cmdline"))
                .split("\0", -1);
        return Arrays.stream(arguments)
                .filter(argument -> argument.startsWith("-Xmx"))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no -Xmx among " + Arrays.toString(arguments)));
    }

    /** What the log says so far. */
    String log() throws IOException {
        Path folder = Path.of(environment.getOrDefault(
                "DICOM_LOG_DIR", data.resolve("karaf/log").toString()));
        Path file = folder.resolve("karaf.log");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Names of the finished archives in the outbox. */
    List<Path> archives() throws IOException {
        if (!Files.isDirectory(outbox())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(outbox())) {
            return files.filter(file -> file.getFileName().toString().endsWith(".zip"))
                    .sorted()
                    .toList();
        }
    }

    /** Every regular file below the data folder, but for locks and databases that are open. */
    List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    all.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return unlessGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                return e == null ? FileVisitResult.CONTINUE : unlessGone(e);
            }
        });
        return all;
    }

    /** An appliance that runs makes and removes files meanwhile. */
    private static FileVisitResult unlessGone(IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }

    /** What a file holds; nothing if it has gone. */
    static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    /** Has storescu send images, all of which must be taken. */
    void send(List<String> options, List<Path> files) throws IOException, InterruptedException {
        Command.Result sent = storescu(options, files);
        if (sent.exit() != 0) {
            throw new AssertionError("storescu ended with " + sent.exit() + ":\n" + sent.output() + told());
        }
    }

    Command.Result storescu(List<String> options, List<Path> files) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("storescu", "-aec", environment.getOrDefault("DICOM_AE_TITLE", aet)));
        command.addAll(options);
        command.add("127.0.0.1");
        command.add(String.valueOf(dicomPort));
        files.forEach(file -> command.add(file.toString()));
        return Command.run(command);
    }
}
