package org.sallyport.itests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;

/**
 * Stands in for the ITH back end, and is strict: an upload that is not to the letter of the contract is a {@linkplain #violations violation}, whatever is
 * answered. Every file of every ZIP is opened with dcmftest and dciodvfy and searched for planted identifiers. Thread-safe.
 */
final class IthSimulator implements AutoCloseable {

    static final String KEY = "key-of-the-test-7f3a";
    static final String WORKSPACE = "ws-0815";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FORM_NAME = Pattern.compile("form-data; name=\"([a-z_]+)\"(; filename=\"([^\"]+)\")?");
    private static final Pattern PSEUDONYM = Pattern.compile("ANON-[0-9A-F]{12}");
    private static final Pattern FILE_NAME = Pattern.compile("ANON-[0-9A-F]{12}_2\\.25\\.[0-9]{1,39}\\.zip");
    private static final List<String> LEGACY_KEYS =
            List.of("study_uid", "study_date", "series_count", "instances_count");

    /** What happens to an upload instead of its being accepted. */
    enum Fault {
        STATUS_500,
        STATUS_503_RETRY_AFTER,
        STATUS_401,
        STATUS_413,
        STATUS_400,
        /** No answer until the client gives up. */
        STALL,
        /** The connection goes in the middle of the body. */
        CUT_WHILE_READING,
        /** Everything was taken, but the client never hears of it. */
        CUT_AFTER_ACCEPTING
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path folder;
    private final Deque<Fault> faults = new ConcurrentLinkedDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger uploads = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    /** SOP Instance UID → how often it arrived in an upload that was accepted; guarded by itself. */
    private final Map<String, Integer> arrivals = new TreeMap<>();

    private final List<String> names = new CopyOnWriteArrayList<>();
    private volatile PlantedIdentifiers planted = new PlantedIdentifiers(List.of());
    private volatile int configurationStatus = 200;
    private volatile ObjectNode configuration;

