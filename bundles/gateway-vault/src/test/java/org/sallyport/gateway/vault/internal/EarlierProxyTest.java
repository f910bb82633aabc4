package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.EarlierMappings.EarlierPatient;
import org.sallyport.gateway.api.vault.EarlierMappings.Outcome;
import org.sallyport.gateway.api.vault.EarlierMappings.PatientsOutcome;
import org.sallyport.gateway.api.vault.EarlierMappings.Run;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;

/** Patients keep the pseudonyms that they had, and studies their UIDs. */
class EarlierProxyTest {

    private static final String STUDY = "1.2.840.113619.2.1";
    private static final List<String> ISSUERS = List.of("", "Clinic");

    @TempDir
    private Path folder;

    private JournalPseudonymizer assignments;
    private GcmIdentityVault vault;
    private EarlierProxy earlier;
    private final Vaults.RememberedAudit audit = new Vaults.RememberedAudit();

    @BeforeEach
    void open() throws IOException {
        assignments = new JournalPseudonymizer(folder, Vaults.keys(1), false);
        vault = new GcmIdentityVault(Vaults.keys(1), assignments, audit);
        earlier = new EarlierProxy(
                Files.createDirectories(folder.resolve("earlier")), Vaults.keys(1), assignments, vault);
    }

    @AfterEach
    void close() throws IOException {
        assignments.close();
    }

    private void restart() throws IOException {
        close();
        open();
    }

    private static EarlierPatient patient(String pseudonym, String name) {
        return new EarlierPatient(pseudonym, Map.of("PatientName", name, "PatientBirthDate", "19600102"));
    }

    private Run begin(boolean dryRun) throws IOException {
        return earlier.begin(Vaults.OFFICER, ISSUERS, dryRun);
    }

    private StudyContext assign(String issuer, String id, String study) throws IOException {
        return assignments.assign(new PatientIdentity(issuer, id, study));
    }

    private List<Sheet> sheet(String pseudonym) throws IOException {
        Opening opening = vault.begin(Vaults.OFFICER);
        return earlier.patient(pseudonym, opening);
    }

    /** One person under two spellings, with a study under the older one. */
    private List<Object> takeOver(boolean dryRun) throws IOException {
        try (Run run = begin(dryRun)) {
            PatientsOutcome patients = run.patients(
                    "MRN1", List.of(patient("ANON-0001", "DOE^JANE"), patient("ANON-0002", "Doe, Jane M.")));
            Outcome study = run.study("ANON-0001", STUDY, Map.of("StudyDate", "20191231", "AccessionNumber", "A1"));
            Outcome series = run.series(STUDY, STUDY + ".1", Map.of("SeriesNumber", "3"));
            run.finish();
            return List.of(patients.outcomes(), study, series);
        }
    }

    @Test
    void knownPatientsKeepTheirPseudonymsAndTheNewestIsUsedOn() throws IOException {
        assertEquals(List.of(List.of(Outcome.TAKEN, Outcome.TAKEN), Outcome.TAKEN, Outcome.TAKEN), takeOver(false));
        for (int i = 0; i < 2; i++) {
            for (String issuer : ISSUERS) {
                assertEquals(
                        "ANON-0002",
                        assign(issuer, "MRN1", "1.2.3." + issuer.length()).pseudonym());
            }
            assertNotEquals("ANON-0002", assign("Elsewhere", "MRN1", "1.2.4").pseudonym());
            assertEquals(Set.of("ANON-0001", "ANON-0002"), assignments.all("ANON-0001"));
            assertEquals("ANON-0002", assignments.present("ANON-0001"));
            assertTrue(assignments.find(null, "MRN1").contains("ANON-0002"));
            assertEquals("DOE^JANE", sheet("ANON-0001").get(0).values().get("PatientName"));
            restart();
        }
    }

