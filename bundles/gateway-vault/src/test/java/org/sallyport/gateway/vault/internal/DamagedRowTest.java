package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.keys;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/** A damaged row of the journal stops its patient or study; all others are received, and given back, as before. */
class DamagedRowTest {

    private static final byte[] PLAIN = "Sample^Anna".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private JournalPseudonymizer vault;
    private final List<StudyContext> studies = new ArrayList<>();
    private final List<byte[]> sealed = new ArrayList<>();
    /** Where the records begin: patient, study, patient, study, patient, study. */
    private final List<Integer> rows = new ArrayList<>();

    @BeforeEach
    void fill() throws IOException {
        vault = new JournalPseudonymizer(folder, keys(1), false);
        for (int i = 0; i < 3; i++) {
            StudyContext study = vault.assign(patient("P" + i, "1.2.3." + i));
            studies.add(study);
            sealed.add(Vaults.seal(
                    new GcmIdentityVault(keys(1), vault, new Vaults.RememberedAudit()), study, "frame/" + i, PLAIN));
        }
        ByteBuffer journal = ByteBuffer.wrap(Files.readAllBytes(journal()));
        for (int at = 4; at < journal.capacity(); at += 8 + journal.getInt(at)) {
            rows.add(at);
        }
        assertEquals(6, rows.size());
    }

    private Path journal() {
        return folder.resolve(Journal.FILE);
    }

    @AfterEach
    void close() throws IOException {
        vault.close();
    }

    /** @param bytes of the row's payload that are turned, from its first */
    private void damage(int row, int... bytes) throws IOException {
        vault.close();
        byte[] journal = Files.readAllBytes(journal());
        for (int at : bytes) {
            journal[rows.get(row) + 8 + at] ^= 0x55;
        }
        Files.write(journal(), journal);
        vault = new JournalPseudonymizer(folder, keys(1), false);
    }

    private byte[] opened(int i) throws IOException {
        return Vaults.open(
                new GcmIdentityVault(keys(1), vault, new Vaults.RememberedAudit()), "frame/" + i, sealed.get(i));
    }

    private void assertAllIsWellWith(int i) throws IOException {
        assertArrayEquals(PLAIN, opened(i));
        StudyContext again = vault.assign(patient("P" + i, "1.2.3." + i));
        assertEquals(studies.get(i).pseudonym(), again.pseudonym());
        assertEquals(studies.get(i).studyInstanceUid(), again.studyInstanceUid());
        assertEquals(studies.get(i).dateShiftDays(), again.dateShiftDays());
        assertEquals(
                studies.get(i).pseudonym(),
                vault.assign(patient("P" + i, "1.2.4." + i)).pseudonym(),
                "in new studies too");
    }

    private static void assertDamaged(org.junit.jupiter.api.function.Executable what) {
        VaultException e = assertThrows(VaultException.class, what);
        assertTrue(String.valueOf(e.getMessage()).contains("is damaged: restore it from a backup"), e.getMessage());
    }

    /** In the digest, in the number, in the pseudonym, in the key. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 32, 40, 50, 55, 70, 100})
    void aDamagedPatientIsStoppedAndNobodyElse(int at) throws Exception {
        damage(2, at);
        long size = Files.size(journal());
        assertDamaged(() -> vault.assign(patient("P1", "1.2.3.1")));
        assertDamaged(() -> vault.assign(patient("P1", "1.2.9")));
        assertDamaged(() -> opened(1));
        assertEquals(size, Files.size(journal()), "nothing was assigned");
        assertAllIsWellWith(0);
        assertAllIsWellWith(2);
        assertTrue(vault.assign(patient("P9", "1.2.8")).pseudonym().startsWith("ANON-"), "new patients come");
        vault.close();
        vault = new JournalPseudonymizer(folder, keys(1), false);
        assertDamaged(() -> vault.assign(patient("P1", "1.2.9")));
        assertAllIsWellWith(2);
    }

    @Test
    void theFirstPatientMayBeDamagedToo() throws Exception {
        damage(0, 90);
        assertDamaged(() -> vault.assign(patient("P0", "1.2.3.0")));
        assertAllIsWellWith(1);
        assertAllIsWellWith(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 16, 17, 21, 25, 28})
    void aDamagedStudyIsStoppedAndItsPatientsOthersAreNot(int at) throws Exception {
        damage(3, at);
        assertDamaged(() -> vault.assign(patient("P1", "1.2.3.1")));
        assertArrayEquals(PLAIN, opened(1), "its originals are given back");
        assertEquals(
                studies.get(1).pseudonym(), vault.assign(patient("P1", "1.2.9")).pseudonym());
        assertAllIsWellWith(0);
        assertAllIsWellWith(2);
    }

    /** Half of a digest is enough to tell whose it is. */
    @Test
    void severalWrongBytesStillTellWhoseRowItIs() throws Exception {
        damage(2, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 60, 61, 62);
        assertDamaged(() -> vault.assign(patient("P1", "1.2.9")));
        assertAllIsWellWith(0);
        assertAllIsWellWith(2);
    }

    /** The journal is written anew then. */
    @Test
    void anotherPatientIsErasedAllTheSame() throws Exception {
        damage(2, 40);
        vault.erase(studies.get(2).pseudonym(), Instant.EPOCH);
        vault.close();
        vault = new JournalPseudonymizer(folder, keys(1), false);
        assertDamaged(() -> vault.assign(patient("P1", "1.2.9")));
        assertThrows(VaultException.class, () -> opened(2));
        assertAllIsWellWith(0);
    }

    /** Who was merged, or how many generations there are, concerns others: such a row stops the vault. */
    @Test
    void aDamagedRowThatOthersDependOnKeepsTheVaultClosed() throws Exception {
        int length = (int) Files.size(journal());
        vault.merge(studies.get(0).pseudonym(), studies.get(1).pseudonym(), Instant.EPOCH);
        vault.assign(patient("P9", "1.2.8"));
        vault.close();
        byte[] journal = Files.readAllBytes(journal());
        journal[length + 8 + 3 + 6] ^= 1;
        Files.write(journal(), journal);
        assertDamagedAsAWhole();
    }

    /** One wrong bit makes its first byte that of a patient. */
    @Test
    void aBundleOfRecordsIsNotTakenForAPatient() throws Exception {
        int length = (int) Files.size(journal());
        vault.merge(studies.get(0).pseudonym(), studies.get(1).pseudonym(), Instant.EPOCH);
        int bundle = (int) Files.size(journal());
        assertEquals(
                studies.get(1).pseudonym(), vault.assign(patient("P0", "1.2.7")).pseudonym());
        vault.assign(patient("P2", "1.2.8"));
        vault.close();
        byte[] journal = Files.readAllBytes(journal());
        assertTrue(bundle > length && journal[bundle + 8] == RowCode.SEVERAL);
        journal[bundle + 8] = RowCode.PATIENT_WITH_ID;
        Files.write(journal(), journal);
        assertDamagedAsAWhole();
    }

    private void assertDamagedAsAWhole() {
        VaultException e = assertThrows(VaultException.class, () -> new JournalPseudonymizer(folder, keys(1), false));
        assertTrue(String.valueOf(e.getMessage()).contains("is damaged at byte"), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains("restore it from a backup"), e.getMessage());
    }

    /** Where a row ends cannot be told then. */
    @Test
    void aDamagedLengthKeepsTheVaultClosed() throws Exception {
        vault.close();
        byte[] journal = Files.readAllBytes(journal());
        journal[rows.get(2) + 3] ^= 0x11;
        Files.write(journal(), journal);
        assertDamagedAsAWhole();
    }
}
