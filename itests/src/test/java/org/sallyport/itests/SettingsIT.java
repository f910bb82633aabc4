package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/** Wrong settings are shown where people look, and secrets nowhere. */
@Tag("peers")
class SettingsIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private IthSimulator simulator;
    private Appliance appliance;
    private int nobody;
    private @Nullable Process listener;

    @BeforeEach
    void prepare() throws Exception {
        simulator = new IthSimulator(folder.resolve("ith"), new UploadedFiles());
        nobody = Ports.free(1).get(0);
        appliance = new Appliance(folder.resolve("data"))
                .with("ITH_URL", simulator.url())
                .with("ITH_TOKEN", IthSimulator.KEY)
                .with("ITH_REFRESH", "1")
                .with("UPLOAD_RETRY_DELAY", "1");
    }

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.destroyForcibly();
        }
        appliance.close();
        simulator.close();
    }

    private Path etc(String name) throws IOException {
        return Files.createDirectories(appliance.data().resolve("etc")).resolve("org.sallyport." + name + ".cfg");
    }

    private void send(int number) throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(number), Modality.CT, number, 1, 2, 64, 64);
        appliance.send(List.of(), study.writeTo(folder.resolve("study" + number)));
    }

    /** State and message of each destination. */
    private Map<String, String> destinations() throws IOException, InterruptedException {
        Map<String, String> all = new TreeMap<>();
        for (JsonNode row : appliance.jsonOnceThere("destination:list")) {
            all.put(
                    row.get("destination").asText(),
                    row.get("state").asText() + " " + utf8(row.get("message").asText("")));
        }
        return all;
    }

    /** What programs print is read byte by byte. */
    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void awaitMisconfigured(String destination, String message) throws IOException {
        appliance.await(destination + " is misconfigured: " + message, SOON, () -> destinations()
                .getOrDefault(destination, "")
                .equals("MISCONFIGURED " + message));
    }

    /** States of the deliveries to a destination, oldest first. */
    private List<String> deliveries(String destination) throws IOException, InterruptedException {
        List<String> states = new ArrayList<>();
        for (JsonNode row : appliance.jsonOnceThere("delivery:list")) {
            if (row.get("destination").asText().equals(destination)) {
                states.add(0, row.get("state").asText());
            }
        }
        return states;
    }

    // ---- wrong settings

    private static final String DICOM = "destination.name = late\nhost = 127.0.0.1\nport = %d\ncalled-aet = LATE\n";
    private static final String WEB = "destination.name = web\nurl = http://127.0.0.1:%d\n";
    private static final String TREE = "destination.name = tree\nlayout = tree\ndirectory = %s\n";

    /**
     * A destination by its .cfg.
     *
     * @param good its content when nothing is wrong
     */
    private record Configured(String name, Path file, String good) {

        Configured mended() throws IOException {
            Files.writeString(file, good);
            return this;
        }

        void with(String line) throws IOException {
            Files.writeString(file, good + line + "\n");
        }
    }

    @Test
    void aWrongSettingIsShownWithTheWayOutAndTheQueueWaits() throws Exception {
        Configured late = new Configured("late", etc("destination.dicom-late"), DICOM.formatted(nobody)).mended();
        Configured web = new Configured("web", etc("destination.dicomweb-web"), WEB.formatted(nobody)).mended();
        Configured tree =
                new Configured("tree", etc("destination.folder-tree"), TREE.formatted(folder.resolve("tree"))).mended();
        appliance.start();
        appliance.await(
                "all destinations",
                SOON,
                () -> destinations().values().stream()
                                .filter(state -> state.startsWith("ACTIVE"))
                                .count()
                        == 4);

        assertEquals(
                "never",
                appliance.json("destination:show", "ith").get("give-up-after").asText(),
                "the back end is tried for ever");

        String dicomFile = " (org.sallyport.destination.dicom-late.cfg)";
        String webFile = " (org.sallyport.destination.dicomweb-web.cfg)";
        String noKey = ": there is no such key; the file as it is shipped explains all that there are";
        late.with("asociations = 4");
        awaitMisconfigured("late", "asociations" + noKey + dicomFile);
        late.with("associations = many");
        awaitMisconfigured("late", "associations \"many\": must be a number, 1–16" + dicomFile);
        late.with("tls = perhaps");
        awaitMisconfigured("late", "tls \"perhaps\": must be yes or no" + dicomFile);
        late.with("user = gate\n.passcode = in-the-clear-8812");
        awaitMisconfigured("late", inTheClear(".passcode") + dicomFile);
        web.with(".pasword = $[env:WEB_PASSWORD;default=]");
        awaitMisconfigured("web", ".pasword" + noKey + webFile);
        web.with("answers = html");
        awaitMisconfigured("web", "answers \"html\": must be json or xml" + webFile);
        web.with("authentication = bearer\n.token = in-the-clear-8813");
        awaitMisconfigured("web", inTheClear(".token") + webFile);
        String treeFile = " (org.sallyport.destination.folder-tree.cfg)";
        tree.with("concurrency = 4");
        awaitMisconfigured("tree", "concurrency" + noKey + treeFile);
        tree.with("min-free = lots");
        awaitMisconfigured("tree", "min-free \"lots\": must be a number, 1–1048576" + treeFile);

        // The queue goes on growing meanwhile, and waits.
        send(1);
        appliance.await("the study is routed", SOON, () -> deliveries("ith").equals(List.of("DELIVERED")));
        for (Configured each : List.of(late, web, tree)) {
            assertEquals(List.of("WAITING"), deliveries(each.name()), each.name());
            each.mended();
        }
        appliance.await(
                "what can be delivered is", SOON, () -> deliveries("tree").equals(List.of("DELIVERED")));
        appliance.await(
                "the others are tried",
                SOON,
                () -> deliveries("late").equals(List.of("RETRYING"))
                        && deliveries("web").equals(List.of("RETRYING")));

        theBackEndsSettings();
        thePassphraseOfHttps();
        theVaultsPassphrase();
    }

    private static String inTheClear(String key) {
        return key + ": stands in the clear, where Karaf keeps it in its configuration cache; write " + key
                + " = $[env:VARIABLE] or " + key + " = FILE(/path/of/a/file) instead, and change the secret";
    }

    private void theBackEndsSettings() throws Exception {
        simulator.failNext(Fault.STATUS_500, Fault.STATUS_500, Fault.STATUS_500, Fault.STATUS_500);
        send(2);
        appliance.await(
                "the second study is tried", SOON, () -> deliveries("ith").size() == 2);
        Path file = etc("ith");
        String good = Files.readString(file);
        String where = " (org.sallyport.ith.cfg)";
        Files.writeString(file, good.replaceAll("(?m)^refresh = .*", "refresh = 0"));
        awaitMisconfigured("ith", "refresh 0: must be 1–86400" + where);
        Files.writeString(file, good.replaceAll("(?m)^\\.token = .*", ".token = in-the-clear-8814"));
        awaitMisconfigured("ith", inTheClear(".token") + where);
        assertFalse(deliveries("ith").contains("CANCELLED"));
        Files.writeString(file, good);
        appliance.await("the upload comes after all", Duration.ofMinutes(2), () -> deliveries("ith")
                .equals(List.of("DELIVERED", "DELIVERED")));
        assertEquals(List.of(), simulator.violations());
    }

    /** The port does not open with it, and why stands in the log. */
    private void thePassphraseOfHttps() throws Exception {
        Path file = etc("https");
        String good = Files.readString(file);
        Files.writeString(file, good.replaceAll("(?m)^\\.passphrase = .*", ".passphrase = in-the-clear-8816"));
        appliance.await("the reason is told", SOON, () -> appliance
                .log()
                .contains(inTheClear(".passphrase") + " (org.sallyport.https.cfg)"));
        Files.writeString(file, good);
        appliance.await(
                "HTTPS is there again",
                SOON,
                () -> appliance.shell("https:show").output().contains("off (HTTPS_PORT)"));
    }

    /** The vault does not open with it: nothing is received, and why stands in the log. */
    private void theVaultsPassphrase() throws Exception {
        Path file = etc("vault");
        String good = Files.readString(file);
        Files.writeString(file, good.replaceAll("(?m)^\\.passphrase = .*", ".passphrase = in-the-clear-8815"));
        appliance.await("nothing is received", SOON, () -> appliance.health() == 503);
        appliance.await("the reason is told", SOON, () -> appliance
                .log()
                .contains(inTheClear(".passphrase") + " (org.sallyport.vault.cfg)"));
        assertFalse(appliance.log().contains("in-the-clear-88"), "the log quotes a secret");
        anotherPassphraseAndNone(file, good);
        Files.writeString(file, good);
        appliance.await("images are received again", SOON, () -> appliance.health() == 200);
        send(3);
    }

    private void anotherPassphraseAndNone(Path file, String good) throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "not-the-passphrase-8820");
        String another = good.replaceAll("(?m)^\\.passphrase = .*", ".passphrase = FILE(" + wrong + ")");
        Files.writeString(file, another);
        awaitLog("keys.p12 cannot be opened: wrong passphrase");
        Path keys = appliance.data().resolve("vault/keys.p12");
        Path away = Files.move(keys, folder.resolve("away"));
        Files.writeString(file, good);
        awaitLog("keys.p12 is missing, and this vault was used under its key: restore the file from a backup");
        Files.writeString(file, good.replace("key-provider = pkcs12", "key-provider = nobodys"));
        awaitLog("vault/master is missing, and this vault was used under the key in it");
        assertEquals(503, appliance.health(), "nothing is received");
        assertFalse(Files.exists(keys), "no other key was made");
        assertFalse(appliance.log().contains("-8820"), "the log quotes a secret");
        Files.move(away, keys);
    }

    private void awaitLog(String text) throws Exception {
        appliance.await("the log tells " + text, SOON, () -> appliance.log().contains(text));
    }

    // ---- secrets

    private static final String DICOM_SECURED = """
            destination.name = secured
            host = 127.0.0.1
            port = %d
            called-aet = X
            tls = yes
            tls-certificate = %s
            .tls-password = $[env:DESTINATION_TLS_PASSWORD]
            tls-trusted = %s
            .tls-trusted-password = $[env:DESTINATION_TRUSTED_PASSWORD]
            """;

    private static final String WEB_CERTIFICATES = """
            client-certificate = %s
            .client-certificate-password = $[env:WEB_CERTIFICATE_PASSWORD]
            trust-store = %s
            .trust-store-password = $[env:WEB_TRUST_PASSWORD]
            """;

    private static final Map<String, String> SECRETS = Map.ofEntries(
            Map.entry("SALLYPORT_VAULT_PASSPHRASE", "vault-secret-9901"),
            Map.entry("SALLYPORT_HTTPS_PASSPHRASE", "https-secret-9902"),
            Map.entry("ITH_TOKEN", IthSimulator.KEY),
            Map.entry("POSTGRES_PASSWORD", PostgresServer.PASSWORD),
            Map.entry("PACS_PASSCODE", "passcode-secret-9903"),
            Map.entry("PACS_TLS_PASSWORD", "pacs-tls-secret-9904"),
            Map.entry("DICOM_TLS_PASSWORD", "tls-secret-9905"),
            Map.entry("DICOM_TLS_TRUSTED_PASSWORD", "trusted-secret-9906"),
            Map.entry("DESTINATION_TLS_PASSWORD", "destination-tls-secret-9907"),
            Map.entry("DESTINATION_TRUSTED_PASSWORD", "destination-trusted-secret-9908"),
            Map.entry("WEB_PASSWORD", "web-password-secret-9909"),
            Map.entry("WEB_TOKEN", "web-token-secret-9910"),
            Map.entry("WEB_CERTIFICATE_PASSWORD", "web-certificate-secret-9911"),
            Map.entry("WEB_TRUST_PASSWORD", "web-trust-secret-9912"));

    private static final String CLIENT_SECRET = "client-secret-9913";

    @Test
    void noSecretLiesInTheDataFolderNorIsAnyShown() throws Exception {
        Certificates pair = Certificates.make(folder, "ours", "ip:127.0.0.1");
        SECRETS.forEach(appliance::with);
        Path file = Files.writeString(folder.resolve("client-secret"), CLIENT_SECRET + "\n");
        Map<String, String> secrets = new TreeMap<>(SECRETS);
        secrets.put("FILE", CLIENT_SECRET);
        try (PostgresServer database = PostgresServer.start(Files.createTempDirectory("postgres"))) {
            appliance
                    .with("PACS_HOST", "127.0.0.1")
                    .with("PACS_PORT", String.valueOf(nobody))
                    .with("PACS_USER", "gate")
                    .with("HTTPS_PORT", String.valueOf(Ports.free(1).get(0)))
                    .with("DICOM_TLS_PORT", String.valueOf(Ports.free(1).get(0)))
                    .with("DICOM_TLS_CERTIFICATE", key(pair, "DICOM_TLS_PASSWORD"))
                    .with("DICOM_TLS_TRUSTED", trust(pair, "DICOM_TLS_TRUSTED_PASSWORD"))
                    .with("DATABASE_ENGINE", "postgresql")
                    .with("POSTGRES_HOST", PostgresServer.HOST)
                    .with("POSTGRES_PORT", String.valueOf(database.port()))
                    .with("POSTGRES_DB", PostgresServer.DATABASE)
                    .with("POSTGRES_USER", PostgresServer.USER);
            Files.writeString(
                    etc("destination.dicom-secured"),
                    DICOM_SECURED.formatted(
                            nobody,
                            key(pair, "DESTINATION_TLS_PASSWORD"),
                            trust(pair, "DESTINATION_TRUSTED_PASSWORD")));
            web("basic", "user = gate\n.password = $[env:WEB_PASSWORD]\n");
            web(
                    "bearer",
                    ".token = $[env:WEB_TOKEN]\n"
                            + WEB_CERTIFICATES.formatted(
                                    key(pair, "WEB_CERTIFICATE_PASSWORD"), trust(pair, "WEB_TRUST_PASSWORD")));
            web(
                    "oauth2",
                    "token-url = http://127.0.0.1:" + nobody + "/\nclient-id = gate\n.client-secret = FILE(" + file
                            + ")\n");
            appliance.start();
            appliance.await("every destination takes its secrets", SOON, () -> {
                Map<String, String> all = destinations();
                return all.size() == 6 && all.values().stream().allMatch(state -> state.startsWith("ACTIVE"));
            });
            appliance.shell("https:make-certificate localhost 127.0.0.1").ok();
            RoleCheck roles = new RoleCheck(appliance, folder);
            roles.makeUsers();
            Path heard = listen(roles.user("viewer"));
            send(4);
            appliance.await("it goes out where somebody is", SOON, () -> deliveries("ith")
                    .equals(List.of("DELIVERED")));
            for (String destination : List.of("pacs", "secured", "basic", "bearer", "oauth2")) {
                appliance.await("it is tried at " + destination, SOON, () -> deliveries(destination)
                        .equals(List.of("RETRYING")));
            }
            for (JsonNode port : appliance.json("dicom:status")) {
                assertTrue(
                        port.get("listening").asBoolean() && port.get("message").isNull(), port::toString);
            }
            SecretSearch search = new SecretSearch(appliance, secrets);
            search.inCommands();
            search.whatNobodyMay(roles.user("administrator"));
            search.inPages();
            appliance.await("the stream tells of deliveries", SOON, () -> Files.readString(heard)
                    .contains("event: retrying\ndata: {"));
            search.in("the stream of events", Files.readString(heard));
            search.inFiles();
            roles.check();
            assertEquals(
                    1,
                    appliance
                            .log()
                            .lines()
                            .filter(line -> line.contains(" commands for bundle org.sallyport.admin.shell/"))
                            .count(),
                    "settings that change take the commands away for a moment");
            assertEquals(0, appliance.stop());
            search.inFiles();
        }
    }

    /** @return where the events go that the user hears */
    private Path listen(SshUser user) throws IOException {
        Path heard = folder.resolve("heard");
        listener = new ProcessBuilder(
                        "curl", "-sN", "-u", user.name() + ":" + user.password(), appliance.url() + "/admin/api/events")
                .redirectOutput(heard.toFile())
                .start();
        appliance.await("the stream opens", SOON, () -> Files.readString(heard).startsWith("retry: 3000\n"));
        return heard;
    }

    /** A PKCS#12 file under the password of a variable. */
    private String key(Certificates pair, String variable) throws Exception {
        KeyStore from = KeyStore.getInstance(pair.pkcs12().toFile(), Certificates.PASSWORD.toCharArray());
        KeyStore store = empty();
        char[] password = secret(variable);
        store.setKeyEntry(
                "own",
                from.getKey("own", Certificates.PASSWORD.toCharArray()),
                password,
                from.getCertificateChain("own"));
        return written(store, variable);
    }

    private String trust(Certificates pair, String variable) throws Exception {
        KeyStore store = empty();
        store.setCertificateEntry(
                "trusted",
                KeyStore.getInstance(pair.pkcs12().toFile(), Certificates.PASSWORD.toCharArray())
                        .getCertificate("own"));
        return written(store, variable);
    }

    private static char[] secret(String variable) {
        return Objects.requireNonNull(SECRETS.get(variable)).toCharArray();
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private String written(KeyStore store, String variable) throws Exception {
        Path file = folder.resolve(variable + ".p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, secret(variable));
        }
        return file.toString();
    }

    private void web(String authentication, String more) throws IOException {
        Files.writeString(
                etc("destination.dicomweb-" + authentication),
                "destination.name = " + authentication + "\nurl = http://127.0.0.1:" + nobody + "\nauthentication = "
                        + authentication + "\n" + more);
    }
}
