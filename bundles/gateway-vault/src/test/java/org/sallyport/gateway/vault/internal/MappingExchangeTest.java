package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.testkit.Certificates;

/** What one vault has assigned another one goes on with, whatever keys it has of its own. */
class MappingExchangeTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final List<String> PLANTED = List.of("SAMPLE", "MRN-4711", "MRN-4712", "1.2.840.99");
    private static final String STUDY = "1.2.840.99.1";
    private static final char[] NO_PASSPHRASE = {};

    private static Certificates there;
    private static Certificates stranger;
    private static PrivateKey thereKey;

    @TempDir
    private Path folder;

    private Site here;
    private Site other;
    private Path file;

    /** A vault in a folder of its own, with what the sealed records of its studies tell. */
    private static final class Site implements AutoCloseable {

        final Path folder;
        final VaultKeys keys;
        final Map<String, List<Sheet>> originals = new HashMap<>();
        final Vaults.RememberedAudit audit = new Vaults.RememberedAudit();
        JournalPseudonymizer assignments;
        GcmIdentityVault vault;
        EarlierProxy earlier;
        FileMappingExchange exchange;

        Site(Path folder, int key) throws IOException {
            this.folder = Files.createDirectories(folder);
            this.keys = Vaults.keys(key);
            this.assignments = new JournalPseudonymizer(folder, keys, false);
            this.vault = new GcmIdentityVault(keys, assignments, audit);
            this.earlier =
                    new EarlierProxy(Files.createDirectories(folder.resolve("earlier")), keys, assignments, vault);
            this.exchange = exchange();
        }

        private FileMappingExchange exchange() {
            return new FileMappingExchange(
                    keys,
                    assignments,
                    vault,
                    earlier,
                    (study, opening) -> originals.getOrDefault(study, List.of()),
                    audit,
                    Clock.systemUTC());
        }

        void restart() throws IOException {
            close();
            assignments = new JournalPseudonymizer(folder, keys, false);
            vault = new GcmIdentityVault(keys, assignments, audit);
            earlier = new EarlierProxy(folder.resolve("earlier"), keys, assignments, vault);
            exchange = exchange();
        }

        StudyContext assign(@Nullable String issuer, String id, String study) throws IOException {
            return assignments.assign(new PatientIdentity(issuer, id, study));
        }

        /** Its first image is here, and names no issuer. */
        StudyContext receive(String id, String study) throws IOException {
            StudyContext context = assign(null, id, study);
            String uid = context.studyInstanceUid();
            originals.put(
                    uid,
                    List.of(
                            new Sheet(
                                    context.pseudonym(),
                                    null,
                                    null,
                                    Map.of("PatientID", id, "PatientName", "SAMPLE^A")),
                            new Sheet(
                                    context.pseudonym(),
                                    uid,
                                    null,
                                    Map.of(
                                            "PatientID",
                                            id,
                                            "StudyInstanceUID",
                                            study,
                                            Sheet.UIDS,
                                            study + "\\" + study + ".1",
                                            Sheet.DATES,
                                            "20240229")),
                            new Sheet(
                                    context.pseudonym(),
                                    uid,
                                    context.mapUid(study + ".1"),
                                    Map.of("SeriesInstanceUID", study + ".1"))));
            return context;
        }

        byte[] journal() throws IOException {
            return Files.readAllBytes(folder.resolve(Journal.FILE));
        }

        List<Sheet> study(String uid) throws IOException {
            return earlier.study(uid, vault.begin(Vaults.OFFICER));
        }

        Report take(Path file, Certificates key) throws IOException {
            return exchange.take(file, key.key(), NO_PASSPHRASE, Vaults.OFFICER, false);
        }

        @Override
        public void close() throws IOException {
            assignments.close();
        }
    }

    @BeforeAll
    static void makeKeys(@TempDir Path keys) throws Exception {
        there = Certificates.rsa(keys, "there", 2048);
        stranger = Certificates.rsa(keys, "stranger", 2048);
        thereKey = there.privateKey();
    }

    @BeforeEach
    void open() throws IOException {
        here = new Site(folder.resolve("here"), 1);
        other = new Site(folder.resolve("other"), 2);
        file = folder.resolve("mappings.p7m");
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        other.close();
    }

    private Report write(String... pseudonyms) throws IOException {
        return here.exchange.write(Set.of(pseudonyms), List.of(there.certificate()), file, Vaults.OFFICER);
    }

    private static void assertSame(StudyContext expected, StudyContext actual) {
        assertEquals(expected.pseudonym(), actual.pseudonym());
        assertEquals(expected.studyInstanceUid(), actual.studyInstanceUid());
        assertEquals(expected.dateShiftDays(), actual.dateShiftDays());
        assertEquals(expected.mapUid("1.2.840.99.7"), actual.mapUid("1.2.840.99.7"));
        assertArrayEquals(
                expected.newOriginalDigest().finish(),
                actual.newOriginalDigest().finish());
    }

    @Test
    void theOtherVaultGoesOnWithTheSamePseudonymsUidsAndShifts() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        here.assignments.nextGeneration();
        StudyContext second = here.receive("MRN-4712", STUDY + "2");
        StudyContext withoutId = here.assign("Clinic", "0", STUDY + "3");
        assertEquals(3L, write().counts().get("patients"));

        StudyContext own = other.assign(null, "MRN-1", "1.2.3");
        assertEquals(
                Map.of(
                        "new patients",
                        3L,
                        "known patients",
                        0L,
                        "patients who were erased here: left out",
                        0L,
                        "new studies",
                        3L,
                        "known studies",
                        0L,
                        "new merges",
                        0L,
                        MappingExchange.CONFLICTS,
                        0L,
                        "new sheets of originals",
                        6L),
                other.take(file, there).counts());
        for (int i = 0; i < 2; i++) {
            assertSame(first, other.assign(null, "MRN-4711", STUDY));
            assertSame(second, other.assign(null, "MRN-4712", STUDY + "2"));
            assertSame(withoutId, other.assign("Clinic", "0", STUDY + "3"));
            assertSame(first, other.assignments.find(first.studyInstanceUid()).orElseThrow());
            assertEquals(List.of(first.pseudonym()), other.assignments.find(null, "MRN-4711"));
            assertEquals(List.of(first.pseudonym()), other.assignments.find("", "MRN-4711"));
            assertTrue(other.assignments.candidates(STUDY).contains(first.studyInstanceUid()));
            // What comes next gets at both what it would have got at the first.
            String next = STUDY + ".9" + i;
            assertSame(here.assign(null, "MRN-4711", next), other.assign(null, "MRN-4711", next));
            StudyContext stays = other.assign(null, "MRN-1", "1.2.3");
            assertSame(own, stays);
            other.restart();
        }
        assertEquals(1, other.assignments.generation(), "new patients are mapped with the own key");
        assertEquals(
                here.originals.getOrDefault(first.studyInstanceUid(), List.of()).subList(1, 2),
                other.study(first.studyInstanceUid()));
    }

    @Test
    void whatIsSealedOfThemThereIsUnderKeysOfItsOwn() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        write();
        other.take(file, there);
        byte[] plain = {1, 2, 3};
        byte[] sealed = Vaults.seal(other.vault, other.assign(null, "MRN-4711", STUDY), "frame/1", plain);
        other.restart();
        assertArrayEquals(plain, Vaults.open(other.vault, "frame/1", sealed));
        byte[] sealedHere = Vaults.seal(here.vault, first, "frame/1", plain);
        assertThrows(VaultException.class, () -> Vaults.open(other.vault, "frame/1", sealedHere));
    }

    @Test
    void theSameAgainChangesNothingAndWhatIsNewIsAdded() throws Exception {
        here.receive("MRN-4711", STUDY);
        write();
        other.take(file, there);
        byte[] before = other.journal();
        Report again = other.take(file, there);
        assertArrayEquals(before, other.journal());
        assertEquals(1L, again.counts().get("known patients"));
        assertEquals(1L, again.counts().get("known studies"));
        assertEquals(0L, again.counts().get("new sheets of originals"));
        assertEquals(0L, again.counts().get("new patients"));

        StudyContext more = here.receive("MRN-4711", STUDY + "2");
        Files.delete(file);
        write();
        Report rest = other.take(file, there);
        assertEquals(1L, rest.counts().get("known patients"));
        assertEquals(1L, rest.counts().get("new studies"));
        assertSame(more, other.assignments.find(more.studyInstanceUid()).orElseThrow());
    }

    @Test
    void aDryRunSaysSoAndWritesNothing() throws Exception {
        here.receive("MRN-4711", STUDY);
        write();
        byte[] before = other.journal();
        Report report = other.exchange.take(file, there.key(), NO_PASSPHRASE, Vaults.OFFICER, true);
        assertEquals(1L, report.counts().get("new patients"));
        assertArrayEquals(before, other.journal());
        assertEquals(0, other.assignments.nextNumber());
    }

    @Test
    void mergesLinksAndEarlierPseudonymsGoAlong() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        StudyContext second = here.receive("MRN-4712", STUDY + "2");
        here.assignments.merge(first.pseudonym(), second.pseudonym(), NOON);
        StudyContext merged = here.assign(null, "MRN-4711", STUDY + "3");
        try (EarlierMappings.Run run = here.earlier.begin(Vaults.OFFICER, List.of(""), false)) {
            run.patients("MRN-9", List.of(old("ANON-OLD1"), old("ANON-OLD2")));
            run.study("ANON-OLD1", "1.2.99", Map.of("StudyDate", "20191231"));
            run.finish();
        }
        write();
        assertEquals(1L, other.take(file, there).counts().get("new merges"));
        for (int i = 0; i < 2; i++) {
            assertEquals(second.pseudonym(), other.assignments.present(first.pseudonym()));
            assertSame(merged, other.assign(null, "MRN-4711", STUDY + "3"));
            assertEquals(
                    second.pseudonym(),
                    other.assign(null, "MRN-4711", STUDY + ".7" + i).pseudonym());
            assertEquals(Set.of("ANON-OLD1", "ANON-OLD2"), other.assignments.all("ANON-OLD1"));
            StudyContext kept = other.assignments.find("1.2.99").orElseThrow();
            assertTrue(kept.keepsUids());
            assertEquals("ANON-OLD1", kept.pseudonym());
            assertEquals("20191231", other.study("1.2.99").get(0).values().get("StudyDate"));
            other.restart();
        }
        assertEquals(0L, other.take(file, there).counts().get("new merges"));
    }

    private static EarlierMappings.EarlierPatient old(String pseudonym) {
        return new EarlierMappings.EarlierPatient(pseudonym, Map.of("PatientName", "SAMPLE^B"));
    }

    /** From the first to the second to a third. */
    @Test
    void whatWasTakenOverCanBeHandedOn() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        write();
        other.take(file, there);
        StudyContext own = other.assign("Clinic", "MRN-7", "1.2.7");
        Path next = folder.resolve("next.p7m");
        other.exchange.write(Set.of(), List.of(there.certificate()), next, Vaults.OFFICER);
        try (Site third = new Site(folder.resolve("third"), 3)) {
            third.take(next, there);
            assertSame(first, third.assign(null, "MRN-4711", STUDY));
            assertSame(own, third.assign("Clinic", "MRN-7", "1.2.7"));
            assertEquals(1, third.study(first.studyInstanceUid()).size());
            // And back to where it came from, where only the digests of the others are new, and only once.
            Path back = folder.resolve("back.p7m");
            third.exchange.write(Set.of(first.pseudonym()), List.of(there.certificate()), back, Vaults.OFFICER);
            Report report = here.take(back, there);
            assertEquals(1L, report.counts().get("known patients"));
            assertEquals(0L, report.counts().get("new patients"));
            byte[] before = here.journal();
            here.take(back, there);
            assertArrayEquals(before, here.journal());
            assertSame(first, here.assign(null, "MRN-4711", STUDY));
        }
    }

    @Test
    void onlyTheChosenAndThoseMergedWithThemAreWritten() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        StudyContext second = here.receive("MRN-4712", STUDY + "2");
        StudyContext third = here.receive("MRN-4713", STUDY + "3");
        here.assignments.merge(first.pseudonym(), second.pseudonym(), NOON);
        assertEquals(2L, write(first.pseudonym()).counts().get("patients"));
        other.take(file, there);
        assertTrue(other.assignments.find(second.studyInstanceUid()).isPresent());
        assertTrue(other.assignments.find(third.studyInstanceUid()).isEmpty());
        Files.delete(file);
        assertThrows(VaultException.class, () -> write("ANON-0"));
        assertFalse(Files.exists(file));
        assertFalse(Files.exists(folder.resolve("mappings.p7m.part")));
    }

    /** Each of them is the same person under another pseudonym: by the pseudonym's patient, by issuer and id, by the id of a default issuer. */
    @Test
    void whatContradictsWhatIsKnownChangesNothing() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        here.receive("MRN-4712", STUDY + "2");
        write();
        StudyContext known = other.assign(null, "MRN-4711", "1.2.3");
        assertNotEquals(first.pseudonym(), known.pseudonym());
        byte[] before = other.journal();
        Report report = other.take(file, there);
        assertEquals(1L, report.counts().get(MappingExchange.CONFLICTS));
        assertEquals(
                List.of(first.pseudonym() + " is " + known.pseudonym() + " here"),
                report.lists().get(MappingExchange.CONFLICTS));
        assertArrayEquals(before, other.journal());
        assertEquals(List.of(), other.study(first.studyInstanceUid()));
        assertTrue(other.audit.records.contains("mappings.import meier ANON-0123456789AB failed"));
    }

    @Test
    void anIdWhoseIssuerNobodyTellsMayBeThatOfSomebodyWhoIsKnown() throws Exception {
        StudyContext first = here.assign("Default of the sender", "MRN-4711", STUDY);
        here.originals.put(
                first.studyInstanceUid(),
                List.of(new Sheet(first.pseudonym(), null, null, Map.of("PatientID", "MRN-4711"))));
        write();
        other.assign("Another clinic", "MRN-4711", "1.2.3");
        assertEquals(1L, other.take(file, there).counts().get(MappingExchange.CONFLICTS));
    }

    @Test
    void whoWasErasedThereStaysErased() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        StudyContext second = here.receive("MRN-4712", STUDY + "2");
        write();
        other.take(file, there);
        other.assignments.erase(first.pseudonym(), NOON);
        Report report = other.take(file, there);
        assertEquals(1L, report.counts().get("patients who were erased here: left out"));
        assertEquals(1L, report.counts().get("known patients"));
        assertTrue(other.assignments.isErased(first.pseudonym()));
        assertEquals(List.of(), other.study(first.studyInstanceUid()));
        assertEquals(1, other.study(second.studyInstanceUid()).size());
    }

    @Test
    void whoWasErasedHereIsNotWritten() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        here.receive("MRN-4712", STUDY + "2");
        here.assignments.erase(first.pseudonym(), NOON);
        assertEquals(1L, write().counts().get("patients"));
        other.take(file, there);
        assertTrue(other.assignments.find(first.studyInstanceUid()).isEmpty());
    }

    @Test
    void onlyItsRecipientsReadIt() throws Exception {
        here.receive("MRN-4711", STUDY);
        write();
        IOException e = assertThrows(IOException.class, () -> other.take(file, stranger));
        assertTrue(String.valueOf(e.getMessage()).contains("not encrypted for this key"), e.getMessage());
        assertEquals(0, other.assignments.nextNumber());
        Path both = folder.resolve("both.p7m");
        here.exchange.write(Set.of(), List.of(stranger.certificate(), there.certificate()), both, Vaults.OFFICER);
        for (Certificates one : List.of(there, stranger)) {
            try (Site site = new Site(folder.resolve("of-" + one.key().getFileName()), 5)) {
                Report report = site.exchange.take(
                        both, one.pkcs12(), Certificates.PASSWORD.toCharArray(), Vaults.OFFICER, false);
                assertEquals(1L, report.counts().get("new patients"));
            }
        }
        assertThrows(
                IOException.class,
                () -> other.exchange.take(both, there.pkcs12(), NO_PASSPHRASE, Vaults.OFFICER, false));
    }

    @Test
    void nothingReadableIsInTheFileOrInTheVaultThatTookIt() throws Exception {
        here.receive("MRN-4711", STUDY);
        here.receive("MRN-4712", STUDY + "2");
        write();
        other.take(file, there);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1);
                for (String planted : PLANTED) {
                    assertFalse(bytes.contains(planted), each + " shows " + planted);
                }
            }
        }
    }

    @Test
    void aFileThatIsCutShortAnywhereIsNotTaken() throws Exception {
        here.receive("MRN-4711", STUDY);
        write();
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.p7m");
        for (int length = 0; length < whole.length - 32; length += 97) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThrows(IOException.class, () -> other.take(cut, there), length + " of " + whole.length);
        }
        assertEquals(0, other.assignments.nextNumber());
        assertFalse(other.assignments.find("2.25.1").isPresent());
    }

    /** Some bytes of the envelope say nothing about its content. */
    @Test
    void aFileWithAChangedByteIsNotTakenOrTellsTheSame() throws Exception {
        here.receive("MRN-4711", STUDY);
        write();
        byte[] whole = Files.readAllBytes(file);
        byte[] content = content(whole);
        int refused = 0;
        int tried = 0;
        for (int at = 0; at < whole.length; at += 31) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            tried++;
            byte[] told;
            try {
                MappingContent.read(Envelope.open(new ByteArrayInputStream(changed), thereKey));
                told = content(changed);
            } catch (IOException e) {
                refused++;
                continue;
            }
            assertArrayEquals(content, told, "byte " + at);
        }
        assertTrue(refused > tried / 2, refused + " of " + tried);
    }

    private static byte[] content(byte[] file) throws IOException {
        return Envelope.open(new ByteArrayInputStream(file), thereKey).readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{\"kind\":\"patient\"}",
                "{\"kind\":\"mappings\",\"version\":2}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"something\"}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"link\",\"patient\":0}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"lookup\",\"key\":\"00\"}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"generation\",\"generation\":99999,\"keys\":\"00\"}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"originals\",\"pseudonym\":\"../x\",\"values\":{}}",
                "{\"kind\":\"mappings\",\"version\":1}\n{\"kind\":\"originals\",\"pseudonym\":\"ANON-1\",\"values\":{}}"
            })
    void whatIsNotAsItHasToBeIsNotTaken(String lines) throws Exception {
        try (var out = Files.newOutputStream(file)) {
            MappingLines.Writer writer = new MappingLines.Writer(Envelope.seal(List.of(there.x509()), out));
            List<String> all = new ArrayList<>(List.of(lines.split("\n", -1)));
            for (String line : all) {
                if (line.startsWith("{")) {
                    writer.write((com.fasterxml.jackson.databind.node.ObjectNode)
                            MappingCode.parse(line.getBytes(StandardCharsets.UTF_8)));
                }
            }
            if (!lines.isEmpty() && lines.startsWith("{")) {
                writer.end();
            }
            writer.close();
        }
        assertThrows(IOException.class, () -> other.take(file, there));
        assertEquals(0, other.assignments.nextNumber());
    }

    @Test
    void itNeedsRoleAndReasonAndIsAudited() throws Exception {
        here.receive("MRN-4711", STUDY);
        assertThrows(
                AccessDeniedException.class,
                () -> here.exchange.write(
                        Set.of(),
                        List.of(there.certificate()),
                        file,
                        Vaults.request(Roles.ADMINISTRATOR, "to the other site")));
        assertFalse(Files.exists(file));
        write();
        assertThrows(
                AccessDeniedException.class,
                () -> other.exchange.take(
                        file, there.key(), NO_PASSPHRASE, Vaults.request(Roles.PRIVACY_OFFICER, ""), false));
        other.take(file, there);
        assertEquals(
                List.of(
                        "mappings.export meier ANON-0123456789AB refused",
                        "mappings.export meier ANON-0123456789AB done",
                        "mappings.export meier ANON-0123456789AB done"),
                here.audit.records);
        assertEquals(
                List.of(
                        "mappings.import meier ANON-0123456789AB refused",
                        "mappings.import meier ANON-0123456789AB done",
                        "mappings.import meier ANON-0123456789AB done"),
                other.audit.records);
    }

    @Test
    void recipientsNeedRsaKeysThatAreValid(@TempDir Path keys) throws Exception {
        for (Path bad : List.of(
                Certificates.make(keys, "elliptic", "dns:localhost").certificate(),
                Certificates.rsa(keys, "short", 1024).certificate(),
                Certificates.rsa(keys, "expired", 2048, "-startdate", "-9d").certificate(),
                there.key(),
                keys.resolve("nothing"))) {
            assertThrows(
                    IOException.class,
                    () -> here.exchange.write(Set.of(), List.of(bad), file, Vaults.OFFICER),
                    bad.toString());
        }
        assertThrows(
                IllegalArgumentException.class, () -> here.exchange.write(Set.of(), List.of(), file, Vaults.OFFICER));
        assertFalse(Files.exists(file));
    }

    /** As after a power cut between journal and sheets. */
    @Test
    void aRunThatWasCutShortIsCompletedByTheNext() throws Exception {
        StudyContext first = here.receive("MRN-4711", STUDY);
        write();
        other.take(file, there);
        try (Stream<Path> sheets = Files.list(other.folder.resolve("earlier"))) {
            for (Path each : sheets.toList()) {
                Files.delete(each);
            }
        }
        other.restart();
        assertEquals(List.of(), other.study(first.studyInstanceUid()));
        assertEquals(3L, other.take(file, there).counts().get("new sheets of originals"));
        assertEquals(1, other.study(first.studyInstanceUid()).size());
    }
}