    @Test
    void lateImagesOfAnOldStudyKeepItsUidsAndPseudonym() throws IOException {
        takeOver(false);
        for (int i = 0; i < 2; i++) {
            StudyContext late = assign("Clinic", "MRN1", STUDY);
            assertEquals("ANON-0001", late.pseudonym());
            assertEquals(STUDY, late.studyInstanceUid());
            assertEquals("1.2.840.1.5", late.mapUid("1.2.840.1.5"));
            assertTrue(late.keepsUids());
            StudyContext found = assignments.find(STUDY).orElseThrow();
            assertEquals(STUDY, found.studyInstanceUid());
            assertEquals(late.dateShiftDays(), found.dateShiftDays());
            restart();
        }
        assertEquals(Optional.empty(), assignments.find("1.2.840.113619.2.2"));
        assertThrows(SecondPatientException.class, () -> assign("Clinic", "MRN2", STUDY));
    }

    @Test
    void takingItOverAgainChangesNothing() throws IOException {
        takeOver(false);
        long journal = Files.size(folder.resolve(Journal.FILE));
        restart();
        assertEquals(List.of(List.of(Outcome.KNOWN, Outcome.KNOWN), Outcome.KNOWN, Outcome.KNOWN), takeOver(false));
        assertEquals(journal, Files.size(folder.resolve(Journal.FILE)));
        assertEquals(1, sheet("ANON-0001").size());
    }

    @Test
    void ofWhoWasErasedNothingIsToldAndNothingIsTakenOverAgain() throws IOException {
        takeOver(false);
        assertEquals("DOE^JANE", sheet("ANON-0001").get(0).values().get("PatientName"));
        assignments.erase("ANON-0001", java.time.Instant.EPOCH);
        assertEquals(List.of(), sheet("ANON-0001"));
        assertEquals(List.of(), earlier.studiesByAccessionNumber("A1", vault.begin(Vaults.OFFICER)));
        restart();
        assertEquals(List.of(), sheet("ANON-0002"));
        try (Run run = begin(false)) {
            assertEquals(
                    List.of(Outcome.BAD_PSEUDONYM, Outcome.BAD_PSEUDONYM),
                    run.patients("MRN1", List.of(patient("ANON-0001", "DOE^JANE"), patient("ANON-0002", "DOE^JANE")))
                            .outcomes());
        }
    }

