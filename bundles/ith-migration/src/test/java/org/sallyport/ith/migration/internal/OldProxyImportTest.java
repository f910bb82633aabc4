package org.sallyport.ith.migration.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.MappingImport.Keys;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.MappingImport.Source;
import org.sqlite.SQLiteDataSource;

/** The old layout as Django made it, read from SQLite. */
class OldProxyImportTest {

    private static final AccessRequest REQUEST =
            new AccessRequest("ann", Set.of("privacy-officer"), "shell", "moving over", "old proxy");
    private static final Keys NO_KEYS = new Keys(null, null);
    private static final String KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private static final String HELLO =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    @TempDir
    private Path folder;

    private Path file;
    private final Taken taken = new Taken();

    /** Writes down what it is handed. */
    private static final class Taken implements EarlierMappings, EarlierMappings.Run {

        final List<String> lines = new ArrayList<>();
        boolean isFinished;

        @Override
        public Run begin(AccessRequest request, List<String> issuers, boolean dryRun) {
            return this;
        }

        @Override
        public PatientsOutcome patients(@Nullable String patientId, List<EarlierPatient> sameId) {
            sameId.forEach(
                    one -> lines.add(patientId + " " + one.pseudonym() + " " + new java.util.TreeMap<>(one.values())));
            return new PatientsOutcome(sameId.stream().map(one -> Outcome.TAKEN).toList(), false);
        }

        @Override
        public Outcome study(String pseudonym, String studyInstanceUid, Map<String, String> values) {
            lines.add(pseudonym + " " + studyInstanceUid + " " + new java.util.TreeMap<>(values));
            return pseudonym.equals("ANON-LOST") ? Outcome.NOBODY : Outcome.TAKEN;
        }

        @Override
        public Outcome series(String studyInstanceUid, String seriesInstanceUid, Map<String, String> values) {
            lines.add(studyInstanceUid + " " + seriesInstanceUid + " " + new java.util.TreeMap<>(values));
            return Outcome.TAKEN;
        }

        @Override
        public void finish() {
            isFinished = true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = folder.resolve("db with space.sqlite3");
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE patient_mappings (id INTEGER PRIMARY KEY, original_patient_name TEXT,"
                    + " original_patient_id TEXT, anonymous_patient_name TEXT UNIQUE, anonymous_patient_id TEXT UNIQUE,"
                    + " phi_metadata TEXT, created_at TEXT)");
            statement.execute("CREATE TABLE sessions (id INTEGER PRIMARY KEY, study_instance_uid TEXT UNIQUE,"
                    + " patient_name TEXT, patient_id TEXT, study_date TEXT, study_time TEXT, study_description TEXT,"
                    + " accession_number TEXT, status TEXT, phi_metadata TEXT)");
            statement.execute(
                    "CREATE TABLE scans (id INTEGER PRIMARY KEY, series_instance_uid TEXT UNIQUE,"
                            + " session_id INTEGER, series_number TEXT, series_description TEXT, modality TEXT, phi_metadata TEXT)");
        }
    }

