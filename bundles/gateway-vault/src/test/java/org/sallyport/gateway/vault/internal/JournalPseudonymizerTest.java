package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.keys;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

class JournalPseudonymizerTest {

    private static final String STUDY = "1.2.276.0.1.1";
    private static final String OTHER_STUDY = "1.2.276.0.1.2";

    @TempDir
    private Path folder;

    private final List<JournalPseudonymizer> opened = new ArrayList<>();

    private JournalPseudonymizer open(int key, boolean random) throws IOException {
        JournalPseudonymizer pseudonymizer = new JournalPseudonymizer(folder, keys(key), random);
        opened.add(pseudonymizer);
        return pseudonymizer;
    }

    private JournalPseudonymizer open() throws IOException {
        return open(1, false);
    }

    private JournalPseudonymizer reopen(JournalPseudonymizer pseudonymizer) throws IOException {
        pseudonymizer.close();
        return open();
    }

    @AfterEach
    void close() throws IOException {
        for (JournalPseudonymizer pseudonymizer : opened) {
            pseudonymizer.close();
        }
    }

    private static void assertSame(StudyContext expected, StudyContext actual) {
        assertEquals(expected.pseudonym(), actual.pseudonym());
        assertEquals(expected.studyInstanceUid(), actual.studyInstanceUid());
        assertEquals(expected.dateShiftDays(), actual.dateShiftDays());
        assertEquals(expected.keyGeneration(), actual.keyGeneration());
    }

    /** An image is acknowledged once its assignment was given out: by then it has to be on the disk. */
    @Test
    void anAssignmentIsForcedBeforeAnyoneCanRelyOnIt() throws Exception {
        FailingJournalFile disk = new FailingJournalFile(folder.resolve(Journal.FILE));
        JournalPseudonymizer vault = new JournalPseudonymizer(folder, keys(1), false, file -> disk);
        opened.add(vault);
        String pseudonymous = vault.candidates(STUDY).get(1);
        List<String> known = new ArrayList<>();
        disk.beforeForce = () -> known.add((vault.find("Clinic", "P1").isEmpty() ? "no patient" : "the patient")
                + (vault.find(pseudonymous).isEmpty() ? ", no study" : " and the study"));
        disk.done.clear();

        StudyContext assigned = vault.assign(patient("P1", STUDY));
        assertEquals(List.of("write", "force", "write", "force"), disk.done, "patient and study, when it returns");
        assertEquals(List.of("no patient, no study", "the patient, no study"), known, "before each force");
        assertEquals(pseudonymous, assigned.studyInstanceUid());

        disk.done.clear();
        assertSame(assigned, vault.assign(patient("P1", STUDY)));
        assertEquals(List.of(), disk.done, "it is known");

        disk.forceFails = true;
        assertThrows(VaultException.class, () -> vault.assign(patient("P2", OTHER_STUDY)));
        assertEquals(List.of(), vault.find("Clinic", "P2"));
        disk.forceFails = false;
        assertThrows(VaultException.class, () -> vault.assign(patient("P2", OTHER_STUDY)), "not by the second try");
        assertSame(assigned, vault.assign(patient("P1", STUDY)));
    }

    @Test
    void aStudyWhoseForceFailedIsNotGivenOut() throws Exception {
        FailingJournalFile disk = new FailingJournalFile(folder.resolve(Journal.FILE));
        JournalPseudonymizer vault = new JournalPseudonymizer(folder, keys(1), false, file -> disk);
        opened.add(vault);
        vault.assign(patient("P1", STUDY));
        disk.forceFails = true;
        assertThrows(VaultException.class, () -> vault.assign(patient("P1", OTHER_STUDY)));
        disk.forceFails = false;
        assertTrue(vault.find(vault.candidates(OTHER_STUDY).get(1)).isEmpty());
        assertThrows(VaultException.class, () -> vault.assign(patient("P1", OTHER_STUDY)));
    }

    @Test
    void aPseudonymIsAnonAndTwelveHexadecimalDigits() throws Exception {
        JournalPseudonymizer vault = open();
        for (int i = 0; i < 50; i++) {
            StudyContext study = vault.assign(patient("P" + i, STUDY + "." + i));
            assertTrue(study.pseudonym().matches("ANON-[0-9A-F]{12}"), study.pseudonym());
            assertTrue(study.dateShiftDays() >= 1 && study.dateShiftDays() <= 3650, "" + study.dateShiftDays());
        }
    }

