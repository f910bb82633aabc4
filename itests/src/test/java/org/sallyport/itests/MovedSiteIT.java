package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/**
 * A site of the old proxy that brings its settings along: each has its effect, and ITH's front end is answered as before. One appliance for all; one study
 * was sent, uploaded and cleaned up.
 */
@Tag("peers")
class MovedSiteIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final String AET = "OLDPROXY";
    private static final String FRONT_END = "https://front.example";
    private static final int MAX_PDU = 32_768;
    private static final int MOST_ASSOCIATIONS = 3;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SyntheticStudy STUDY =
            new SyntheticStudy(new Patient(7_001), Modality.CT, 7_001, 1, 3, 64, 64);
    private static final String TOKEN = token("jane.doe");

    @TempDir
    static Path folder;

    private static IthSimulator simulator;
    private static Appliance appliance;
    private static HttpClient client = HttpClient.newHttpClient();
    private static int httpsPort;
    private static String studyUid = "";
    private static String pseudonym = "";

    // What was seen on the way, for the tests.
    private static JsonNode healthBeforeStart = JSON.nullNode();
    private static boolean refusedBeforeStart;
    private static boolean refusedBeforeCertificate;
    private static List<String> typedCommands = List.of();
    private static Set<String> namesOfTheFirst = Set.of();
    private static int packsOnTheOtherDisk;
    private static JsonNode failedOnce = JSON.nullNode();

    @BeforeAll
    static void moveIn() throws Exception {
        UploadedFiles check = new UploadedFiles();
        check.expectNoneOf(List.of(STUDY.patient()));
        simulator = new IthSimulator(folder.resolve("ith"), check);
        simulator.admits(TOKEN);
        httpsPort = Ports.free(1).get(0);
        appliance = new Appliance(folder.resolve("data"))
                .with("ITH_URL", simulator.url() + "/")
                .with("ITH_TOKEN", IthSimulator.KEY)
                .with("ITH_REFRESH", "2")
                .with("PROXY_VERSION", "7.8.9")
                .with("PROXY_HOST_IP", "192.0.2.7")
                .with("PROXY_API_URL", "https://gateway.example/proxy")
                .with("HTTPS_PORT", String.valueOf(httpsPort))
                .with("CORS_ALLOWED_ORIGINS", "http://localhost:3000," + FRONT_END)
                .with("DICOM_AE_TITLE", AET)
                .with("DICOM_BIND_ADDRESS", "127.0.0.1")
                .with("DICOM_AUTO_START", "False")
                .with("DICOM_ANONYMIZE_PATIENTS", "False")
                .with("DICOM_MAX_PDU_SIZE", String.valueOf(MAX_PDU))
                .with("DICOM_MAX_ASSOCIATIONS", String.valueOf(MOST_ASSOCIATIONS))
                .with("DICOM_ACSE_TIMEOUT", "10")
                .with("DICOM_NETWORK_TIMEOUT", "15")
                .with("DICOM_DIMSE_TIMEOUT", "20")
                .with("DICOM_STORAGE_DIR", folder.resolve("storage").toString())
                .with("DICOM_LOG_DIR", folder.resolve("logs").toString())
                .with("DICOM_LOG_LEVEL", "DEBUG")
                .with("UPLOAD_MAX_RETRIES", "0")
                .with("UPLOAD_RETRY_DELAY", "300");
        looksForWhatMayGoEverySecond();
        appliance.launch();
        openTheListener();
        getACertificate();
        sendTheStudy();
    }

    private static void looksForWhatMayGoEverySecond() throws IOException {
        String shipped = Page.text(Appliance.ROOT.resolve("config/org.sallyport.retention.cfg"));
        String often = shipped.replace("interval = 30", "interval = 1");
        assertFalse(often.equals(shipped), "the file looks as it is expected to");
        Path etc = Files.createDirectories(appliance.data().resolve("etc"));
        Files.writeString(etc.resolve("org.sallyport.retention.cfg"), often);
    }

    private static void openTheListener() throws Exception {
        appliance.await("the shell answers, and images cannot be received", Duration.ofMinutes(8), () -> {
            assertTrue(appliance.running().isAlive(), "./run goes on");
            return appliance.health() == 503
                    && appliance.jsonOnceThere("destination:list").size() == 1;
        });
        healthBeforeStart = get("http", "/api/health/", Map.of()).body();
        refusedBeforeStart = isRefused("127.0.0.1", appliance.dicomPort());
        appliance.shell("dicom:start").ok();
        appliance.await("images can be received", SOON, () -> appliance.health() == 200);
        appliance.await(
                "the mode is known", SOON, () -> appliance.log().contains("configuration of the back end: PUBLIC"));
        appliance.await("the back end was told", SOON, () -> !simulator
                .frames("config_update")
                .isEmpty());
    }

    private static void getACertificate() throws Exception {
        refusedBeforeCertificate = isRefused("127.0.0.1", httpsPort);
        typedCommands = Page.run(
                appliance,
                Appliance.ROOT,
                Page.typed(Appliance.ROOT.resolve("docs/ith-api.md")),
                folder.resolve("typed"),
                3);
        namesOfTheFirst = names();
        appliance.shell("https:make-certificate localhost 127.0.0.1").ok();
        client = client();
    }

    private static Set<String> names() throws Exception {
        return Set.of(appliance.json("https:show").get("names").asText().split(" ", -1));
    }

    /** Trusts the certificate that the appliance shows, and no other. */
    private static HttpClient client() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(appliance.data().resolve("https/certificate.pem"))) {
            trusted.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static void sendTheStudy() throws Exception {
        appliance.shell("destination:pause ith").ok();
        appliance.send(List.of(), STUDY.writeTo(folder.resolve("study")));
        packsOnTheOtherDisk = packs().size();
        simulator.failNext(Fault.STATUS_500);
        appliance.shell("destination:resume ith").ok();
        appliance.await("the upload failed", SOON, () -> {
            JsonNode deliveries = appliance.jsonOnceThere("delivery:list");
            return deliveries.size() == 1
                    && deliveries.get(0).get("state").asText().equals("RETRYING");
        });
        String delivery = appliance.json("delivery:list").get(0).get("delivery").asText();
        failedOnce = appliance.json("delivery:show", delivery);
        appliance.shell("delivery:retry " + delivery).ok();
        appliance.await(
                "the study is uploaded", SOON, () -> simulator.arrivals().size() == STUDY.images());
        studyUid = simulator.studies().get(0);
        pseudonym = simulator.forms().get(0).get("patient_id").asText();
        appliance.await("the images are cleaned up", SOON, () -> packs().isEmpty());
    }

    private static List<Path> packs() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("storage"))) {
            return files.filter(file -> file.toString().endsWith(".pack")).toList();
        }
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
        if (simulator != null) {
            simulator.close();
        }
    }

    @AfterEach
    void nothingWasAgainstTheContract() {
        assertEquals(List.of(), simulator.violations());
    }

    // ---- HTTP

    private record Reply(int status, JsonNode body, java.net.http.HttpHeaders headers) {

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    private static String token(String caller) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.US_ASCII)) + "."
                + base64.encodeToString(
                        ("{\"preferred_username\":\"" + caller + "\"}").getBytes(StandardCharsets.US_ASCII))
                + ".c2lnbmVkLWJ5LW5vYm9keQ";
    }

    private static Map<String, String> as(String token, String... more) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Bearer " + token);
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private static Reply get(String scheme, String path, Map<String, String> headers) throws Exception {
        return send(scheme, "GET", path, null, headers);
    }

    private static Reply ask(String path, String key, String value) throws Exception {
        return send("https", "POST", path, JSON.createObjectNode().put(key, value), as(TOKEN));
    }

    private static Reply send(
            String scheme, String method, String path, @Nullable ObjectNode body, Map<String, String> headers)
            throws Exception {
        int port = scheme.equals("https") ? httpsPort : appliance.apiPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                .timeout(SOON)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        HttpClient by = scheme.equals("https") ? client : HttpClient.newHttpClient();
        HttpResponse<String> response = by.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), JSON.readTree(response.body()), response.headers());
    }

    private static boolean isRefused(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) SOON.toMillis());
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    // ---- ITH's front end

    @Test
    void theFrontEndIsToldTheOriginalsOfAStudyThatWasCleanedUp() throws Exception {
        Reply whole = ask("/api/phi-metadata/", "study_instance_uid", studyUid);
        assertEquals(200, whole.status(), whole.body().toString());
        Patient patient = STUDY.patient();
        assertEquals(pseudonym, whole.body().get("patient_id").asText());
        assertEquals(patient.name(), whole.body().get("original_patient_name").asText());
        assertEquals(patient.id(), whole.body().get("original_patient_id").asText());
        assertEquals(
                patient.birthDate(),
                whole.body().get("patient_phi").get("PatientBirthDate").asText());
        assertEquals("20240117", whole.body().get("study_date").asText());
        assertEquals(patient.accession(), whole.body().get("accession_number").asText());
        assertEquals("complete", whole.body().get("status").asText());
        assertEquals(1, whole.body().get("series_count").asInt());
        JsonNode series = whole.body().get("series_phi").get(0);
        assertEquals("CT", series.get("modality").asText());

        assertEquals(
                patient.name(),
                ask("/api/phi-metadata/patient/", "anonymous_patient_id", pseudonym)
                        .body()
                        .get("original_patient_name")
                        .asText());
        assertEquals(
                patient.accession(),
                ask("/api/phi-metadata/study/", "study_instance_uid", studyUid)
                        .body()
                        .get("study_phi")
                        .get("AccessionNumber")
                        .asText());
        String seriesUid = series.get("series_instance_uid").asText();
        assertEquals(
                series.get("phi_metadata"),
                ask("/api/phi-metadata/series", "series_instance_uid", seriesUid)
                        .body()
                        .get("series_phi"),
                "also without the slash at the end");
        assertEquals(
                404,
                ask("/api/phi-metadata/series/", "series_instance_uid", "2.25.404")
                        .status());

        ObjectNode two = JSON.createObjectNode();
        two.putArray("study_instance_uids").add("2.25.404").add(studyUid);
        JsonNode batch = send("https", "POST", "/api/phi-metadata/study/batch/", two, as(TOKEN))
                .body();
        assertEquals(1, batch.get("total").asInt());
        assertEquals("[\"2.25.404\"]", batch.get("not_found").toString());

        JsonNode record = recorded("ith-front-end:phi-metadata/study/batch");
        assertEquals("jane.doe (claimed)", record.get("actor").asText());
        assertEquals("127.0.0.1", record.get("source").asText());
        assertEquals("2.25.404 " + studyUid, record.get("subject").asText());
        appliance.shell("audit:verify").ok();
    }

    /** The newest one. */
    private static JsonNode recorded(String reason) throws Exception {
        for (JsonNode record : appliance.json("audit:list")) {
            if (record.get("reason").asText().equals(reason)) {
                return record;
            }
        }
        throw new AssertionError("no record of " + reason);
    }

    @Test
    void whoIsNotAdmittedOrComesByAnOpenWayIsToldNothing() throws Exception {
        String path = "/api/phi-metadata/patient/";
        ObjectNode body = JSON.createObjectNode().put("anonymous_patient_id", pseudonym);
        Reply nobody = send("https", "POST", path, body, Map.of());
        assertEquals(401, nobody.status());
        assertEquals("Bearer", nobody.header("WWW-Authenticate"));
        assertEquals(
                401, send("https", "POST", path, body, as(token("mallory"))).status());
        JsonNode record = recorded("ith-front-end:phi-metadata/patient");
        assertEquals("mallory (claimed)", record.get("actor").asText());
        assertEquals("refused", record.get("outcome").asText());

        assertEquals(
                403,
                send("http", "POST", path, body, as(TOKEN, "X-Forwarded-For", "192.0.2.1"))
                        .status(),
                "over plain HTTP, handed on by a proxy that is not named");
        assertEquals(200, send("http", "POST", path, body, as(TOKEN)).status(), "on this machine");
        assertEquals(
                403,
                send("https", "POST", path, body, as(TOKEN, "Origin", simulator.url()))
                        .status());
        assertEquals(
                400,
                ask(path, "anonymous_patient_id", "").status(),
                "what is wrong with the field is told by its name");
    }

    @Test
    void theBackEndIsAskedOnceForATokenInAMinute() throws Exception {
        String own = token("dr.who");
        simulator.admits(own);
        int before = simulator.questions();
        assertEquals(200, get("https", "/api/status/", as(own)).status());
        assertEquals(200, get("https", "/api/status", as(own)).status());
        assertEquals(before + 1, simulator.questions());
    }

    @Test
    void theStatusTellsTheGatewayAsItIs() throws Exception {
        assertEquals(401, get("https", "/api/status/", Map.of()).status());
        JsonNode status = get("https", "/api/status/", as(TOKEN)).body();
        assertEquals("healthy", status.get("status").asText());
        assertEquals("7.8.9", status.get("version").asText());
        assertEquals("jane.doe", status.get("user").get("name").asText());
        assertEquals("test", status.get("proxy").get("name").asText());
        assertEquals(
                IthSimulator.WORKSPACE, status.get("proxy").get("workspace_id").asText());
        JsonNode dicom = status.get("dicom");
        assertEquals(appliance.dicomPort(), dicom.get("port").asInt());
        assertEquals(AET, dicom.get("ae_title").asText());
        assertEquals("192.0.2.7", dicom.get("ip_address").asText());
        assertEquals("public", dicom.get("mode").asText());
        assertTrue(dicom.get("anonymization_enabled").asBoolean());
        assertEquals(1, status.get("database").get("sessions").asInt());
        assertEquals(1, status.get("database").get("scans").asInt());
        JsonNode recent = status.get("recent_activity").get(0);
        assertEquals(pseudonym, recent.get("patient_id").asText());
        assertEquals(studyUid, recent.get("study_uid").asText());
        assertEquals(
                "",
                new PlantedIdentifiers(List.of(STUDY.patient()))
                        .firstIn(status.toString().getBytes(StandardCharsets.UTF_8))
                        .orElse(""));
    }

    @Test
    void pagesOfTheNamedOriginsMayCallAndNoOthers() throws Exception {
        String path = "/api/phi-metadata/";
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("Origin", FRONT_END);
        asked.put("Access-Control-Request-Method", "POST");
        asked.put("Access-Control-Request-Headers", "authorization,content-type");
        asked.put("Access-Control-Request-Private-Network", "true");
        Reply yes = send("https", "OPTIONS", path, null, asked);
        assertEquals(204, yes.status());
        assertEquals(FRONT_END, yes.header("Access-Control-Allow-Origin"));
        assertEquals("true", yes.header("Access-Control-Allow-Private-Network"));
        assertTrue(yes.header("Access-Control-Allow-Methods").contains("POST"));
        asked.put("Origin", "https://elsewhere.example");
        Reply no = send("https", "OPTIONS", path, null, asked);
        assertEquals("", no.header("Access-Control-Allow-Origin"));
        assertEquals("", no.header("Access-Control-Allow-Private-Network"));
        assertEquals(
                FRONT_END,
                get("https", "/api/health/", Map.of("Origin", FRONT_END)).header("Access-Control-Allow-Origin"));
    }

    @Test
    void theApiDescribesItself() throws Exception {
        JsonNode description = get("https", "/api/openapi.json", Map.of()).body();
        assertTrue(description.get("openapi").asText().startsWith("3."));
        assertTrue(
                description.get("paths").has("/api/phi-metadata/series/batch/"),
                description.get("paths").toString());
    }

    @Test
    void theHttpsPortOpensWithACertificateAndTakesAnotherWhileItRuns() throws Exception {
        assertTrue(refusedBeforeCertificate, "without a certificate it is closed");
        assertEquals(
                List.of("0: ./shell https:make-certificate gateway.example 10.1.2.3"),
                typedCommands,
                () -> Page.text(folder.resolve("typed")));
        assertEquals(Set.of("gateway.example", "10.1.2.3"), namesOfTheFirst);
        assertEquals(Set.of("localhost", "127.0.0.1"), names());
        // The key file itself is one that can be taken over.
        Path https = appliance.data().resolve("https");
        appliance
                .shell("https:import --passphrase-file " + https.resolve("passphrase") + " " + https.resolve("key.p12"))
                .ok();
        Reply health = get("https", "/api/health/", Map.of());
        assertEquals("healthy", health.body().get("status").asText());
        assertEquals("7.8.9", health.body().get("version").asText());
    }

    @Test
    void neitherTokensNorIdentityAreInAnyFileOrInTheLog() throws Exception {
        assertEquals(
                200, ask("/api/phi-metadata/", "study_instance_uid", studyUid).status());
        PlantedIdentifiers planted = new PlantedIdentifiers(List.of(STUDY.patient()));
        List<Path> files = new ArrayList<>(appliance.files());
        for (String other : List.of("logs", "storage")) {
            try (Stream<Path> all = Files.walk(folder.resolve(other))) {
                all.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            byte[] bytes = Appliance.bytes(file);
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            if (text.contains(TOKEN)
                    || text.contains(IthSimulator.KEY)
                    || planted.firstIn(bytes).isPresent()) {
                found.add(folder.relativize(file).toString());
            }
        }
        assertEquals(List.of(), found);
    }

    // ---- settings

    @Test
    void theBackEndIsToldWhatTheSettingsSay() {
        JsonNode told = simulator.frames("config_update").get(0);
        assertEquals("192.0.2.7", told.get("ip_address").asText());
        assertEquals(appliance.dicomPort(), told.get("port").asInt());
        assertEquals(AET, told.get("ae_title").asText());
        assertEquals("https://gateway.example/proxy/api", told.get("api_url").asText());
        assertEquals("7.8.9", told.get("proxy_version").asText());
    }

    @Test
    void withoutAutoStartTheListenerWaitedForItsCommand() {
        assertTrue(refusedBeforeStart, "the DICOM port was closed");
        assertEquals("degraded", healthBeforeStart.get("status").asText());
        assertEquals("offline", healthBeforeStart.get("dicom").get("status").asText());
    }

    /** Twice UPLOAD_RETRY_DELAY, a fifth more or less, as no try is a quick one: with the three of the default it would be that once. */
    @Test
    void aFailedUploadIsTriedAgainAfterThePauseOfTheSettings() {
        assertEquals(1, failedOnce.get("attempts").asInt());
        Instant failed = Instant.parse(failedOnce.get("failing-since").asText());
        Instant due = Instant.parse(failedOnce.get("due").asText());
        long pause = Duration.between(failed, due).toSeconds();
        assertTrue(480 <= pause && pause <= 720, pause + " s");
    }

    @Test
    void imagesAndLogLieWhereTheSettingsSay() throws Exception {
        assertTrue(packsOnTheOtherDisk > 0, "packs were written to DICOM_STORAGE_DIR");
        assertEquals(
                folder.resolve("storage/sallyport-packs").toRealPath(),
                appliance.data().resolve("packs").toRealPath());
        assertTrue(Files.exists(folder.resolve("logs/karaf.log")));
        assertFalse(Files.exists(appliance.data().resolve("karaf/log/karaf.log")));
    }

    @Test
    void theLogLevelHoldsForTheGatewayAndNotForLibraries() throws Exception {
        Set<String> tellers = new TreeSet<>();
        appliance
                .log()
                .lines()
                .filter(line -> line.contains("| DEBUG |"))
                .forEach(line -> tellers.add(line.contains("org.sallyport") ? "gateway" : line));
        assertEquals(Set.of("gateway"), tellers);
    }

    @Test
    void imagesAreDeidentifiedWhateverTheOldSwitchSays() throws Exception {
        assertTrue(appliance.output().contains("DICOM_ANONYMIZE_PATIENTS=false changes nothing"), appliance.output());
        assertEquals(STUDY.images(), simulator.arrivals().size(), "the simulator looked into each");
    }

    /** A connection on which an association was requested, and what was answered. */
    private record Requested(Socket socket, byte[] reply) implements AutoCloseable {

        boolean isAccepted() {
            return reply[0] == 2;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), appliance.dicomPort()), (int) SOON.toMillis());
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private static Requested request(String calledAet) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(associateRequest(calledAet));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] head = in.readNBytes(6);
        byte[] rest = in.readNBytes(ByteBuffer.wrap(head, 2, 4).getInt());
        return new Requested(
                socket,
                ByteBuffer.allocate(head.length + rest.length)
                        .put(head)
                        .put(rest)
                        .array());
    }

    /** PS3.8 9.3.2: Verification in implicit VR little endian. */
    private static byte[] associateRequest(String calledAet) {
        byte[] context = items(
                new byte[] {1, 0, 0, 0},
                item(0x30, "1.2.840.10008.1.1".getBytes(StandardCharsets.US_ASCII)),
                item(0x40, "1.2.840.10008.1.2".getBytes(StandardCharsets.US_ASCII)));
        byte[] user = items(
                item(0x51, new byte[] {0, 0, 0x40, 0}), item(0x52, "1.2.3.4".getBytes(StandardCharsets.US_ASCII)));
        byte[] fixed = new byte[68];
        fixed[1] = 1;
        byte[] names = String.format("%-16s%-16s", calledAet, "CT1").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(names, 0, fixed, 4, names.length);
        byte[] body = items(
                fixed,
                item(0x10, "1.2.840.10008.3.1.1.1".getBytes(StandardCharsets.US_ASCII)),
                item(0x20, context),
                item(0x50, user));
        return ByteBuffer.allocate(6 + body.length)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] item(int type, byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .put((byte) type)
                .put((byte) 0)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    private static byte[] items(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(1_024);
        for (byte[] part : parts) {
            all.put(part);
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }

    /** Associations of other tests may still be ending. */
    private static Requested accepted() throws IOException {
        List<Requested> got = new ArrayList<>();
        appliance.await("an association is accepted", SOON, () -> {
            Requested one = request(AET);
            if (!one.isAccepted()) {
                one.close();
            }
            return one.isAccepted() && got.add(one);
        });
        return got.get(0);
    }

    @Test
    void theListenerHasItsNameAddressAndLimits() throws Exception {
        assertTrue(isRefused("127.0.0.2", appliance.dicomPort()), "DICOM_BIND_ADDRESS is another");
        try (Requested one = accepted()) {
            int at = new String(one.reply(), StandardCharsets.ISO_8859_1).indexOf("Q\0\0\4");
            assertEquals(MAX_PDU, ByteBuffer.wrap(one.reply(), at + 4, 4).getInt());
            try (Requested other = request(Appliance.AET)) {
                assertEquals(List.of(3, 1, 1, 7), rejection(other), "called AE title not recognized");
            }
        }
        appliance.await("as many as allowed, and not one more", SOON, () -> {
            List<Requested> open = new ArrayList<>();
            try {
                for (int i = 0; i < MOST_ASSOCIATIONS; i++) {
                    open.add(request(AET));
                }
                try (Requested last = request(AET)) {
                    return open.stream().allMatch(Requested::isAccepted)
                            && rejection(last).equals(List.of(3, 2, 3, 2));
                }
            } finally {
                for (Requested each : open) {
                    each.close();
                }
            }
        });
    }

    private static List<Integer> rejection(Requested refused) {
        byte[] reply = refused.reply();
        return List.of((int) reply[0], (int) reply[7], (int) reply[8], (int) reply[9]);
    }

    /** Each limit is much shorter than its default, and that is what is waited for. */
    @Test
    void whoFallsSilentIsGivenUpAfterTheTimesOfTheSettings() throws Exception {
        try (Socket says = connect();
                Requested idle = accepted();
                Requested half = accepted()) {
            // A P-DATA-TF PDU of 1000 bytes that ends after three.
            half.socket().getOutputStream().write(new byte[] {4, 0, 0, 0, 3, (byte) 0xE8, 0, 0, 0});
            assertEnds(says, "DICOM_ACSE_TIMEOUT", 28);
            assertEnds(half.socket(), "DICOM_NETWORK_TIMEOUT", 55);
            assertEnds(idle.socket(), "DICOM_DIMSE_TIMEOUT", 55);
        }
    }

    private static void assertEnds(Socket socket, String variable, int seconds) throws IOException {
        socket.setSoTimeout(seconds * 1_000);
        try {
            // An A-ABORT may come first.
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new AssertionError(variable + ": not ended after " + seconds + " seconds", e);
        } catch (SocketException e) {
            // Reset, which is an end too.
            return;
        }
    }
}
