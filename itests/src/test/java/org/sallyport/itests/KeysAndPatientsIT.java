package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.itests.plugin.KeyPlugin;

/**
 * While an appliance goes on with its work, an administrator changes its keys, merges two patients and erases a third: what was assigned before stays,
 * late images join it, and every original comes back, of the third none; after a restart, and on an empty machine from a back-up.
 */
@org.junit.jupiter.api.Tag("peers")
class KeysAndPatientsIT {

    private static final Duration SOON = Duration.ofMinutes(2);

    /** Of the first patient, begun after the merge. */
    private static final int MERGED = 901;

    private static final int STUDIES = 4;

    @TempDir
    private Path folder;

    private Appliance appliance;
    private String firstStudy = "";
    private String first = "";
    private String second = "";
    private String third = "";
    private String mergedStudy = "";
    private @Nullable Process repository;

    @BeforeEach
    void prepare() throws IOException {
        appliance = appliance("data");
    }

    /** Each study comes whole in one association: nothing is to be waited for. */
    private Appliance appliance(String data) throws IOException {
        return new Appliance(folder.resolve(data)).with("DICOM_STUDY_TIMEOUT", "1");
    }

    @AfterEach
    void end() {
        appliance.close();
        if (repository != null) {
            repository.destroyForcibly();
        }
    }

    @Test
    void whatWasAssignedStaysThroughChangesOfKeysMergesErasureAndRestore() throws Exception {
        appliance.start();
        sendAuditMessages();
        send(Senders.study(1, 2), "first");
        JsonNode row = appliance.json("study:list").get(0);
        firstStudy = row.get("study").asText();
        first = row.get("patient").asText();
        send(Senders.study(2, 2), "second");
        second = newPatient(List.of(first));
        change();
        send(Senders.study(3, 2), "third");
        third = newPatient(List.of(first, second));
        lateImages();
        aStudyOfTheMergedPatient();
        appliance.await("the audit repository has it", SOON, () -> Files.readString(received())
                .contains("csd-code=\"patient.merge\""));
        assertEquals(0, appliance.stop());

        appliance.start();
        assertEquals("wrapping-1", key("key"), "the vault opens with the new key");
        appliance
                .shell("patient:split --reason 'they were two after all' " + first)
                .ok();
        whatCameMeanwhileStays();
        aVendorsKeyOpensTheVault();
        erase();
        everyOriginalComesBack();
        backUp();
        assertEquals(0, appliance.stop());

        Path data = appliance.data();
        appliance = appliance("restored");
        restore(data);
        appliance.await(
                "all studies are there",
                SOON,
                () -> appliance.jsonOnceThere("study:list").size() == STUDIES);
        assertEquals(4, row(firstStudy).get("images").asInt(), "also those that came after the back-up was made");
        everyOriginalComesBack();
        handOver();
        assertTrue(appliance.json("audit:verify").get(0).get("whole").asBoolean());
        assertEquals(0, appliance.stop());
    }

    /** The vault moves to it and back; while it is not there the vault stays closed, once it has to be opened anew. */
    private void aVendorsKeyOpensTheVault() throws Exception {
        Path keys = Files.createDirectories(folder.resolve("vendor/keys"));
        Path jar = appliance.data().resolve("deploy/keys.jar");
        PluginJar.writeKeys(jar, keys);
        setKeyProvider("pkcs12", KeyPlugin.NAME);
        rotateTo(KeyPlugin.NAME);
        assertTrue(key("key").startsWith("kms-"), "its own id");
        Files.delete(jar);
        appliance.await(
                "the bundle is gone",
                SOON,
                () -> !appliance.jsonOnceThere("vendor:list").toString().contains("swap.keys"));
        assertEquals(KeyPlugin.NAME, key("provider"), "it stays open");
        setKeyProvider(KeyPlugin.NAME, "pkcs12");
        appliance.await(
                "the vault is closed",
                SOON,
                () -> appliance.shell("vault:status").exit() != 0);
        PluginJar.writeKeys(jar, keys);
        rotateTo("pkcs12");
        Files.delete(jar);
        appliance.await("images are received again", SOON, () -> appliance.health() == 200);
    }

    private void setKeyProvider(String from, String to) throws IOException {
        Path settings = appliance.data().resolve("etc/org.sallyport.vault.cfg");
        String before = Files.readString(settings);
        String after = before.replaceAll("(?m)^key-provider *= *" + from + "$", "key-provider = " + to);
        assertNotEquals(before, after);
        Files.writeString(settings, after);
    }

