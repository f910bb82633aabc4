package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/** A copy of the vault that was made while it works is put on an empty machine, with the passphrase. */
class FileVaultBackupTest {

    private static final AccessRequest ADMINISTRATOR = Vaults.request(Roles.ADMINISTRATOR, "every night");
    private static final byte[] PLAIN = "Sample^Anna".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private Path vaultFolder = Path.of("");
    private Path target = Path.of("");
    private MasterKey masterKey;
    private JournalPseudonymizer assignments;
    private FileAuditLog audit;
    private FileVaultBackup backup;

    @BeforeEach
    void open() throws IOException {
        vaultFolder = Files.createDirectory(folder.resolve("running"));
        target = Files.createDirectory(folder.resolve("backup"));
        masterKey = masterKey(vaultFolder);
        VaultKeys keys = masterKey.open();
        assignments = new JournalPseudonymizer(vaultFolder, keys, false);
        audit = new FileAuditLog(vaultFolder, keys, Clock.systemUTC());
        backup = new FileVaultBackup(vaultFolder, masterKey, assignments, audit);
    }

    /** With the passphrase in a file, as it is if nobody sets one. */
    private static MasterKey masterKey(Path folder) {
        return new MasterKey(folder, KeyFile.ID, name -> null, new KeyFile(folder, ""));
    }

    @AfterEach
    void close() throws IOException {
        assignments.close();
        audit.close();
    }

    private Path restored() throws IOException {
        Path restored = target.resolve("vault");
        Files.copy(vaultFolder.resolve(KeyFile.PASSPHRASE), restored.resolve(KeyFile.PASSPHRASE));
        return restored;
    }

    @Test
    void aCopyOpensOnAnEmptyMachineAndGivesEveryOriginalBack() throws Exception {
        masterKey.rotate();
        StudyContext study = assignments.assign(patient("P1", "1.2.3"));
        Vaults.RememberedAudit nobody = new Vaults.RememberedAudit();
        byte[] sealed =
                Vaults.seal(new GcmIdentityVault(masterKey.open(), assignments, nobody), study, "frame/1", PLAIN);
        audit.record("node.approve", "meier", "shell", "x", "because", "done", null);
        Files.createDirectories(vaultFolder.resolve("earlier"));
        Files.write(vaultFolder.resolve("earlier/a.earlier"), new byte[] {1, 2});
        Files.write(vaultFolder.resolve("earlier/b.part"), new byte[] {3});

        backup.backUp(target, ADMINISTRATOR);
        assignments.assign(patient("P2", "1.2.4"));

        assertFalse(Files.exists(target.resolve("vault").resolve(KeyFile.PASSPHRASE)), "whoever has both has the key");
        try (Stream<Path> files = Files.walk(target.resolve("vault"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file.toString());
            }
        }
        assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(target.resolve("vault/earlier/a.earlier")));
        assertFalse(Files.exists(target.resolve("vault/earlier/b.part")), "is none yet");

        Path restored = restored();
        VaultKeys keys = masterKey(restored).open();
        JournalPseudonymizer again = new JournalPseudonymizer(restored, keys, false);
        FileAuditLog log = new FileAuditLog(restored, keys, Clock.systemUTC());
        try {
            assertArrayEquals(PLAIN, Vaults.open(new GcmIdentityVault(keys, again, nobody), "frame/1", sealed));
            assertEquals(study.pseudonym(), again.assign(patient("P1", "1.2.5")).pseudonym());
            assertTrue(log.verify().isWhole(), log.verify().message());
            assertEquals("vault.backup", log.newest(1).get(0).action());
        } finally {
            again.close();
            log.close();
        }
    }

    /** Patients come, records are written, keys are changed and patients erased meanwhile; every copy is whole. */
    @Test
    void copiesThatAreMadeWhileTheVaultWorksAreWhole() throws Exception {
        AtomicBoolean working = new AtomicBoolean(true);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> patients = threads.submit(() -> {
                int number = 0;
                while (working.get()) {
                    assignments.assign(patient("P" + ++number, "1.2.3." + number));
                }
                return number;
            });
            Future<Integer> records = threads.submit(() -> {
                int number = 0;
                while (working.get()) {
                    audit.record("a.record", "meier", "shell", "x", "number " + ++number, "done", null);
                    if (number % 20 == 0) {
                        masterKey.rotate();
                    }
                }
                return number;
            });
            List<String> known = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String pseudonym =
                        assignments.assign(patient("Q" + i, "1.2.4." + i)).pseudonym();
                known.add(pseudonym);
                Path to = Files.createDirectory(folder.resolve("backup" + i));
                backup.backUp(to, ADMINISTRATOR);
                Path restored = to.resolve("vault");
                Files.copy(vaultFolder.resolve(KeyFile.PASSPHRASE), restored.resolve(KeyFile.PASSPHRASE));
                VaultKeys keys = masterKey(restored).open();
                JournalPseudonymizer again = new JournalPseudonymizer(restored, keys, false);
                FileAuditLog log = new FileAuditLog(restored, keys, Clock.systemUTC());
                for (String each : known) {
                    assertEquals(each, again.present(each), "what was given out before the copy is in it");
                }
                assertTrue(log.verify().isWhole(), log.verify().message());
                again.close();
                log.close();
            }
            working.set(false);
            assertTrue(patients.get(60, TimeUnit.SECONDS) > 0 && records.get(60, TimeUnit.SECONDS) > 0);
        } finally {
            working.set(false);
            threads.shutdownNow();
            threads.awaitTermination(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoWasErasedIsErasedInTheCopy() throws Exception {
        String pseudonym = assignments.assign(patient("P1", "1.2.3")).pseudonym();
        assignments.erase(pseudonym, Instant.EPOCH);
        backup.backUp(target, ADMINISTRATOR);
        assertArrayEquals(
                Files.readAllBytes(vaultFolder.resolve(Tombstones.FILE)),
                Files.readAllBytes(target.resolve("vault").resolve(Tombstones.FILE)));
    }

    @Test
    void onlyAdministratorsMayAndNothingIsWrittenOver() throws Exception {
        assertThrows(AccessDeniedException.class, () -> backup.backUp(target, Vaults.OFFICER));
        assertFalse(Files.exists(target.resolve("vault")));
        assertEquals("refused", audit.newest(1).get(0).outcome());
        backup.backUp(target, ADMINISTRATOR);
        assertThrows(IOException.class, () -> backup.backUp(target, ADMINISTRATOR), "there is a copy");
        assertEquals("failed", audit.newest(1).get(0).outcome());
    }

    @Test
    void withoutThePassphraseTheCopyDoesNotOpen() throws Exception {
        backup.backUp(target, ADMINISTRATOR);
        VaultException e = assertThrows(
                VaultException.class, () -> masterKey(target.resolve("vault")).open());
        assertTrue(String.valueOf(e.getMessage()).contains("SALLYPORT_VAULT_PASSPHRASE"), e.getMessage());
    }
}
