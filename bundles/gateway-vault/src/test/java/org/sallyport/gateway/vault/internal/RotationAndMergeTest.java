package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.keys;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultAdministration.MergeChange;
import org.sallyport.gateway.api.vault.VaultException;

/** What is fixed at first sight stays, whatever is rotated and merged since; each vault is looked at as it is and as it is after reopening. */
class RotationAndMergeTest {

    private static final String OLD = "1.2.276.0.7.1";
    private static final String LATER = "1.2.276.0.7.2";
    private static final String THIRD = "1.2.276.0.7.3";
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    private Path folder;

    private JournalPseudonymizer vault;

    @BeforeEach
    void open() throws IOException {
        vault = new JournalPseudonymizer(folder, keys(1), false);
    }

    @AfterEach
    void close() throws IOException {
        vault.close();
    }

    private void reopen() throws IOException {
        vault.close();
        open();
    }

    private interface Check {
        void run() throws Exception;
    }

    private void nowAndAfterReopening(Check check) throws Exception {
        check.run();
        reopen();
        check.run();
    }

    /** All that decides what an image becomes. */
    private static String all(StudyContext study) {
        return String.join(
                " ",
                study.pseudonym(),
                study.studyInstanceUid(),
                String.valueOf(study.dateShiftDays()),
                String.valueOf(study.keyGeneration()),
                study.mapUid("1.2.3.4"),
                java.util.HexFormat.of().formatHex(study.newOriginalDigest().finish()));
    }

    private String assigned(String id, String study) throws IOException {
        return all(vault.assign(patient(id, study)));
    }

    // ---- rotation of the pseudonym key

    @Test
    void knownPatientsKeepPseudonymUidsAndShiftInOldAndNewStudies() throws Exception {
        String before = assigned("P1", OLD);
        StudyContext first = vault.assign(patient("P1", OLD));
        assertEquals(2, vault.nextGeneration());
        nowAndAfterReopening(() -> {
            assertEquals(before, assigned("P1", OLD), "late images");
            assertEquals(before, all(vault.find(first.studyInstanceUid()).orElseThrow()), "and results");
            StudyContext later = vault.assign(patient("P1", LATER));
            assertEquals(first.pseudonym(), later.pseudonym());
            assertEquals(first.dateShiftDays(), later.dateShiftDays());
            assertEquals(1, later.keyGeneration());
            assertEquals(first.mapUid("1.2.3.4"), later.mapUid("1.2.3.4"), "references between the studies still meet");
        });
    }

    @Test
    void newPatientsAreOfTheNewGeneration() throws Exception {
        StudyContext old = vault.assign(patient("P1", OLD));
        vault.nextGeneration();
        StudyContext fresh = vault.assign(patient("P2", LATER));
        assertEquals(2, fresh.keyGeneration());
        assertNotEquals(old.mapUid("1.2.3.4"), fresh.mapUid("1.2.3.4"));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        try (JournalPseudonymizerAt there = new JournalPseudonymizerAt(elsewhere)) {
            StudyContext underTheOldKey = there.vault.assign(patient("P2", LATER));
            assertNotEquals(
                    underTheOldKey.pseudonym(), fresh.pseudonym(), "the old key tells nothing of the new patient");
            assertNotEquals(underTheOldKey.studyInstanceUid(), fresh.studyInstanceUid());
        }
        String all = all(fresh);
        nowAndAfterReopening(() -> {
            assertEquals(all, assigned("P2", LATER));
            assertEquals(all, all(vault.find(fresh.studyInstanceUid()).orElseThrow()));
            assertEquals(2, vault.generation());
        });
    }

    /** The first vault's key, never rotated. */
    private static final class JournalPseudonymizerAt implements AutoCloseable {

        final JournalPseudonymizer vault;

        JournalPseudonymizerAt(Path folder) throws IOException {
            vault = new JournalPseudonymizer(folder, keys(1), false);
        }

        @Override
        public void close() throws IOException {
            vault.close();
        }
    }

    @Test
    void anOriginalUidIsFoundWhicheverGenerationItsPatientIsOf() throws Exception {
        String one = vault.assign(patient("P1", OLD)).studyInstanceUid();
        vault.nextGeneration();
        String other = vault.assign(patient("P2", LATER)).studyInstanceUid();
        vault.nextGeneration();
        nowAndAfterReopening(() -> {
            assertTrue(vault.candidates(OLD).contains(one));
            assertTrue(vault.candidates(LATER).contains(other));
            assertEquals(4, vault.candidates(OLD).size(), "as it is, and under each generation");
        });
    }

