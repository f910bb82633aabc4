package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.keys;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/** Nothing that was sealed of a patient who was erased can be opened, here or from a journal of before; all others are as they were. */
class ErasureTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final byte[] PLAIN = "Sample^Anna".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private JournalPseudonymizer vault;
    private StudyContext erased;
    private StudyContext other;
    private byte[] sealed = {};
    private byte[] sealedOfOther = {};
    /** As a back-up has it that was made before. */
    private byte[] journalBefore = {};

    @BeforeEach
    void fill() throws IOException {
        vault = new JournalPseudonymizer(folder, keys(1), false);
        erased = vault.assign(patient("P1", "1.2.3"));
        other = vault.assign(patient("P2", "1.2.4"));
        sealed = Vaults.seal(gcm(), erased, "frame/1", PLAIN);
        sealedOfOther = Vaults.seal(gcm(), other, "frame/2", PLAIN);
        journalBefore = Files.readAllBytes(journal());
    }

    private GcmIdentityVault gcm() {
        return new GcmIdentityVault(keys(1), vault, new Vaults.RememberedAudit());
    }

    private Path journal() {
        return folder.resolve(Journal.FILE);
    }

    @AfterEach
    void close() throws IOException {
        vault.close();
    }

    private void reopen() throws IOException {
        vault.close();
        vault = new JournalPseudonymizer(folder, keys(1), false);
    }

    private void assertErased() throws IOException {
        VaultException e = assertThrows(VaultException.class, () -> Vaults.open(gcm(), "frame/1", sealed));
        assertTrue(String.valueOf(e.getMessage()).contains(erased.pseudonym() + " was erased"), e.getMessage());
        assertThrows(VaultException.class, () -> Vaults.seal(gcm(), erased, "frame/3", PLAIN), "nor is more sealed");
        assertNull(vault.present(erased.pseudonym()));
        assertEquals(Set.of(), vault.all(erased.pseudonym()));
        assertEquals(List.of(), vault.find("Clinic", "P1"));
        assertEquals(List.of(), vault.find(null, "P1"));

        assertArrayEquals(PLAIN, Vaults.open(gcm(), "frame/2", sealedOfOther));
        assertEquals(other.pseudonym(), vault.assign(patient("P2", "1.2.4")).pseudonym());
        assertEquals(List.of(other.pseudonym()), vault.find("Clinic", "P2"));
    }

    /** The key of the patient as it stood in the journal, wrapped. */
    private byte[] wrappedKey() throws IOException {
        Assignments before = new Assignments();
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.write(copy.resolve(Journal.FILE), journalBefore);
        Journal.open(copy, before::read).close();
        return before.patient(0).wrappedKey();
    }

    private static boolean contains(byte[] whole, byte[] part) {
        return new String(whole, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    @Test
    void theKeyIsDestroyedHereAndInTheJournal() throws Exception {
        byte[] key = wrappedKey();
        assertTrue(contains(journalBefore, key), "it was there");
        vault.erase(erased.pseudonym(), NOON);
        assertErased();
        assertFalse(contains(Files.readAllBytes(journal()), key));
        assertFalse(Files.exists(folder.resolve(Journal.FILE + ".part")));
        reopen();
        assertErased();
        assertFalse(contains(Files.readAllBytes(journal()), key));
    }

    @Test
    void aJournalOfBeforeObeysTheTombstone() throws Exception {
        byte[] key = wrappedKey();
        vault.erase(erased.pseudonym(), NOON);
        vault.close();
        Files.write(journal(), journalBefore);
        vault = new JournalPseudonymizer(folder, keys(1), false);
        assertErased();
        assertFalse(contains(Files.readAllBytes(journal()), key));
        reopen();
        assertErased();
    }

    /** It was split only later. */
    @Test
    void aJournalOfBeforeInWhichAnotherIsMergedIntoItFreesTheOther() throws Exception {
        vault.merge(other.pseudonym(), erased.pseudonym(), NOON);
        byte[] merged = Files.readAllBytes(journal());
        vault.split(other.pseudonym(), NOON);
        vault.erase(erased.pseudonym(), NOON);
        vault.close();
        Files.write(journal(), merged);
        vault = new JournalPseudonymizer(folder, keys(1), false);
        assertErased();
        reopen();
        assertErased();
        assertEquals(other.pseudonym(), vault.assign(patient("P2", "1.2.9")).pseudonym());
    }

    /** On another machine, where somebody else may have the number. */
    @Test
    void aTombstoneIsForItsPatientOnly() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.copy(folder.resolve(Tombstones.FILE), elsewhere.resolve(Tombstones.FILE));
        JournalPseudonymizer there = new JournalPseudonymizer(elsewhere, keys(1), false);
        String first = there.assign(patient("P9", "1.2.9")).pseudonym();
        there.close();
        there = new JournalPseudonymizer(elsewhere, keys(1), false);
        assertEquals(first, there.present(first));
        there.close();
    }

    /** Between the record and the new journal. */
    @Test
    void anErasureThatACrashCutShortIsDoneAtTheNextStart() throws Exception {
        byte[] key = wrappedKey();
        vault.append(List.of(new Row.Erase(0, NOON)));
        assertTrue(contains(Files.readAllBytes(journal()), key), "not destroyed yet");
        Files.write(folder.resolve(Journal.FILE + ".part"), new byte[] {1, 2, 3});
        reopen();
        assertErased();
        assertFalse(contains(Files.readAllBytes(journal()), key));
        assertFalse(Files.exists(folder.resolve(Journal.FILE + ".part")));
    }

    @Test
    void whileTheJournalCannotBeWrittenAnewTheOldOneIsInForceAndTheErasureCountsAllTheSame() throws Exception {
        byte[] key = wrappedKey();
        vault.close();
        vault = new JournalPseudonymizer(folder, keys(1), false, file -> {
            FailingJournalFile disk = new FailingJournalFile(file);
            disk.forceFails = file.toString().endsWith(".part");
            return disk;
        });
        VaultException e = assertThrows(VaultException.class, () -> vault.erase(erased.pseudonym(), NOON));
        assertTrue(String.valueOf(e.getMessage()).contains("cannot be written anew"), e.getMessage());
        assertErased();
        assertFalse(Files.exists(folder.resolve(Journal.FILE + ".part")));
        StudyContext later = vault.assign(patient("P7", "1.2.8"));
        assertTrue(contains(Files.readAllBytes(journal()), key), "not destroyed yet");
        reopen();
        assertErased();
        assertTrue(vault.find(later.studyInstanceUid()).isPresent());
        assertFalse(contains(Files.readAllBytes(journal()), key));
    }

    @Test
    void whoComesAgainIsAnotherPatientAndLateImagesAreHeld() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        assertThrows(SecondPatientException.class, () -> vault.assign(patient("P1", "1.2.3")));
        StudyContext again = vault.assign(patient("P1", "1.2.5"));
        assertNotEquals(erased.pseudonym(), again.pseudonym());
        assertFalse(
                again.pseudonym().startsWith(erased.pseudonym()), "what is derived from the id would tell who it is");
        byte[] sealedAgain = Vaults.seal(gcm(), again, "frame/4", PLAIN);
        String pseudonym = again.pseudonym();
        reopen();
        assertEquals(pseudonym, vault.assign(patient("P1", "1.2.6")).pseudonym());
        assertArrayEquals(PLAIN, Vaults.open(gcm(), "frame/4", sealedAgain));
    }

    @Test
    void whoIsMergedIsSplitFirst() throws Exception {
        vault.merge(erased.pseudonym(), other.pseudonym(), NOON);
        for (String pseudonym : List.of(erased.pseudonym(), other.pseudonym())) {
            VaultException e = assertThrows(VaultException.class, () -> vault.erase(pseudonym, NOON));
            assertTrue(String.valueOf(e.getMessage()).contains("split them"), e.getMessage());
        }
        assertFalse(Files.exists(folder.resolve(Tombstones.FILE)));
        vault.split(erased.pseudonym(), NOON);
        vault.erase(erased.pseudonym(), NOON);
        assertErased();
        reopen();
        assertErased();
    }

    @Test
    void nobodyIsErasedTwiceAndStrangersNever() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        assertThrows(VaultException.class, () -> vault.erase(erased.pseudonym(), NOON));
        assertThrows(VaultException.class, () -> vault.erase("ANON-000000000000", NOON));
    }

    @Test
    void theVaultOpensThoughAllAreErased() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        vault.erase(other.pseudonym(), NOON);
        reopen();
        assertEquals(2, vault.nextNumber());
        assertTrue(vault.assign(patient("P3", "1.2.7")).pseudonym().startsWith("ANON-"));
    }

    @Test
    void aDamagedTombstoneKeepsTheVaultClosed() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        vault.close();
        Path file = folder.resolve(Tombstones.FILE);
        String good = Files.readString(file);
        for (String bad : List.of("0 ANON-1\n", "x ANON-1 2026-01-02T12:00:00Z\n", "0 ANON-1 yesterday\n")) {
            Files.writeString(file, bad);
            VaultException e =
                    assertThrows(VaultException.class, () -> new JournalPseudonymizer(folder, keys(1), false), bad);
            assertTrue(String.valueOf(e.getMessage()).contains("line 1 is damaged"), e.getMessage());
        }
        Files.writeString(file, good);
        vault = new JournalPseudonymizer(folder, keys(1), false);
        assertErased();
    }

    /** While it is written anew the old journal is in force, and the new one afterwards takes what comes. */
    @Test
    void theJournalThatWasWrittenAnewIsLockedAndGoesOn() throws Exception {
        vault.erase(erased.pseudonym(), NOON);
        assertThrows(Exception.class, () -> new JournalPseudonymizer(folder, keys(1), false), "it is in use");
        StudyContext later = vault.assign(patient("P7", "1.2.8"));
        Path copy = Files.createDirectory(folder.resolve("crashed"));
        for (String name : List.of(Journal.FILE, Tombstones.FILE)) {
            Files.copy(folder.resolve(name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        JournalPseudonymizer afterCrash = new JournalPseudonymizer(copy, keys(1), false);
        assertTrue(afterCrash.find(later.studyInstanceUid()).isPresent());
        afterCrash.close();
    }
}