    /** Until the settings are in force it is rotated as before. */
    private void rotateTo(String provider) throws IOException {
        appliance.await(
                "the vault opens with a key of " + provider,
                SOON,
                () -> appliance
                                        .shell("vault:rotate-master-key --reason 'another place for it'")
                                        .exit()
                                == 0
                        && key("provider").equals(provider));
    }

    /** To a gateway elsewhere: what is written openssl reads, with the key of its recipient, and a gateway takes it over. */
    private void handOver() throws Exception {
        Path certificate = folder.resolve("second.pem");
        Path key = folder.resolve("second.key");
        Command.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=second gateway",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .ok();
        assertNotEquals(0, appliance.shell("vault:export " + certificate).exit(), "without a reason");
        JsonNode written = appliance.json("vault:export --reason 'a second site'", certificate.toString());
        assertEquals(2, count(written, "patients"), "the third was erased");
        Path file = Path.of(named(written, "file").get("names").asText());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains(second));

        String read = Command.run(
                        "openssl",
                        "cms",
                        "-decrypt",
                        "-inform",
                        "DER",
                        "-binary",
                        "-inkey",
                        key.toString(),
                        "-in",
                        file.toString())
                .ok()
                .output();
        assertTrue(read.startsWith("{\"kind\":\"mappings\""), "it begins otherwise");
        for (String expected : List.of(first, second, new Patient(1).id(), firstStudy, mergedStudy, "\"sha256\"")) {
            assertTrue(read.contains(expected), expected);
        }
        assertFalse(read.contains(third), "who was erased is not in it");