    @Test
    void aStudyIsNoSecondPatientsBecauseTheKeyWasRotated() throws Exception {
        vault.assign(patient("P1", OLD));
        vault.nextGeneration();
        nowAndAfterReopening(() -> assertThrows(SecondPatientException.class, () -> vault.assign(patient("P2", OLD))));
    }

    // ---- merging

    @Test
    void newStudiesOfAMergedPatientAreTheOthersAndOldOnesStay() throws Exception {
        StudyContext one = vault.assign(patient("P1", OLD));
        StudyContext other = vault.assign(patient("P2", LATER));
        String before = all(one);
        vault.merge(one.pseudonym(), other.pseudonym(), NOON);
        nowAndAfterReopening(() -> {
            assertEquals(before, assigned("P1", OLD), "late images");
            assertEquals(before, assigned("P2", OLD), "also those that carry the id in force");
            assertEquals(before, all(vault.find(one.studyInstanceUid()).orElseThrow()), "and results");
            StudyContext third = vault.assign(patient("P1", THIRD));
            assertEquals(other.pseudonym(), third.pseudonym());
            assertEquals(other.dateShiftDays(), third.dateShiftDays());
            assertEquals(all(third), assigned("P2", THIRD));
        });
    }

    @Test
    void bothPseudonymsAreOnePersonForWhoeverAsks() throws Exception {
        String one = vault.assign(patient("P1", OLD)).pseudonym();
        String other = vault.assign(patient("P2", LATER)).pseudonym();
        vault.merge(one, other, NOON);
        nowAndAfterReopening(() -> {
            for (String pseudonym : List.of(one, other)) {
                assertEquals(other, vault.present(pseudonym));
                assertEquals(Set.of(one, other), vault.all(pseudonym));
            }
            assertEquals(List.of(other), vault.find("Clinic", "P1"));
            assertEquals(List.of(other), vault.find(null, "P1"));
        });
    }

    @Test
    void aThirdPatientIsStillASecondPatient() throws Exception {
        String one = vault.assign(patient("P1", OLD)).pseudonym();
        String other = vault.assign(patient("P2", LATER)).pseudonym();
        vault.assign(patient("P3", THIRD));
        vault.merge(one, other, NOON);
        nowAndAfterReopening(() -> {
            assertThrows(SecondPatientException.class, () -> vault.assign(patient("P3", OLD)));
            assertThrows(SecondPatientException.class, () -> vault.assign(patient("P1", THIRD)));
        });
    }

    @Test
    void mergedPatientsMayBeMergedOn() throws Exception {
        String one = vault.assign(patient("P1", OLD)).pseudonym();
        String two = vault.assign(patient("P2", LATER)).pseudonym();
        String three = vault.assign(patient("P3", THIRD)).pseudonym();
        vault.merge(one, two, NOON);
        vault.merge(two, three, NOON);
        nowAndAfterReopening(() -> {
            assertEquals(three, vault.present(one));
            assertEquals(Set.of(one, two, three), vault.all(two));
            VaultException round = assertThrows(VaultException.class, () -> vault.merge(three, one, NOON));
            assertTrue(String.valueOf(round.getMessage()).contains("one patient already"), round.getMessage());
        });
    }

    @Test
    void whatCannotBeMergedOrSplitIsRefusedAndNothingIsWritten() throws Exception {
        String one = vault.assign(patient("P1", OLD)).pseudonym();
        String two = vault.assign(patient("P2", LATER)).pseudonym();
        String three = vault.assign(patient("P3", THIRD)).pseudonym();
        vault.merge(one, two, NOON);
        long size = Files.size(folder.resolve(Journal.FILE));
        assertThrows(VaultException.class, () -> vault.merge(one, one, NOON));
        assertThrows(VaultException.class, () -> vault.merge(two, one, NOON));
        assertThrows(VaultException.class, () -> vault.merge("ANON-000000000000", one, NOON));
        VaultException merged = assertThrows(VaultException.class, () -> vault.merge(one, three, NOON));
        assertTrue(String.valueOf(merged.getMessage()).contains("split " + one + " first"), merged.getMessage());
        assertThrows(VaultException.class, () -> vault.split(two, NOON));
        assertThrows(VaultException.class, () -> vault.split("ANON-000000000000", NOON));
        assertEquals(size, Files.size(folder.resolve(Journal.FILE)));
    }

