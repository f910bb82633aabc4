package org.sallyport.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.HandlerList;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the ITH back end: every REST call and the WebSocket of the contract on one port. It is strict: what is not to the letter of the contract is a
 * {@linkplain #violations violation}, whatever is answered. It keeps what is uploaded and gives it back for download. Thread-safe.
 */
public final class IthSimulator implements AutoCloseable {

    public static final String KEY = "key-of-the-test-7f3a";
    public static final String WORKSPACE = "ws-0815";
    public static final String PROXY = "proxy-1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_FRAMES = 100_000;

    /** @param kind the frame's type or event type */
    public record Frame(Instant at, String kind, JsonNode content) {}

    private final Server server = new Server();
    private final ServerConnector connector;
    private final Path folder;
    private final Schemas schemas = new Schemas();
    private final Holdings holdings = new Holdings();
    private final Uploads uploadReader;
    private final SocketSide socket;
    private final String key;

    private final Deque<Fault> uploadFaults = new ConcurrentLinkedDeque<>();
    private final Deque<Fault> downloadFaults = new ConcurrentLinkedDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger uploads = new AtomicInteger();
    private final AtomicInteger downloads = new AtomicInteger();
    private final AtomicInteger configurations = new AtomicInteger();
    private final AtomicInteger questions = new AtomicInteger();
    private final Set<String> admitted = ConcurrentHashMap.newKeySet();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Deque<Frame> frames = new ConcurrentLinkedDeque<>();
    private final List<JsonNode> forms = new CopyOnWriteArrayList<>();

    /** SOP Instance UID → how often it arrived in an upload that was accepted; guarded by itself. */
    private final Map<String, Integer> arrivals = new TreeMap<>();

    private volatile int configurationStatus = 200;
    private volatile String configuration;
    private volatile boolean discards;
    private volatile boolean identity;

    public IthSimulator(Path folder) throws IOException {
        this(folder, 0, KEY, FileCheck.NONE);
    }

    public IthSimulator(Path folder, FileCheck check) throws IOException {
        this(folder, 0, KEY, check);
    }

    /** @param port 0 = any free one; on the loopback address */
    public IthSimulator(Path folder, int port, String key, FileCheck check) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.key = key;
        this.configuration = configuration("public").toString();
        this.uploadReader = new Uploads(schemas, check);
        this.socket = new SocketSide(this);
        this.connector = new ServerConnector(server);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(Duration.ofMinutes(10).toMillis());
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .setSendServerVersion(false);
        server.addConnector(connector);
        server.setHandler(new HandlerList(socket, new Page(this), new RestSide(this)));
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the simulator cannot start", e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + connector.getLocalPort();
    }

    // ---- what it answers

    public static ObjectNode configuration(String mode) {
        ObjectNode root = JSON.createObjectNode();
        root.put("id", PROXY).put("workspace_id", WORKSPACE).put("name", "test").put("is_active", true);
        root.putObject("config").put("mode", mode).put("enable_phi_anonymization", true);
        root.putArray("nodes");
        return root;
    }

    public static void node(
            ObjectNode configuration, String id, String aet, String address, int port, String permission) {
        ((ArrayNode) configuration.get("nodes"))
                .addObject()
                .put("id", id)
                .put("name", id)
                .put("ae_title", aet)
                .put("ip_address", address)
                .put("port", port)
                .put("is_active", true)
                .put("permission", permission);
    }

    public void answersConfiguration(ObjectNode next) {
        String problems = schemas.problems("configuration", next);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems);
        }
        configuration = next.toString();
        configurationStatus = 200;
    }

    /** Whatever it is. */
    public void answersConfiguration(String body) {
        configuration = body;
        configurationStatus = 200;
    }

    public void answersConfiguration(int status) {
        configurationStatus = status;
    }

    /** People with this token may see the gateway from now on. */
    public void admits(String token) {
        admitted.add("Bearer " + token);
    }

    /** Uploads are taken and thrown away, unseen: for measuring. */
    public void discardsUploads() {
        discards = true;
    }

    /** From now on uploads have to be of originals, and to name them; else of pseudonyms. */
    public void expectsIdentity(boolean yes) {
        identity = yes;
    }

    /** The next uploads fail so, in this order; those after them are accepted. */
    public void failNext(Fault... next) {
        uploadFaults.addAll(List.of(next));
    }

    public void failNextDownloads(Fault... next) {
        downloadFaults.addAll(List.of(next));
    }

    /** Of uploads and downloads. */
    public int faultsLeft() {
        return uploadFaults.size() + downloadFaults.size();
    }

    /** Puts an object among those that can be downloaded, as one that the back end made. */
    public void holds(String subject, String study, String series, String sop, Path part10) {
        holdings.add(new Holdings.Instance(subject, study, series, sop, part10));
    }

    // ---- the WebSocket

    public ObjectNode event(String type, String entityType, String entityId) {
        ObjectNode event = JSON.createObjectNode();
        event.put("event_type", type)
                .put("workspace_id", WORKSPACE)
                .put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("correlation_id", UUID.randomUUID().toString())
                .put("entity_type", entityType)
                .put("entity_id", entityId)
                .putObject("payload");
        return event;
    }

    /** Sends an event to all that are connected. */
    public void push(ObjectNode event) throws IOException {
        String problems = schemas.problems("event", event);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems);
        }
        pushText(event.toString());
    }

    /** The same event inside of an outer {@code payload}. */
    public void pushNested(ObjectNode event) throws IOException {
        ObjectNode outer = JSON.createObjectNode();
        outer.set("payload", event);
        pushText(outer.toString());
    }

    /** Any text as one message. */
    public void pushText(String text) throws IOException {
        socket.send(text, 1);
    }

    /** Any text as one message of several fragments. */
    public void pushInFragments(String text, int fragments) throws IOException {
        socket.send(text, fragments);
    }

    /** Cuts every connection of the WebSocket without a word. */
    public void cutSockets() {
        socket.cut();
    }

    /** Says good-bye on the WebSockets; they count as open until it is answered. */
    public void closeSockets() {
        socket.sayGoodBye();
    }

    /** WebSockets stay open from now on, but nothing is read from them: not even pings are answered. Later ones are as usual. */
    public void fallSilent() {
        socket.fallSilent();
    }

    public int socketsOpen() {
        return socket.open();
    }

    /** Connections of the WebSocket so far. */
    public int socketsEver() {
        return socket.ever();
    }

    /** Whether the handshake's first frame is sent; for those that connect from now on. */
    public void greets(boolean yes) {
        socket.greets(yes);
    }

    /** Status with which attempts to connect are refused; 0 = none. */
    public void refusesSockets(int status) {
        socket.refuses(status);
    }

    // ---- what it received

    public List<String> violations() {
        return List.copyOf(violations);
    }

    public Map<String, Integer> arrivals() {
        synchronized (arrivals) {
            return new TreeMap<>(arrivals);
        }
    }

    /** The field {@code name} of each accepted upload. */
    public List<String> names() {
        return forms.stream().map(form -> form.get("name").asText()).toList();
    }

    /** The fields of each accepted upload. */
    public List<JsonNode> forms() {
        return List.copyOf(forms);
    }

    public int uploads() {
        return uploads.get();
    }

    public int downloads() {
        return downloads.get();
    }

    /** How often the configuration was asked for. */
    public int configurations() {
        return configurations.get();
    }

    /** How often it was asked whether a person may see the gateway. */
    public int questions() {
        return questions.get();
    }

    /** Frames of the WebSocket that came in, oldest first. */
    public List<Frame> frames() {
        return List.copyOf(frames);
    }

    public List<JsonNode> frames(String kind) {
        return frames.stream()
                .filter(frame -> frame.kind().equals(kind))
                .map(Frame::content)
                .toList();
    }

    /** The status frames of a dispatch, oldest first. */
    public List<JsonNode> statuses(String correlationId) {
        return frames("dispatch.status").stream()
                .filter(frame -> frame.get("correlation_id").asText().equals(correlationId))
                .toList();
    }

    /** Subjects that it holds, by their pseudonym. */
    public List<String> subjects() {
        List<String> names = new ArrayList<>();
        holdings.subjects()
                .get("subjects")
                .forEach(one -> names.add(one.get("name").asText()));
        return names;
    }

    /** Nodes of the configuration that it answers; none if that is none. */
    JsonNode nodes() {
        try {
            return JSON.readTree(configuration).path("nodes");
        } catch (JsonProcessingException e) {
            // A test has it answer what is no configuration.
            return JSON.createArrayNode();
        }
    }

    /** Studies that it holds. */
    public List<String> studies() {
        return holdings.select("", "", "").stream()
                .map(Holdings.Instance::study)
                .distinct()
                .toList();
    }

    /** The file that was uploaded of an instance, or is held for download. */
    public Path held(String sop) {
        return holdings.select("", "", "").stream()
                .filter(one -> one.sop().equals(sop))
                .findFirst()
                .orElseThrow()
                .file();
    }

    // ---- for its sides

    Holdings holdings() {
        return holdings;
    }

    Schemas schemas() {
        return schemas;
    }

    Uploads uploadReader() {
        return uploadReader;
    }

    String key() {
        return key;
    }

    boolean isAdmitted(String authorization) {
        questions.incrementAndGet();
        return admitted.contains(authorization);
    }

    CountDownLatch closing() {
        return closing;
    }

    boolean discards() {
        return discards;
    }

    boolean expectsIdentity() {
        return identity;
    }

    int configurationStatus() {
        return configurationStatus;
    }

    String configurationBody() {
        configurations.incrementAndGet();
        return configuration;
    }

    @Nullable
    Fault nextUploadFault() {
        return uploadFaults.poll();
    }

    @Nullable
    Fault nextDownloadFault() {
        return downloadFaults.poll();
    }

    int countUpload() {
        return uploads.incrementAndGet();
    }

    void countDownload() {
        downloads.incrementAndGet();
    }

    Path work(int upload) throws IOException {
        return Files.createDirectories(folder.resolve("upload-" + upload));
    }

    void violation(String text) {
        violations.add(text);
    }

    void received(Uploads.Accepted accepted) {
        // Whoever waits for arrivals finds all else there.
        accepted.instances().forEach(holdings::add);
        forms.add(accepted.fields());
        synchronized (arrivals) {
            accepted.instances().forEach(one -> arrivals.merge(one.sop(), 1, Integer::sum));
        }
    }

    void received(Frame frame) {
        frames.add(frame);
        if (frames.size() > MOST_FRAMES) {
            frames.poll();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        socket.cut();
        try {
            connector.setStopTimeout(0);
            server.setStopTimeout(0);
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the simulator does not stop", e);
        }
    }
}
