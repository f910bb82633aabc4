package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

        String dicomFile = " (org.sallyport.destination.dicom-late.cfg)";
        String webFile = " (org.sallyport.destination.dicomweb-web.cfg)";
        late.with("associations = many");
        awaitMisconfigured("late", "associations \"many\": must be a number, 1–16" + dicomFile);
        late.with("tls = perhaps");
        awaitMisconfigured("late", "tls \"perhaps\": must be yes or no" + dicomFile);
        late.with("user = gate\n.passcode = in-the-clear-8812");
        awaitMisconfigured("late", inTheClear(".passcode") + dicomFile);
        web.with("answers = html");
        awaitMisconfigured("web", "answers \"html\": must be json or xml" + webFile);
        web.with("authentication = bearer\n.token = in-the-clear-8813");
        awaitMisconfigured("web", inTheClear(".token") + webFile);
        tree.with("min-free = lots");
        awaitMisconfigured(
                "tree", "min-free \"lots\": must be a number, 1–1048576 (org.sallyport.destination.folder-tree.cfg)");

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
        Files.writeString(file, good);
        appliance.await("images are received again", SOON, () -> appliance.health() == 200);
        send(3);
    }

    // ---- secrets

    @Test
    void noSecretLiesInTheDataFolderNorIsAnyShown() throws Exception {
        Certificates pair = Certificates.make(folder, "ours", "ip:127.0.0.1");
        Map<String, String> secrets = new TreeMap<>(Map.of(
                "SALLYPORT_VAULT_PASSPHRASE", "vault-secret-9901",
                "PACS_PASSCODE", "passcode-secret-9902",
                "PACS_TLS_PASSWORD", Certificates.PASSWORD,
                "DICOM_TLS_PASSWORD", Certificates.PASSWORD,
                "WEB_PASSWORD", "password-secret-9903",
                "WEB_TOKEN", "token-secret-9904"));
        secrets.forEach(appliance::with);
        Path file = Files.writeString(folder.resolve("client-secret"), "client-secret-9905\n");
        secrets.put("FILE", "client-secret-9905");
        secrets.put("ITH_TOKEN", IthSimulator.KEY);
        secrets.put("POSTGRES_PASSWORD", PostgresServer.PASSWORD);
        try (PostgresServer database = PostgresServer.start(Files.createTempDirectory("postgres"))) {
            appliance
                    .with("PACS_HOST", "127.0.0.1")
                    .with("PACS_PORT", String.valueOf(nobody))
                    .with("PACS_USER", "gate")
                    .with("DICOM_TLS_PORT", String.valueOf(Ports.free(1).get(0)))
                    .with("DICOM_TLS_CERTIFICATE", pair.pkcs12().toString())
                    .with("DICOM_TLS_TRUSTED", pair.certificate().toString())
                    .with("DATABASE_ENGINE", "postgresql")
                    .with("POSTGRES_HOST", "127.0.0.1")
                    .with("POSTGRES_PORT", String.valueOf(database.port()))
                    .with("POSTGRES_DB", PostgresServer.DATABASE)
                    .with("POSTGRES_USER", PostgresServer.USER)
                    .with("POSTGRES_PASSWORD", PostgresServer.PASSWORD);
            Files.writeString(
                    etc("destination.dicom-secured"),
                    "destination.name = secured\nhost = 127.0.0.1\nport = " + nobody + "\ncalled-aet = X\ntls = yes\n"
                            + "tls-certificate = " + pair.pkcs12() + "\n.tls-password = $[env:PACS_TLS_PASSWORD]\n");
            web("basic", "user = gate\n.password = $[env:WEB_PASSWORD]\n");
            web("bearer", ".token = $[env:WEB_TOKEN]\n");
            web(
                    "oauth2",
                    "token-url = http://127.0.0.1:" + nobody + "/\nclient-id = gate\n.client-secret = FILE(" + file
                            + ")\n");
            appliance.start();
            appliance.await("every destination takes its secrets", SOON, () -> {
                Map<String, String> all = destinations();
                return all.size() == 6 && all.values().stream().allMatch(state -> state.startsWith("ACTIVE"));
            });
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
            searchFor(secrets);
            assertEquals(0, appliance.stop());
            searchFiles(secrets);
        }
    }

    private void web(String authentication, String secret) throws IOException {
        Files.writeString(
                etc("destination.dicomweb-" + authentication),
                "destination.name = " + authentication + "\nurl = http://127.0.0.1:" + nobody + "\nauthentication = "
                        + authentication + "\n" + secret);
    }

    private void searchFor(Map<String, String> secrets) throws Exception {
        for (String command : List.of(
                "config:list",
                "service:list",
                "destination:list",
                "delivery:list --json",
                "destination:show secured",
                "destination:show oauth2",
                "log:tail --lines 10000",
                "dicom:status",
                "audit:list")) {
            String shown = appliance.shell(command).ok().output();
            secrets.forEach((name, value) -> assertFalse(shown.contains(value), () -> command + " shows " + name));
        }
        searchFiles(secrets);
    }

    private void searchFiles(Map<String, String> secrets) throws IOException {
        List<Path> files = appliance.files();
        assertTrue(
                files.stream().anyMatch(file -> file.toString().contains("/karaf/cache/")), "Karaf's cache is there");
        for (Path file : files) {
            String bytes;
            try {
                bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (NoSuchFileException e) {
                // It came and went while the appliance runs.
                continue;
            }
            secrets.forEach((name, value) -> assertFalse(bytes.contains(value), () -> name + " lies in " + file));
        }
        secrets.forEach((name, value) -> {
            try {
                assertFalse(appliance.output().contains(value), () -> name + " is printed");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
