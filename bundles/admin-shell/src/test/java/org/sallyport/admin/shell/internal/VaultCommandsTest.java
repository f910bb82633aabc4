package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.VaultAdministration;
import org.sallyport.gateway.api.vault.VaultAdministration.KeyState;
import org.sallyport.gateway.api.vault.VaultAdministration.MergeChange;

/** Administrators change keys and patients, with the reason that they give. */
class VaultCommandsTest {

    private static String request(String subject) {
        return "AccessRequest[actor=unknown, roles=[], source=shell, reason=asked, subject=" + subject + "]";
    }

    private static JsonNode json(GatewayCommand command) throws Exception {
        command.json = true;
        return new ObjectMapper().readTree(Console.run(command));
    }

    @Test
    void patientsAreMergedAndSplit() throws Exception {
        Fake<VaultAdministration> vault =
                new Fake<>(VaultAdministration.class).on("merge", a -> null).on("split", a -> null);
        PatientMerge merge = new PatientMerge();
        merge.vault = vault.service;
        merge.pseudonym = "ANON-1";
        merge.into = "ANON-2";
        merge.reason = "asked";
        assertEquals("new studies of ANON-1 get ANON-2" + System.lineSeparator(), Console.run(merge));
        PatientSplit split = new PatientSplit();
        split.vault = vault.service;
        split.pseudonym = "ANON-1";
        split.reason = "asked";
        assertEquals("ANON-1", json(split).get("pseudonym").asText());
        assertEquals(
                List.of(
                        "merge[ANON-1, ANON-2, " + request("ANON-1 into ANON-2") + "]",
                        "split[ANON-1, " + request("ANON-1") + "]"),
                vault.calls);
    }

    @Test
    void aPatientIsErasedOnceItsStudiesAreGoneOrAreToStay() throws Exception {
        Instant at = Instant.parse("2026-01-02T12:00:00Z");
        Fake<VaultAdministration> vault = new Fake<>(VaultAdministration.class).on("erase", a -> at);
        PatientErase erase = new PatientErase();
        erase.vault = vault.service;
        erase.register = new Fake<>(PatientRegister.class).on("all", a -> Set.of("ANON-1", "ANON-OLD")).service;
        erase.finder = new Fake<>(StudyFinder.class)
                .on("studiesOf", a -> a.get(0).equals("ANON-OLD") ? List.of("2.25.1") : List.of("2.25.2"))
                .service;
        List<StoredInstance> images = new ArrayList<>(List.of(CommandsTest.instance()));
        erase.index = new Fake<>(StudyIndex.class)
                .on("instances", a -> a.get(0).equals("2.25.1") ? List.copyOf(images) : List.of())
                .service;
        erase.pseudonym = "ANON-1";
        erase.reason = "asked";
        String refused = String.valueOf(assertThrows(IllegalStateException.class, () -> Console.run(erase))
                .getMessage());
        assertTrue(refused.contains("has 1 images here") && refused.contains("study:delete"), refused);
        assertEquals(List.of(), vault.calls);
        erase.keepImages = true;
        String told = Console.run(erase);
        assertTrue(told.contains("from before 2026-01-02T12:00:00Z still hold the key"), told);
        erase.keepImages = false;
        images.replaceAll(VaultCommandsTest::deleted);
        Console.run(erase);
        String call = "erase[ANON-1, " + request("ANON-1") + "]";
        assertEquals(List.of(call, call), vault.calls);
    }

    private static StoredInstance deleted(StoredInstance one) {
        return new StoredInstance(
                one.facts(),
                one.frameId(),
                one.packId(),
                one.offset(),
                one.length(),
                one.crc32(),
                one.sha256(),
                one.version(),
                StoredInstance.Presence.DELETED,
                "file",
                0);
    }