    /** What a patient would be called is another's name already: of twelve digits there are not endlessly many. */
    @Test
    void aPseudonymThatIsTakenGetsMoreDigits() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        JournalPseudonymizer there = new JournalPseudonymizer(elsewhere, keys(1), false);
        opened.add(there);
        String taken = there.assign(patient("P1", STUDY)).pseudonym();

        JournalPseudonymizer vault = open();
        PatientIdentity first = patient("P2", OTHER_STUDY);
        vault.append(List.of(
                new Row.NewPatient(vault.lookup().of(first), vault.lookup().byId(first), vault.newPatient(0, taken))));
        StudyContext second = vault.assign(patient("P1", STUDY));
        assertTrue(second.pseudonym().matches(taken + "[0-9A-F]"), second.pseudonym());
        assertEquals(taken, vault.assign(first).pseudonym());
        assertEquals(Set.of(second.pseudonym()), vault.all(second.pseudonym()));
        assertSame(second, reopen(vault).assign(patient("P1", STUDY)));
    }

    @Test
    void onePatientHasOnePseudonymAndOneShiftInAllStudies() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext one = vault.assign(patient("P1", STUDY));
        StudyContext other = vault.assign(patient("P1", OTHER_STUDY));
        assertEquals(one.pseudonym(), other.pseudonym());
        assertEquals(one.dateShiftDays(), other.dateShiftDays());
        assertNotEquals(one.studyInstanceUid(), other.studyInstanceUid());
    }

    @Test
    void idsThatDifferOnlyInSpacesAroundThemAreOnePatient() throws Exception {
        JournalPseudonymizer vault = open();
        assertEquals(
                vault.assign(patient("P1", STUDY)).pseudonym(),
                vault.assign(patient(" P1 ", OTHER_STUDY)).pseudonym());
    }

    @Test
    void anotherIssuerIsAnotherPatient() throws Exception {
        JournalPseudonymizer vault = open();
        String one = vault.assign(new PatientIdentity("A", "P1", STUDY)).pseudonym();
        String other = vault.assign(new PatientIdentity("B", "P1", OTHER_STUDY)).pseudonym();
        String none = vault.assign(new PatientIdentity(null, "P1", "1.2.3")).pseudonym();
        assertEquals(3, Set.of(one, other, none).size());
    }

    /** Issuer "A" with id "B1" is not issuer "AB" with id "1". */
    @Test
    void issuerAndIdAreNotRunTogether() throws Exception {
        JournalPseudonymizer vault = open();
        assertNotEquals(
                vault.assign(new PatientIdentity("A", "B1", STUDY)).pseudonym(),
                vault.assign(new PatientIdentity("AB", "1", OTHER_STUDY)).pseudonym());
    }

    @Test
    void assignmentsAreTheSameAfterReopening() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext before = vault.assign(patient("P1", STUDY));
        vault = reopen(vault);
        assertSame(before, vault.assign(patient("P1", STUDY)));
        assertSame(before, vault.find(before.studyInstanceUid()).orElseThrow());
        assertEquals(
                before.pseudonym(), vault.assign(patient("P1", OTHER_STUDY)).pseudonym());
    }

    @Test
    void randomPseudonymsAreTheSameAfterReopening() throws Exception {
        JournalPseudonymizer vault = open(1, true);
        StudyContext before = vault.assign(patient("P1", STUDY));
        vault.close();
        assertSame(before, open(1, true).assign(patient("P1", STUDY)));
    }

    @Test
    void underOneKeyAPatientHasTheSamePseudonymInAnotherVaultToo() throws Exception {
        StudyContext here = open().assign(patient("P1", STUDY));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        JournalPseudonymizer there = new JournalPseudonymizer(elsewhere, keys(1), false);
        opened.add(there);
        assertSame(here, there.assign(patient("P1", STUDY)));
    }

    @Test
    void anotherKeyGivesOtherPseudonymsAndOtherUids() throws Exception {
        StudyContext here = open().assign(patient("P1", STUDY));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        JournalPseudonymizer there = new JournalPseudonymizer(elsewhere, keys(2), false);
        opened.add(there);
        StudyContext other = there.assign(patient("P1", STUDY));
        assertNotEquals(here.pseudonym(), other.pseudonym());
        assertNotEquals(here.studyInstanceUid(), other.studyInstanceUid());
    }

    /** With the wrong key every known patient would silently get a second pseudonym. */
    @Test
    void aJournalOfAnotherKeyIsRefused() throws Exception {
        JournalPseudonymizer vault = open();
        vault.assign(patient("P1", STUDY));
        vault.close();
        VaultException e = assertThrows(VaultException.class, () -> open(2, false));
        assertTrue(String.valueOf(e.getMessage()).contains("written under another key"), e.getMessage());
    }

    @Test
    void anAssignmentIsInTheJournalBeforeItIsGivenOut() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext before = vault.assign(patient("P1", STUDY));
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.copy(folder.resolve(Journal.FILE), copy.resolve(Journal.FILE));
        JournalPseudonymizer afterCrash = new JournalPseudonymizer(copy, keys(1), true);
        opened.add(afterCrash);
        assertSame(before, afterCrash.find(before.studyInstanceUid()).orElseThrow());
    }

    @Test
    void whatCannotBeWrittenIsNotGivenOut() throws Exception {
        JournalPseudonymizer vault = open();
        vault.assign(patient("P1", STUDY));
        vault.close();
        assertThrows(VaultException.class, () -> vault.assign(patient("P2", OTHER_STUDY)));
        assertThrows(VaultException.class, () -> vault.assign(patient("P1", OTHER_STUDY)));
    }

    @Test
    void aStudyWhoseRecordWasTornIsAssignedAnewAndItsPatientKept() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext before = vault.assign(patient("P1", STUDY));
        vault.close();
        Path journal = folder.resolve(Journal.FILE);
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, bytes.length - 5));
        vault = open();
        assertTrue(vault.find(before.studyInstanceUid()).isEmpty());
        assertSame(before, vault.assign(patient("P1", STUDY)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "0", "000000", "UNKNOWN", "unknown", " Unknown ", "NONE", "N/A", "-", "?", "0-0", "***"
            })
    void aDefaultIdNeverMergesPatients(String id) throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext one = vault.assign(patient(id, STUDY));
        StudyContext other = vault.assign(patient(id, OTHER_STUDY));
        assertNotEquals(one.pseudonym(), other.pseudonym());
        assertSame(one, vault.assign(patient(id, STUDY)));
    }

    @Test
    void aMissingIdIsKeyedByStudy() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext one = vault.assign(patient(null, STUDY));
        assertNotEquals(
                one.pseudonym(), vault.assign(patient(null, OTHER_STUDY)).pseudonym());
        assertSame(one, vault.assign(patient("0", STUDY)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "A", "UNKNOWN1", "00A", "山田", "9"})
    void anOrdinaryIdIsNoDefault(String id) throws Exception {
        JournalPseudonymizer vault = open();
        assertEquals(
                vault.assign(patient(id, STUDY)).pseudonym(),
                vault.assign(patient(id, OTHER_STUDY)).pseudonym());
    }

    @Test
    void aStudyUnderASecondPatientIsRefusedAndNothingIsAssigned() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext first = vault.assign(patient("P1", STUDY));
        vault.assign(patient("P2", OTHER_STUDY));
        long size = Files.size(folder.resolve(Journal.FILE));
        for (String id : List.of("P2", "P3", "UNKNOWN", "")) {
            SecondPatientException e =
                    assertThrows(SecondPatientException.class, () -> vault.assign(patient(id, STUDY)));
            assertFalse(e.toString().contains(STUDY), e.toString());
        }
        assertEquals(size, Files.size(folder.resolve(Journal.FILE)));
        assertSame(first, vault.assign(patient("P1", STUDY)));
    }

    @Test
    void uidsAreMappedDeterministicallyToValidUidsOfTheirOwn() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext one = vault.assign(patient("P1", STUDY));
        StudyContext other = vault.assign(patient("P2", OTHER_STUDY));
        Set<String> mapped = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String uid = one.mapUid("1.2.840.1." + i);
            assertTrue(uid.startsWith("2.25.") && uid.length() <= 64 && Uids.isValid(uid), uid);
            assertEquals(uid, other.mapUid("1.2.840.1." + i), "the same for every patient");
            mapped.add(uid);
        }
        assertEquals(1000, mapped.size());
        assertEquals(one.studyInstanceUid(), one.mapUid(STUDY));
        String before = one.mapUid("1.2.3");
        assertEquals(
                before, reopen(vault).find(one.studyInstanceUid()).orElseThrow().mapUid("1.2.3"));
    }

    @Test
    void aStudyIsFoundByItsPseudonymousUidOnly() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext study = vault.assign(patient("P1", STUDY));
        assertSame(study, vault.find(study.studyInstanceUid()).orElseThrow());
        assertTrue(vault.find(STUDY).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2.25.",
                "2.25.0",
                "2.25.1.2",
                "2.25.-1",
                "2.25.x",
                "2.25.99999999999999999999999999999999999999999999999999999999999"
            })
    void whatIsNoPseudonymousUidIsNotFound(String uid) throws Exception {
        assertTrue(open().find(uid).isEmpty());
    }

    /** As many as associations of one patient may begin at the same time, in as many studies; the patient is written once. */
    @Test
    void concurrentFirstCallsGiveOnePseudonym() throws Exception {
        JournalPseudonymizer vault = open();
        int associations = 50;
        CyclicBarrier together = new CyclicBarrier(associations);
        ExecutorService threads = Executors.newFixedThreadPool(associations);
        try {
            List<Future<StudyContext>> results = new ArrayList<>();
            for (int i = 0; i < associations; i++) {
                String study = STUDY + "." + i % 25;
                results.add(threads.submit(() -> {
                    together.await(60, TimeUnit.SECONDS);
                    return vault.assign(patient("P1", study));
                }));
            }
            Set<String> pseudonyms = new HashSet<>();
            Set<Integer> shifts = new HashSet<>();
            for (Future<StudyContext> result : results) {
                StudyContext study = result.get(60, TimeUnit.SECONDS);
                pseudonyms.add(study.pseudonym());
                shifts.add(study.dateShiftDays());
            }
            assertEquals(1, pseudonyms.size());
            assertEquals(1, shifts.size());
            assertEquals(1, vault.nextNumber(), "one patient");
        } finally {
            threads.shutdownNow();
        }
        StudyContext again = reopen(vault).assign(patient("P1", STUDY + ".3"));
        assertTrue(again.pseudonym().startsWith("ANON-"));
    }

    @Test
    void digestsOfOriginalsAreKeyedAndTheSameAfterReopening() throws Exception {
        JournalPseudonymizer vault = open();
        StudyContext study = vault.assign(patient("P1", STUDY));
        byte[] one = digest(study);
        assertEquals(32, one.length);
        assertArrayEquals(
                one, digest(reopen(vault).find(study.studyInstanceUid()).orElseThrow()));
        byte[] plain = java.security.MessageDigest.getInstance("SHA-256").digest(new byte[] {1, 2, 3});
        assertFalse(Arrays.equals(plain, one));
    }

    private static byte[] digest(StudyContext study) {
        var digest = study.newOriginalDigest();
        digest.update(new byte[] {0, 1, 2, 3, 4}, 1, 3);
        return digest.finish();
    }

    @Test
    void theJournalHoldsNoReadableIdentity() throws Exception {
        open().assign(new PatientIdentity("Saint Mary", "MRN-4711", STUDY));
        String journal = Files.readString(folder.resolve(Journal.FILE), StandardCharsets.ISO_8859_1);
        for (String identity : List.of("Saint Mary", "MRN-4711", STUDY)) {
            assertFalse(journal.contains(identity), identity);
        }
    }

    @Test
    void nothingTellsIdentityInItsText() throws Exception {
        PatientIdentity identity = new PatientIdentity("Saint Mary", "MRN-4711", STUDY);
        StudyContext study = open().assign(identity);
        for (String text : List.of(identity.toString(), study.toString())) {
            for (String secret : List.of("Saint Mary", "MRN-4711", STUDY)) {
                assertFalse(text.contains(secret), text);
            }
        }
    }
}
