package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.IthSimulator;
import org.sqlite.SQLiteDataSource;

/** A database in the old proxy's layout is taken over, and a patient of it keeps the pseudonym. */
@Tag("peers")
class MovingOverIT {

    /** {@code ./test long} has 100,000, as a large hospital. */
    private static final int PATIENTS = Integer.getInteger("moving.over.patients", 10_000);

    private static final int BATCH = 5_000;

    @TempDir
    Path folder;

    private static SyntheticStudy known() {
        return new SyntheticStudy(new Patient(1), Modality.CT, 1, 1, 1, 64, 64);
    }

    private static void fill(DataSource source, String id) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TABLE patient_mappings (id " + id + " PRIMARY KEY, original_patient_name"
                    + " VARCHAR(255), original_patient_id VARCHAR(255), anonymous_patient_name VARCHAR(255) UNIQUE,"
                    + " anonymous_patient_id VARCHAR(255) UNIQUE, phi_metadata TEXT, created_at VARCHAR(40))");
            statement.execute("CREATE TABLE sessions (id " + id + " PRIMARY KEY, study_instance_uid VARCHAR(64) UNIQUE,"
                    + " patient_id VARCHAR(255), study_date VARCHAR(10), study_time VARCHAR(16), study_description"
                    + " VARCHAR(255), accession_number VARCHAR(64), phi_metadata TEXT)");
            statement.execute("CREATE TABLE scans (id " + id + " PRIMARY KEY, series_instance_uid VARCHAR(64) UNIQUE,"
                    + " session_id INTEGER, series_number INTEGER, series_description VARCHAR(255), modality VARCHAR(16),"
                    + " phi_metadata TEXT)");
            rows(connection, "INSERT INTO patient_mappings VALUES (?, ?, ?, ?, ?, ?, ?)", PATIENTS, i -> new Object[] {
                i,
                i == 1 ? known().patient().name() : "Family" + i + "^Given",
                i == 1 ? known().patient().id() : "MRN" + i,
                "ANON-" + String.format("%08X", i),
                "ANON-" + String.format("%08X", i),
                "{\"PatientBirthDate\":\"19" + (10 + i % 90) + "0102\",\"PatientSex\":\"F\"}",
                "2024-01-01"
            });
            rows(connection, "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", PATIENTS, i -> new Object[] {
                i,
                "1.2.840.99." + i,
                "ANON-" + String.format("%08X", i),
                "1970-01-01",
                "10:11:12",
                "Thorax",
                "ACC" + i,
                "{\"StudyDate\":\"20230405\",\"ReferringPhysicianName\":\"Meier^" + i + "\"}"
            });
            rows(connection, "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?)", 3 * PATIENTS, i -> new Object[] {
                i, "1.2.840.98." + i, (i - 1) / 3 + 1, i % 3 + 1, "axial", "CT", "{\"OperatorsName\":\"Op" + i + "\"}"
            });
            connection.commit();
        }
    }

    private interface Values {
        Object[] of(int number);
    }

    private static void rows(Connection connection, String sql, int count, Values values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 1; i <= count; i++) {
                Object[] row = values.of(i);
                for (int column = 0; column < row.length; column++) {
                    statement.setObject(column + 1, row[column]);
                }
                statement.addBatch();
                if (i % BATCH == 0) {
                    statement.executeBatch();
                }
            }
            statement.executeBatch();
        }
    }

    private static long count(JsonNode report, String what) {
        for (JsonNode row : report) {
            if (row.path("what").asText().equals(what)) {
                return row.path("count").asLong();
            }
        }
        return 0;
    }

    private static String memory(Appliance appliance) throws IOException {
        Path status = Path.of("/proc/" + appliance.running().pid() + "/status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("");
    }

    private void takeOver(Appliance appliance, String options, String database) throws Exception {
        String command = "ith:import-mappings --reason 'moving over' " + options;
        JsonNode dry = appliance.json(command + " --dry-run", database);
        assertEquals(PATIENTS, count(dry, "patients: pseudonyms taken over"), dry.toString());
        JsonNode report = appliance.json(command, database);
        assertEquals(PATIENTS, count(report, "patients: pseudonyms taken over"), report.toString());
        assertEquals(PATIENTS, count(report, "studies taken over"));
        assertEquals(3L * PATIENTS, count(report, "series taken over"));
        System.getLogger("moving over")
                .log(
                        System.Logger.Level.INFO,
                        "dry run {0} s, import {1} s, {2}",
                        count(dry, "seconds"),
                        count(report, "seconds"),
                        memory(appliance));
        JsonNode again = appliance.json(command, database);
        assertEquals(PATIENTS, count(again, "patients: pseudonyms taken over before"), again.toString());
        assertEquals(0, count(again, "patients: pseudonyms taken over"));

        appliance.send(List.of(), known().writeTo(folder.resolve("sent")));
        appliance.await("the known patient's image", Duration.ofMinutes(2), () -> {
            JsonNode studies = appliance.jsonOnceThere("study:list");
            return studies.size() == 1
                    && studies.get(0).path("patient").asText().equals("ANON-00000001");
        });
        for (Path file : appliance.files()) {
            if (file.startsWith(appliance.data().resolve("vault"))
                    || file.startsWith(appliance.data().resolve("karaf/tmp"))) {
                String bytes = new String(Appliance.bytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
                assertTrue(!bytes.contains("Family77^") && !bytes.contains("MRN777"), file + " shows identity");
            }
        }
    }

    @Test
    void fromSqlite() throws Exception {
        Path file = folder.resolve("db.sqlite3");
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + file);
        fill(source, "INTEGER");
        byte[] before = Files.readAllBytes(file);
        Path etc = Files.createDirectories(folder.resolve("data/etc"));
        Files.writeString(
                etc.resolve("org.sallyport.node-viewer.cfg"),
                "aet = VIEWER\naddress = 127.0.0.1\nport = 104\npermission = read\nidentity = original\n");
        try (IthSimulator simulator = new IthSimulator(folder.resolve("ith"));
                Appliance appliance = new Appliance(folder.resolve("data"))
                        .with("ITH_URL", simulator.url())
                        .with("ITH_TOKEN", IthSimulator.KEY)
                        .with("ITH_SYNCHRONISE", "1")) {
            holdStudyFromBefore(simulator);
            appliance.start();
            appliance.await("the back end's configuration is in force", Duration.ofMinutes(2), () -> appliance
                    .jsonOnceThere("ith:status")
                    .path("configuration-fetched")
                    .asText("")
                    .startsWith("20"));
            takeOver(appliance, "", file.toString());
            assertStudyFromBefore(appliance);
        }
        org.junit.jupiter.api.Assertions.assertArrayEquals(before, Files.readAllBytes(file), "it stays as it was");
    }

    /** As the old proxy uploaded it. */
    private void holdStudyFromBefore(IthSimulator simulator) throws IOException {
        DataSet image = known().image(1, 1);
        image.setString(org.sallyport.dicom.data.Tag.PatientName, "ANON-00000002");
        image.setString(org.sallyport.dicom.data.Tag.PatientID, "ANON-00000002");
        image.setString(org.sallyport.dicom.data.Tag.StudyDate, "19700101");
        image.setString(org.sallyport.dicom.data.Tag.StudyInstanceUID, "1.2.840.99.2");
        image.setString(org.sallyport.dicom.data.Tag.SeriesInstanceUID, "1.2.840.98.4");
        image.setString(org.sallyport.dicom.data.Tag.SOPInstanceUID, "1.2.840.97.4");
        simulator.holds(
                "ANON-00000002",
                "1.2.840.99.2",
                "1.2.840.98.4",
                "1.2.840.97.4",
                IthCommandsIT.write(image, folder.resolve("from-before.dcm")));
    }

    /** Found by the patient's real name, and given back under it. */
    private void assertStudyFromBefore(Appliance appliance) throws Exception {
        List<DataSet> found = new ArrayList<>();
        appliance.await("the study from before is found", Duration.ofMinutes(2), () -> {
            Path into = Files.createTempDirectory(folder, "found");
            FetchBackIT.query(
                    appliance,
                    "VIEWER",
                    "findscu",
                    "STUDY",
                    List.of("-X", "-od", into.toString()),
                    "PatientName=family2^g*",
                    "PatientID",
                    "StudyInstanceUID",
                    "StudyDate",
                    "AccessionNumber");
            found.clear();
            found.addAll(FetchBackIT.read(into));
            return !found.isEmpty();
        });
        assertEquals(1, found.size());
        assertEquals("1.2.840.99.2", found.get(0).string(org.sallyport.dicom.data.Tag.StudyInstanceUID));
        assertEquals("MRN2", found.get(0).string(org.sallyport.dicom.data.Tag.PatientID));
        assertEquals("20230405", found.get(0).string(org.sallyport.dicom.data.Tag.StudyDate));
        Path into = Files.createTempDirectory(folder, "got");
        FetchBackIT.query(
                appliance,
                "VIEWER",
                "getscu",
                "STUDY",
                List.of("-od", into.toString()),
                "StudyInstanceUID=1.2.840.99.2");
        List<DataSet> got = FetchBackIT.read(into);
        assertEquals(1, got.size());
        assertEquals("Family2^Given", got.get(0).string(org.sallyport.dicom.data.Tag.PatientName));
        assertEquals("MRN2", got.get(0).string(org.sallyport.dicom.data.Tag.PatientID));
        assertEquals("20230405", got.get(0).string(org.sallyport.dicom.data.Tag.StudyDate));
        assertEquals("1.2.840.97.4", got.get(0).string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
    }

    @Test
    void fromPostgres() throws Exception {
        try (PostgresServer server = PostgresServer.start(Files.createTempDirectory("postgres"));
                Appliance appliance = new Appliance(folder.resolve("data"))) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setServerNames(new String[] {PostgresServer.HOST});
            source.setPortNumbers(new int[] {server.port()});
            source.setDatabaseName(PostgresServer.DATABASE);
            source.setUser(PostgresServer.USER);
            source.setPassword(PostgresServer.PASSWORD);
            fill(source, "INTEGER");
            Path password = folder.resolve("password");
            Files.writeString(password, PostgresServer.PASSWORD);
            appliance.start();
            takeOver(
                    appliance,
                    "--user " + PostgresServer.USER + " --password-file " + password,
                    PostgresServer.HOST + ":" + server.port() + "/" + PostgresServer.DATABASE);
        }
    }
}