    @Test
    void theHistoryIsListed() throws Exception {
        Instant at = Instant.parse("2026-01-02T12:00:00Z");
        PatientHistory history = new PatientHistory();
        history.vault = new Fake<>(VaultAdministration.class)
                .on(
                        "merges",
                        a -> List.of(new MergeChange(at, "ANON-1", "ANON-2"), new MergeChange(at, "ANON-1", null)))
                .service;
        JsonNode rows = json(history);
        assertEquals("merged", rows.get(0).get("what").asText());
        assertEquals("ANON-2", rows.get(0).get("into").asText());
        assertEquals("split", rows.get(1).get("what").asText());
        assertTrue(rows.get(1).get("into").isNull());
    }

    @Test
    void keysAreRotatedAndShownByTheirIds() throws Exception {
        Fake<VaultAdministration> vault = new Fake<>(VaultAdministration.class)
                .on("keys", a -> new KeyState("pkcs11", "sallyport", 2))
                .on("rotatePseudonymKey", a -> 3)
                .on("rotateMasterKey", a -> new KeyState("pkcs11", "sallyport-2", 3));
        VaultStatus status = new VaultStatus();
        status.vault = vault.service;
        JsonNode row = json(status).get(0);
        assertEquals("pkcs11", row.get("provider").asText());
        assertEquals("sallyport", row.get("key").asText());
        assertEquals(2, row.get("pseudonym key").asInt());
        VaultRotatePseudonymKey pseudonyms = new VaultRotatePseudonymKey();
        pseudonyms.vault = vault.service;
        pseudonyms.reason = "asked";
        assertEquals(3, json(pseudonyms).get("generation").asInt());
        VaultRotateMasterKey master = new VaultRotateMasterKey();
        master.vault = vault.service;
        master.reason = "asked";
        assertEquals(
                "the vault opens with sallyport-2 of pkcs11: back up the vault folder" + System.lineSeparator(),
                Console.run(master));
        assertEquals(
                List.of(
                        "keys[]",
                        "rotatePseudonymKey[" + request("pseudonym key") + "]",
                        "rotateMasterKey[" + request("master key") + "]"),
                vault.calls);
    }

    @Test
    void mappingsAreExportedToAFileOfTheDataFolder(@TempDir Path data) throws Exception {
        Fake<MappingExchange> exchange =
                new Fake<>(MappingExchange.class).on("write", a -> new Report(Map.of("patients", 2L), Map.of()));
        VaultExport export = new VaultExport();
        export.exchange = exchange.service;
        export.certificates = List.of("there.pem");
        export.patients = List.of("ANON-1");
        export.reason = "asked";
        System.setProperty(DataFolder.PROPERTY, data.toString());
        JsonNode rows;
        try {
            rows = json(export);
        } finally {
            System.clearProperty(DataFolder.PROPERTY);
        }
        assertEquals(2, rows.get(0).get("count").asInt());
        Path file = Path.of(rows.get(1).get("names").asText());
        assertEquals(data.resolve("export"), file.getParent());
        assertEquals(
                List.of("write[[ANON-1], [there.pem], " + file + ", "
                        + request(file.getFileName().toString()) + "]"),
                exchange.calls);
    }

    @Test
    void anImportWithConflictsSaysSoAndFails(@TempDir Path folder) throws Exception {
        Fake<MappingExchange> exchange = new Fake<>(MappingExchange.class).on("take", a -> {
            assertArrayEquals("pass word".toCharArray(), (char[]) a.get(2));
            return new Report(
                    Map.of(MappingExchange.CONFLICTS, 1L),
                    Map.of(MappingExchange.CONFLICTS, List.of("ANON-1 is ANON-2 here")));
        });
        VaultImport take = new VaultImport();
        take.exchange = exchange.service;
        take.key = "own.pem";
        take.file = "mappings.p7m";
        take.passphraseFile =
                Files.writeString(folder.resolve("pass"), "pass word\nmore").toString();
        take.reason = "asked";
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Console.run(take));
        assertTrue(String.valueOf(e.getMessage()).contains("nothing was taken over"), e.getMessage());
    }
}