    private Connection connect() throws SQLException {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + file);
        return source.getConnection();
    }

    private void insert(String sql, @Nullable String... values) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }

    private void patient(String name, String id, String pseudonym, @Nullable String phi, String at)
            throws SQLException {
        insert(
                "INSERT INTO patient_mappings (original_patient_name, original_patient_id, anonymous_patient_name,"
                        + " anonymous_patient_id, phi_metadata, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                name,
                id,
                pseudonym,
                pseudonym,
                phi,
                at);
    }

    private Report run(Keys keys) throws IOException {
        return new OldProxyImport(taken).run(new Source.SqliteFile(file), keys, REQUEST, List.of(""), false);
    }

    @Test
    void patientsStudiesAndSeriesAreHandedOnAndTheFileStaysAsItIs() throws Exception {
        patient("DOE^JANE", "MRN1", "ANON-2", "{\"PatientBirthDate\":\"19600102\"}", "2024-02-01");
        patient("Doe^Jane", "MRN1", "ANON-1", "{\"OtherPatientNames\":\"['A^B', 'C^D']\"}", "2023-01-01");
        patient("ROE^R", "MRN2", "ANON-3", null, "2024-01-01");
        insert("INSERT INTO sessions (study_instance_uid, patient_id, study_date, study_time, study_description,"
                + " accession_number, phi_metadata) VALUES ('1.2.3', 'ANON-1', '1970-01-01', '10:11:12', 'Thorax', 'A1',"
                + " '{\"StudyDate\":\"20191231\",\"ReferringPhysicianName\":null}')");
        insert(
                "INSERT INTO sessions (study_instance_uid, patient_id, study_date) VALUES ('1.2.4', 'ANON-LOST', '2020-05-06')");
        insert("INSERT INTO scans (series_instance_uid, session_id, series_number, modality, phi_metadata)"
                + " VALUES ('1.2.3.1', 1, '3', 'CT', '{\"OperatorsName\":\"Meier\"}')");
        byte[] before = Files.readAllBytes(file);
        Report report = run(NO_KEYS);
        assertEquals(
                List.of(
                        "MRN2 ANON-3 {PatientID=MRN2, PatientName=ROE^R}",
                        "MRN1 ANON-1 {OtherPatientNames=A^B\\C^D, PatientID=MRN1, PatientName=Doe^Jane}",
                        "MRN1 ANON-2 {PatientBirthDate=19600102, PatientID=MRN1, PatientName=DOE^JANE}",
                        "ANON-1 1.2.3 {AccessionNumber=A1, StudyDate=20191231, StudyDescription=Thorax,"
                                + " StudyInstanceUID=1.2.3, StudyTime=101112}",
                        "ANON-LOST 1.2.4 {StudyDate=20200506, StudyInstanceUID=1.2.4}",
                        "1.2.3 1.2.3.1 {Modality=CT, OperatorsName=Meier, SeriesInstanceUID=1.2.3.1, SeriesNumber=3}"),
                taken.lines);
        assertTrue(taken.isFinished);
        assertEquals(3, report.counts().get("patients: pseudonyms taken over"));
        assertEquals(
                List.of("ANON-1 ANON-2"), report.lists().get("pseudonyms that are one patient's; the last is used on"));
        assertEquals(List.of("1.2.4"), report.lists().get("studies not taken: nobody is known whom they belong to"));
        assertEquals(
                List.of("1.2.4"), report.lists().get("studies of which nothing but their patient can be restored"));
        assertFalse(report.toString().contains("DOE") || report.toString().contains("MRN"), "no identity");
        assertArrayEquals(before, Files.readAllBytes(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing was made beside it");
        }
    }

    @Test
    void encryptedRowsNeedTheKey() throws Exception {
        patient(HELLO, "MRN1", "ANON-1", null, "2024-02-01");
        IOException e = assertThrows(IOException.class, () -> run(NO_KEYS));
        assertTrue(String.valueOf(e.getMessage()).contains("ENCRYPTION_KEY"), e.getMessage());
        assertEquals(List.of(), taken.lines);
        run(new Keys(KEY, null));
        assertEquals(List.of("MRN1 ANON-1 {PatientID=MRN1, PatientName=hello}"), taken.lines);
    }

    @Test
    void rowsUnderAnotherKeyAreListed() throws Exception {
        patient(HELLO, "MRN1", "ANON-1", null, "2024-02-01");
        Report report = run(new Keys("aw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", null));
        assertEquals(List.of(), taken.lines);
        assertEquals(
                List.of("ANON-1"),
                report.lists().get("patients not taken: their name or id is encrypted under another key"));
    }

    @Test
    void whatIsNoObjectOfTextsIsPassedOver() throws Exception {
        patient(
                "A^B",
                "MRN1",
                "ANON-1",
                "{\"PatientSex\":\"F\",\"bad keyword!\":\"x\",\"Nested\":{\"a\":1},\"PatientAge\":42,\"List\":[\"a\",\"b\"]}",
                "2024-02-01");
        patient("C^D", "MRN2", "ANON-2", "{broken", "2024-02-02");
        Report report = run(NO_KEYS);
        assertEquals(
                "MRN1 ANON-1 {List=a\\b, PatientAge=42, PatientID=MRN1, PatientName=A^B, PatientSex=F}",
                taken.lines.get(0));
        assertEquals(3, report.counts().get("values that were no keyword with a text"));
    }

    @Test
    void aDatabaseThatIsInUseOrAnotherIsRefused() throws Exception {
        Files.write(folder.resolve(file.getFileName() + "-wal"), new byte[10]);
        assertTrue(String.valueOf(
                        assertThrows(IOException.class, () -> run(NO_KEYS)).getMessage())
                .contains("stop it"));
        Files.delete(folder.resolve(file.getFileName() + "-wal"));
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE scans");
        }
        assertTrue(String.valueOf(
                        assertThrows(IOException.class, () -> run(NO_KEYS)).getMessage())
                .contains("lacks a table"));
        file = folder.resolve("none");
        assertThrows(IOException.class, () -> run(NO_KEYS));
        assertFalse(Files.exists(file), "none is made");
        Files.writeString(file, "no database at all, but long enough to be looked at");
        assertThrows(IOException.class, () -> run(NO_KEYS));
    }
}