    // ---- splitting

    @Test
    void afterASplitNewStudiesAreThePatientsOwnAndWhatCameMeanwhileStays() throws Exception {
        StudyContext one = vault.assign(patient("P1", OLD));
        StudyContext other = vault.assign(patient("P2", LATER));
        vault.merge(one.pseudonym(), other.pseudonym(), NOON);
        String meanwhile = assigned("P1", THIRD);
        vault.split(one.pseudonym(), NOON.plusSeconds(60));
        String before = all(one);
        nowAndAfterReopening(() -> {
            assertEquals(before, assigned("P1", OLD));
            assertEquals(meanwhile, assigned("P1", THIRD), "the rest of a study that began meanwhile");
            assertEquals(
                    one.pseudonym(),
                    vault.assign(patient("P1", "1.2.276.0.7.4")).pseudonym());
            assertEquals(one.pseudonym(), vault.present(one.pseudonym()));
            assertEquals(Set.of(other.pseudonym()), vault.all(other.pseudonym()));
            assertThrows(SecondPatientException.class, () -> vault.assign(patient("P1", LATER)));
            assertThrows(SecondPatientException.class, () -> vault.assign(patient("P2", OLD)));
        });
    }

    @Test
    void theHistoryIsKept() throws Exception {
        String one = vault.assign(patient("P1", OLD)).pseudonym();
        String other = vault.assign(patient("P2", LATER)).pseudonym();
        vault.merge(one, other, NOON);
        vault.split(one, NOON.plusSeconds(60));
        vault.merge(other, one, NOON.plusSeconds(120));
        nowAndAfterReopening(() -> assertEquals(
                List.of(
                        new MergeChange(NOON, one, other),
                        new MergeChange(NOON.plusSeconds(60), one, null),
                        new MergeChange(NOON.plusSeconds(120), other, one)),
                vault.merges()));
    }

    // ---- both

    @Test
    void whatWasSealedBeforeOpensAfterRotationAndMerge() throws Exception {
        Vaults.RememberedAudit audit = new Vaults.RememberedAudit();
        StudyContext one = vault.assign(patient("P1", OLD));
        byte[] plain = "Sample^Anna".getBytes(StandardCharsets.US_ASCII);
        byte[] sealed = Vaults.seal(new GcmIdentityVault(keys(1), vault, audit), one, "frame/1", plain);
        vault.nextGeneration();
        StudyContext fresh = vault.assign(patient("P2", LATER));
        vault.merge(one.pseudonym(), fresh.pseudonym(), NOON);
        StudyContext third = vault.assign(patient("P1", THIRD));
        assertEquals(2, third.keyGeneration(), "of the patient into whom it was merged");
        byte[] sealedLater = Vaults.seal(new GcmIdentityVault(keys(1), vault, audit), third, "frame/2", plain);
        byte[] late = Vaults.seal(
                new GcmIdentityVault(keys(1), vault, audit), vault.assign(patient("P1", OLD)), "frame/3", plain);
        nowAndAfterReopening(() -> {
            GcmIdentityVault opening = new GcmIdentityVault(keys(1), vault, audit);
            assertArrayEquals(plain, Vaults.open(opening, "frame/1", sealed));
            assertArrayEquals(plain, Vaults.open(opening, "frame/2", sealedLater));
            assertArrayEquals(plain, Vaults.open(opening, "frame/3", late));
        });
    }

    @Test
    void theJournalHoldsNoReadableIdentityAfterAllThis() throws Exception {
        String one = vault.assign(patient("MRN-4711", OLD)).pseudonym();
        String other = vault.assign(patient("MRN-4712", LATER)).pseudonym();
        vault.merge(one, other, NOON);
        vault.assign(patient("MRN-4711", THIRD));
        vault.split(one, NOON);
        String journal = Files.readString(folder.resolve(Journal.FILE), StandardCharsets.ISO_8859_1);
        List<String> found = new ArrayList<>(List.of("MRN-471", "Clinic", OLD, LATER, THIRD));
        found.removeIf(identity -> !journal.contains(identity));
        assertEquals(List.of(), found);
    }
}