        String take = "vault:import --reason 'a second site' --json " + key + " " + file;
        JsonNode taken = appliance.json("vault:import --reason 'a second site'", key.toString(), file.toString());
        assertEquals(2, count(taken, "known patients"));
        assertEquals(3, count(taken, "known studies"));
        assertEquals(0, count(taken, "new patients"));
        assertEquals(0, count(taken, "conflicts"));
        Files.write(key, Files.readAllBytes(folder.resolve("repository.key")));
        assertNotEquals(0, appliance.shell(take).exit(), "with the key of somebody else");
        assertEquals(4, row(firstStudy).get("images").asInt());
    }

    private static JsonNode named(JsonNode rows, String what) {
        for (JsonNode row : rows) {
            if (row.get("what").asText().equals(what)) {
                return row;
            }
        }
        throw new AssertionError("no " + what + " in " + rows);
    }

    private static int count(JsonNode rows, String what) {
        return named(rows, what).get("count").asInt();
    }

    private Path received() {
        return folder.resolve("received");
    }

    /** To a server that prints what it is sent over TLS. */
    private void sendAuditMessages() throws Exception {
        Path certificate = folder.resolve("repository.pem");
        Path key = folder.resolve("repository.key");
        Command.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .ok();
        int port = Ports.free(1).get(0);
        repository = new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-quiet",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-cert",
                        certificate.toString(),
                        "-key",
                        key.toString())
                .redirectErrorStream(true)
                .redirectOutput(received().toFile())
                .start();
        Path settings = appliance.data().resolve("etc/org.sallyport.audit.cfg");
        Files.writeString(
                settings,
                Files.readString(settings)
                        .replace("\nhost =\n", "\nhost = 127.0.0.1\n")
                        .replace("\nport = 6514\n", "\nport = " + port + "\n")
                        .replace("\ntls-trusted =\n", "\ntls-trusted = " + certificate + "\n"));
    }

    private void erase() throws Exception {
        assertNotEquals(
                0,
                appliance
                        .shell("patient:erase --reason 'asked for it' " + third)
                        .exit(),
                "images of it are here");
        appliance
                .shell("patient:erase --keep-images --reason 'asked for it' " + third)
                .ok();
    }

    /** While images arrive, and once more when all else could have been copied. */
    private void backUp() throws Exception {
        String told = appliance
                .json("vault:backup --reason 'as every night'")
                .get("folder")
                .asText();
        assertTrue(Files.exists(Path.of(told).resolve("vault/journal")), told);
        send(Senders.study(1, 4), "after the first back-up");
        appliance.json("vault:backup --reason 'after all else was copied'");
    }

    /** On an empty machine, as docs/vault.md says: index of the first, vault of the second, what was copied in between, and the passphrase. */
    private void restore(Path data) throws Exception {
        Files.createDirectories(appliance.data());
        List<Path> backups;
        try (var all = Files.list(data.resolve("backup"))) {
            backups = all.sorted().toList();
        }
        assertEquals(2, backups.size());
        for (Path part : List.of(
                backups.get(1).resolve("vault"),
                backups.get(0).resolve("index"),
                data.resolve("packs"),
                data.resolve("identity"),
                data.resolve("deid"))) {
            if (Files.exists(part)) {
                Command.run("cp", "-a", part.toString(), appliance.data().toString())
                        .ok();
            }
        }
        Path passphrase = appliance.data().resolve("vault/passphrase");
        assertFalse(Files.exists(passphrase), "the key is not in the copy");
        Files.copy(data.resolve("vault/passphrase"), passphrase);
        appliance.start();
    }

    private JsonNode row(String study) throws Exception {
        for (JsonNode row : appliance.json("study:list")) {
            if (row.get("study").asText().equals(study)) {
                return row;
            }
        }
        throw new AssertionError("no study " + study);
    }

    private String newPatient(List<String> known) throws Exception {
        for (JsonNode row : appliance.json("study:list")) {
            if (!known.contains(row.get("patient").asText())) {
                return row.get("patient").asText();
            }
        }
        throw new AssertionError("no other patient than " + known);
    }

    private String key(String column) throws Exception {
        return appliance.json("vault:status").get(0).get(column).asText();
    }

    private void change() throws Exception {
        assertNotEquals(0, appliance.shell("vault:rotate-master-key").exit(), "without a reason");
        assertEquals("master-1", key("key"));
        appliance
                .shell("vault:rotate-master-key --reason 'the yearly change';"
                        + " vault:rotate-pseudonym-key --reason 'the yearly change';"
                        + " patient:merge --reason 'one person, two cards' " + first + " " + second)
                .ok();
        assertEquals("wrapping-1", key("key"));
        assertEquals("2", key("pseudonym key"));
        assertTrue(Files.exists(appliance.data().resolve("vault/master")));
        JsonNode history = appliance.json("patient:history").get(0);
        assertEquals(first, history.get("pseudonym").asText());
        assertEquals(second, history.get("into").asText());
    }

    private void send(SyntheticStudy study, String name) throws Exception {
        int before = appliance.archives().size();
        appliance.send(List.of(), study.writeTo(folder.resolve(name)));
        appliance.await(name + " is delivered", SOON, () -> appliance.archives().size() == before + 1);
    }

    private void lateImages() throws Exception {
        send(Senders.study(1, 3), "late");
        assertEquals(3, row(firstStudy).get("images").asInt());
        assertEquals(first, row(firstStudy).get("patient").asText());
    }

    private void aStudyOfTheMergedPatient() throws Exception {
        List<String> before = new ArrayList<>();
        appliance.json("study:list").forEach(row -> before.add(row.get("study").asText()));
        send(merged(1), "merged");
        for (JsonNode row : appliance.json("study:list")) {
            if (!before.contains(row.get("study").asText())) {
                mergedStudy = row.get("study").asText();
                assertEquals(second, row.get("patient").asText());
            }
        }
        assertNotEquals("", mergedStudy);
    }

    private static SyntheticStudy merged(int images) {
        return new SyntheticStudy(new Patient(1), Modality.CT, MERGED, 1, images, 64, 64);
    }

    private void whatCameMeanwhileStays() throws Exception {
        send(merged(2), "meanwhile");
        assertEquals(2, row(mergedStudy).get("images").asInt());
        assertEquals(second, row(mergedStudy).get("patient").asText());
    }

    private void everyOriginalComesBack() throws Exception {
        for (JsonNode row : appliance.json("study:list")) {
            String study = row.get("study").asText();
            List<String> images = new ArrayList<>();
            appliance
                    .json("study:show --images", study)
                    .forEach(image -> images.add(image.get("image").asText()));
            if (row.get("patient").asText().equals(third)) {
                Command.Result refused = appliance.shell("instance:original --reason test " + images.get(0));
                assertNotEquals(0, refused.exit());
                assertTrue(refused.output().contains(third + " was erased"), refused.output());
                continue;
            }
            for (byte[] original : appliance.originals(images)) {
                if (study.equals(mergedStudy)) {
                    assertEquals(
                            new Patient(1).id(), patientId(original), "its own id, not the one that it is merged into");
                } else {
                    Senders.assertOriginal(original);
                }
            }
        }
    }

    private static String patientId(byte[] part10) throws IOException {
        return String.valueOf(org.sallyport.dicom.data.Part10Reader.open(
                        new java.io.ByteArrayInputStream(part10),
                        org.sallyport.dicom.data.Limits.DEFAULT,
                        org.sallyport.dicom.data.BulkStore.REFUSE)
                .dataSet()
                .readAll()
                .string(Tag.PatientID));
    }
}