    IthSimulator(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.configuration = configuration("public");
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static ObjectNode configuration(String mode) {
        ObjectNode root = JSON.createObjectNode();
        root.put("id", "proxy-1")
                .put("workspace_id", WORKSPACE)
                .put("name", "test")
                .put("is_active", true);
        root.putObject("config").put("mode", mode).put("enable_phi_anonymization", true);
        root.putArray("nodes");
        return root;
    }

    static void node(ObjectNode configuration, String id, String aet, String address, int port, String permission) {
        ((ArrayNode) configuration.get("nodes"))
                .addObject()
                .put("id", id)
                .put("name", id)
                .put("ae_title", aet)
                .put("ip_address", address)
                .put("port", port)
                .put("permission", permission);
    }

    void answersConfiguration(ObjectNode next) {
        configuration = next;
        configurationStatus = 200;
    }

    void answersConfiguration(int status) {
        configurationStatus = status;
    }

    void expectNoneOf(List<Patient> patients) {
        planted = new PlantedIdentifiers(patients);
    }

    /** The next uploads fail so, in this order; those after them are accepted. */
    void failNext(Fault... next) {
        faults.addAll(List.of(next));
    }

    int faultsLeft() {
        return faults.size();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    Map<String, Integer> arrivals() {
        synchronized (arrivals) {
            return new TreeMap<>(arrivals);
        }
    }

    /** The field {@code name} of each accepted upload. */
    List<String> names() {
        return List.copyOf(names);
    }

    int uploads() {
        return uploads.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            if (!KEY.equals(exchange.getRequestHeaders().getFirst("X-Proxy-Key"))) {
                answer(exchange, 401, "{\"detail\":\"bad key\"}");
                return;
            }
            String path = exchange.getRequestURI().toString();
            String method = exchange.getRequestMethod();
            if (method.equals("GET") && path.equals("/api/v1/proxy/configuration")) {
                answer(exchange, configurationStatus, configuration.toString());
            } else if (method.equals("POST") && path.equals("/api/v1/proxy/" + WORKSPACE + "/archives/upload")) {
                upload(exchange);
            } else {
                violations.add("unknown call " + method + " " + path);
                answer(exchange, 404, "{}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void upload(HttpExchange exchange) throws IOException, InterruptedException {
        int number = uploads.incrementAndGet();
        Fault fault = faults.poll();
        if (fault == Fault.CUT_WHILE_READING) {
            exchange.getRequestBody().readNBytes(20_000);
            return;
        }
        if (fault == Fault.STALL) {
            // The client's time-out ends it.
            if (!closing.await(2, TimeUnit.MINUTES)) {
                violations.add("the client waited for two minutes");
            }
            return;
        }
        if (fault != null && fault != Fault.CUT_AFTER_ACCEPTING) {
            exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
            if (fault == Fault.STATUS_503_RETRY_AFTER) {
                exchange.getResponseHeaders().set("Retry-After", "1");
            }
            answer(exchange, Integer.parseInt(fault.name().substring(7, 10)), "{\"detail\":\"told to fail\"}");
            return;
        }
        Path work = Files.createDirectories(folder.resolve("upload-" + number));
        try {
            accept(exchange, work);
        } catch (IOException | AssertionError e) {
            violations.add("upload " + number + ": " + e);
            answer(exchange, 400, "{\"detail\":\"not to the contract\"}");
            return;
        }
        if (fault != Fault.CUT_AFTER_ACCEPTING) {
            answer(exchange, 201, "{\"id\":\"archive-" + number + "\",\"status\":\"processing\"}");
        }
    }

    private void accept(HttpExchange exchange, Path work) throws IOException, InterruptedException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.matches("multipart/form-data; ?boundary=[A-Za-z0-9-]{1,70}")) {
            throw new IOException("Content-Type " + type);
        }
        if (exchange.getRequestHeaders().getFirst("Content-Length") == null) {
            throw new IOException("no Content-Length: the length of a ZIP is known beforehand");
        }
        Path zip = work.resolve("archive.zip");
        List<MultipartForm.Part> parts;
        try (InputStream in = new BufferedInputStream(exchange.getRequestBody(), 1 << 16)) {
            parts = MultipartForm.read(in, type.substring(type.indexOf("boundary=") + 9), zip);
        }
        String name = checkForm(parts);
        List<Path> files = Archive.unpack(zip, work.resolve("files"));
        List<String> sops = new ArrayList<>();
        for (Path file : files) {
            checkFile(file);
            String base = file.getFileName().toString();
            sops.add(base.substring(0, base.length() - 4));
        }
        if (work.resolve("files").toFile().list().length != 1) {
            throw new IOException("more than one study in an archive");
        }
        Files.delete(zip);
        names.add(name);
        synchronized (arrivals) {
            sops.forEach(sop -> arrivals.merge(sop, 1, Integer::sum));
        }
    }

    /** @return the field {@code name} */
    private static String checkForm(List<MultipartForm.Part> parts) throws IOException {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        String fileName = "";
        for (MultipartForm.Part part : parts) {
            var matcher = FORM_NAME.matcher(part.disposition());
            if (!matcher.matches()) {
                throw new IOException("Content-Disposition: " + part.disposition());
            }
            names.add(matcher.group(1));
            values.add(new String(part.content(), StandardCharsets.UTF_8));
            if (matcher.group(3) != null) {
                fileName = matcher.group(3);
                if (!"application/zip".equals(part.headers().get("content-type"))) {
                    throw new IOException("the file's type is " + part.headers().get("content-type"));
                }
            }
        }
        List<String> order =
                List.of("name", "patient_id", "study_description", "metadata", "metadata", "metadata", "metadata");
        boolean several = values.get(0).contains(" - Part ");
        List<String> expected = new ArrayList<>(order);
        List<String> keys = new ArrayList<>(LEGACY_KEYS);
        if (several) {
            expected.addAll(List.of("metadata", "metadata", "metadata"));
            keys.addAll(List.of("chunk_index", "total_chunks", "scan_count"));
        }
        expected.addAll(List.of("conflict_resolution", "file"));
        if (!names.equals(expected)) {
            throw new IOException("parts " + names + " instead of " + expected);
        }
        if (!values.subList(3, 3 + keys.size()).equals(keys)) {
            throw new IOException("metadata " + values.subList(3, 3 + keys.size()));
        }
        String plain = several ? values.get(0).replaceFirst(" - Part [0-9]+/[0-9]+$", "") : values.get(0);
        if (!PSEUDONYM.matcher(plain).matches() || !plain.equals(values.get(1))) {
            throw new IOException("name " + values.get(0) + ", patient_id " + values.get(1));
        }
        if (values.get(2).isBlank() || values.get(2).length() > 1000) {
            throw new IOException("study_description of " + values.get(2).length() + " characters");
        }
        if (!values.get(values.size() - 2).equals("skip_existing")) {
            throw new IOException("conflict_resolution " + values.get(values.size() - 2));
        }
        if (!FILE_NAME.matcher(fileName).matches() || !fileName.startsWith(values.get(1) + "_")) {
            throw new IOException("file name " + fileName);
        }
        return values.get(0);
    }

    private void checkFile(Path file) throws IOException, InterruptedException {
        if (!Command.run("dcmftest", file.toString()).output().startsWith("yes:")) {
            throw new IOException("dcmftest says no to " + file.getFileName());
        }
        Command.Result verified = Command.run("dciodvfy", file.toString());
        if (verified.output().contains("parse failed") || verified.output().contains("Dicom dataset read failed")) {
            throw new IOException("dciodvfy cannot read " + file.getFileName());
        }
        if (Files.size(file) < (64 << 20)) {
            var leak = planted.firstIn(Files.readAllBytes(file));
            if (leak.isPresent()) {
                throw new IOException("identifier " + leak.get() + " in " + file.getFileName());
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