    @Test
    void aDryRunWritesNothing() throws IOException {
        assertEquals(List.of(List.of(Outcome.TAKEN, Outcome.TAKEN), Outcome.TAKEN, Outcome.TAKEN), takeOver(true));
        assertEquals(4, Files.size(folder.resolve(Journal.FILE)));
        try (Stream<Path> files = Files.list(folder.resolve("earlier"))) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void whatIsBrokenOffIsDoneAgain() throws IOException {
        try (Run run = begin(false)) {
            run.patients("MRN1", List.of(patient("ANON-0001", "DOE^JANE"), patient("ANON-0002", "DOE^JANE")));
            run.study("ANON-0001", STUDY, Map.of());
        }
        restart();
        assertEquals(List.of(), sheet("ANON-0001"), "nothing half written is left");
        takeOver(false);
        assertEquals(1, sheet("ANON-0001").size());
        assertEquals(STUDY, assign("Clinic", "MRN1", STUDY).studyInstanceUid());
    }

    @Test
    void aPatientWhoIsHereKeepsTheOwnPseudonym() throws IOException {
        String own = assign("Clinic", "MRN1", "1.2.3").pseudonym();
        assertEquals(List.of(Outcome.JOINED, Outcome.JOINED), takeOver(false).get(0));
        assertEquals(own, assign("Clinic", "MRN1", "1.2.4").pseudonym());
        assertEquals(own, assign("", "MRN1", "1.2.5").pseudonym());
        assertEquals("ANON-0001", assign("Clinic", "MRN1", STUDY).pseudonym());
    }

    @Test
    void aStudyThatIsHereKeepsItsPseudonymousUids() throws IOException {
        String here = assign("Clinic", "MRN1", STUDY).studyInstanceUid();
        assertEquals(Outcome.HERE, takeOver(false).get(1));
        assertEquals(here, assign("Clinic", "MRN1", STUDY).studyInstanceUid());
        assertEquals(1, earlier.study(STUDY, vault.begin(Vaults.OFFICER)).size());
    }

    @Test
    void personsWhoShareAnIdStayApart() throws IOException {
        try (Run run = begin(false)) {
            PatientsOutcome outcome =
                    run.patients("MRN7", List.of(patient("ANON-A", "DOE^JANE"), patient("ANON-B", "ROE^RICHARD")));
            assertTrue(outcome.keptApart());
            run.study("ANON-A", STUDY, Map.of());
            run.study("ANON-B", STUDY + ".7", Map.of());
            run.finish();
        }
        restart();
        assertFalse(assign("Clinic", "MRN7", "1.2.3").pseudonym().startsWith("ANON-A"));
        assertEquals("ANON-A", assign("Clinic", "MRN7", STUDY).pseudonym());
        assertEquals("ANON-B", assign("", "MRN7", STUDY + ".7").pseudonym());
        assertThrows(SecondPatientException.class, () -> assign("Clinic", "MRN8", STUDY));
    }

    @Test
    void anIdThatNamesNobodyJoinsNobody() throws IOException {
        try (Run run = begin(false)) {
            assertTrue(run.patients("0", List.of(patient("ANON-A", "DOE^JANE"), patient("ANON-B", "DOE^JANE")))
                    .keptApart());
            run.study("ANON-B", STUDY, Map.of());
            run.finish();
        }
        assertEquals("ANON-B", assign("", "0", STUDY).pseudonym());
        assertFalse(assign("", "0", "1.2.9").pseudonym().startsWith("ANON-B"));
    }

    @Test
    void whatIsNoPseudonymOrUidIsNotTaken() throws IOException {
        try (Run run = begin(false)) {
            for (String bad : List.of("", "../../etc", "ANON 1", "ÄNON", "x".repeat(65))) {
                assertEquals(
                        List.of(Outcome.BAD_PSEUDONYM),
                        run.patients("MRN" + bad.hashCode(), List.of(patient(bad, "DOE^JANE")))
                                .outcomes());
            }
            run.patients("MRN1", List.of(patient("ANON-1", "DOE^JANE")));
            assertEquals(
                    List.of(Outcome.BAD_PSEUDONYM),
                    run.patients("MRN2", List.of(patient("ANON-1", "ROE^RICHARD")))
                            .outcomes());
            assertEquals(Outcome.BAD_UID, run.study("ANON-1", "1.2.x", Map.of()));
            assertEquals(Outcome.NOBODY, run.study("ANON-9", STUDY, Map.of()));
            assertEquals(Outcome.NOBODY, run.series("1.2.404", "1.2.404.1", Map.of()));
            run.finish();
        }
    }

    @Test
    void itNeedsTheRole() {
        assertThrows(
                AccessDeniedException.class,
                () -> earlier.begin(Vaults.request(Roles.ADMINISTRATOR, "moving over"), ISSUERS, true));
        assertEquals(1, audit.records.size());
    }

    @Test
    void nothingReadableIsWritten() throws IOException {
        takeOver(false);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (String planted : List.of("DOE", "Jane", "MRN1", "19600102", "20191231", STUDY)) {
                    assertFalse(bytes.contains(planted), file + " shows " + planted);
                }
            }
        }
    }

    @Test
    void aThousandPatientsAreTakenOver() throws IOException {
        try (Run run = begin(false)) {
            for (int i = 0; i < 1_000; i++) {
                run.patients("MRN" + i, List.of(patient("ANON-" + i, "DOE^JANE" + i)));
            }
            run.finish();
        }
        restart();
        assertEquals("ANON-777", assign("Clinic", "MRN777", "1.2.3").pseudonym());
        assertEquals("DOE^JANE999", sheet("ANON-999").get(0).values().get("PatientName"));
    }
}
