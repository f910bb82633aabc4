package org.sallyport.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.apache.derby.jdbc.EmbeddedDataSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * Queries among many studies: the components of the gateway in one process, with the index on Derby, asked over loopback by a user in the same process. One
 * process fills the data folder, the next one starts on it and is measured.
 */
final class QueryAtSize {

    private static final String VAULT = "org.sallyport.gateway.vault.internal.";
    private static final String DEID = "org.sallyport.gateway.deid.internal.";
    private static final String STORE = "org.sallyport.gateway.store.internal.";
    private static final String SCP = "org.sallyport.gateway.scp.internal.";
    private static final int BATCH = 5_000;
    private static final int WARM_UP = 500;
    private static final int TRIES = 2_000;
    private static final int FEW = 300;

    private final int studies;
    private final DataSource dataSource;
    private final Object keys;
    private final Object assignments;
    private final Object audit;
    private final Object vault;
    private final Object database;
    private final Object packs;

    private QueryAtSize(Path folder, int studies) throws Exception {
        this.studies = studies;
        System.setProperty(DataFolder.PROPERTY, folder.toString());
        System.setProperty(
                "derby.stream.error.file", folder.resolve("derby.log").toString());
        EmbeddedDataSource derby = new EmbeddedDataSource();
        derby.setDatabaseName(folder.resolve("index").toString());
        derby.setCreateDatabase("create");
        this.dataSource = derby;
        Object migrations = Components.make(STORE + "Migrations");
        migrations.getClass().getMethod("prepare", DataSource.class).invoke(migrations, derby);
        this.database = Components.make(STORE + "JpaDatabase", PlainJpa.of(derby), derby, PlainJpa.drivers());
        this.keys = Components.make(VAULT + "KeyHolder");
        this.assignments = Components.make(VAULT + "JournalPseudonymizer", keys);
        this.audit = Components.make(VAULT + "FileAuditLog", keys);
        this.vault = Components.make(VAULT + "GcmIdentityVault", keys, assignments, audit);
        this.packs = Components.make(STORE + "FileInstanceStore", Map.of("min$_$free", 1), database);
    }

    /** @param arguments folder, number of studies, {@code fill} or {@code measure} */
    public static void main(String[] arguments) throws Exception {
        QueryAtSize bench = new QueryAtSize(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        if (arguments[2].equals("fill")) {
            bench.fill();
        } else {
            bench.measure();
        }
        // The components' threads have nothing left to do.
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    // ---- filling

    /** Assignments, sheets and rows as they are after so many studies were received. */
    private void fill() throws Exception {
        Class<?> sheets = Class.forName(SCP + "catalog.StudySheet");
        Class<?> attributes = Class.forName(SCP + "query.Attributes");
        Object counts = Class.forName(SCP + "catalog.StudySheet$Counts")
                .getDeclaredConstructors()[0]
                .newInstance(1, 1, 1, Set.of("CT"), Set.of("1.2.840.10008.5.1.4.1.1.2"));
        try (Connection connection = dataSource.getConnection();
                PreparedStatement study = connection.prepareStatement(
                        "INSERT INTO study (study_uid, pseudonym, modalities, calling_aet, parts, first_received_at,"
                                + " last_received_at, revision, sheet_revision) VALUES (?, ?, 'CT', 'CT1', 1, 0, 0, 1, 1)");
                PreparedStatement sheet =
                        connection.prepareStatement("INSERT INTO study_sheet (study_uid, sealed) VALUES (?, ?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < studies; i++) {
                StudyContext context = ((Pseudonymizer) assignments)
                        .assign(new PatientIdentity("HOSPITAL", People.id(i), People.studyInstanceUid(i)));
                Object made = Components.call(
                        sheets,
                        "of",
                        context.studyInstanceUid(),
                        context.pseudonym(),
                        counts,
                        Components.call(attributes, "of", original(i)),
                        Components.call(attributes, "of", treated(i)));
                ByteArrayOutputStream sealed = new ByteArrayOutputStream();
                try (OutputStream out =
                        ((IdentityVault) vault).seal(context, "sheet/" + context.studyInstanceUid(), sealed)) {
                    out.write((byte[]) Components.call(made, "bytes"));
                }
                study.setString(1, context.studyInstanceUid());
                study.setString(2, context.pseudonym());
                study.addBatch();
                sheet.setString(1, context.studyInstanceUid());
                sheet.setBytes(2, sealed.toByteArray());
                sheet.addBatch();
                if (i % BATCH == BATCH - 1 || i == studies - 1) {
                    study.executeBatch();
                    sheet.executeBatch();
                    connection.commit();
                    System.err.printf("%d studies%n", i + 1);
                }
            }
        }
    }

    private static DataSet original(int study) {
        DataSet data = treated(study);
        data.setString(Tag.PatientName, People.name(study));
        data.setString(Tag.PatientID, People.id(study));
        data.setString(Tag.IssuerOfPatientID, "HOSPITAL");
        data.setString(Tag.PatientBirthDate, "1968" + String.format("%02d%02d", study % 12 + 1, study % 28 + 1));
        data.setString(Tag.StudyInstanceUID, People.studyInstanceUid(study));
        data.setString(Tag.StudyDate, People.date(study));
        data.setString(Tag.AccessionNumber, People.accession(study));
        data.setString(Tag.StudyID, "S" + study);
        data.setString(Tag.ReferringPhysicianName, "BROWN^EDWARD^^DR");
        return data;
    }

    /** What both views have, and the shifted date. */
    private static DataSet treated(int study) {
        DataSet data = new DataSet();
        data.setString(Tag.PatientSex, study % 2 == 0 ? "F" : "M");
        data.setString(Tag.PatientAge, "057Y");
        data.setString(Tag.StudyDate, People.date(study + 1));
        data.setString(Tag.StudyTime, "101502.250");
        data.setString(Tag.StudyDescription, "CT THORAX W CONTRAST");
        return data;
    }

    // ---- measuring

    private void measure() throws Exception {
        Object rows = Components.make(STORE + "JpaStudyIndex", database, packs);
        Object sheets = Components.make(STORE + "JpaStudySheets", database, packs);
        Object earlier = Components.make(VAULT + "EarlierProxy", keys, assignments, vault);
        Object restorer = Components.make(DEID + "StoredIdentityRestorer", packs, vault);
        Object directory = Components.make(DEID + "StoredIdentityDirectory", rows, packs, vault, assignments, earlier);
        Object queue = Components.make(STORE + "JpaDeliveryQueue", database, packs);
        StudyCompletion completion = study -> {};
        Map<String, Object> settings = Map.of("name$_$index$_$memory", 1_024, "max$_$matches", 10_000_000);
        Object keeper = Components.make(
                SCP + "catalog.SheetKeeper", settings, sheets, rows, packs, restorer, directory, vault, assignments);
        Object remote = Components.make(STORE + "JpaRemoteStudies", database);
        Object remoteSheets =
                Components.make(SCP + "catalog.RemoteSheets", settings, remote, keeper, directory, assignments);
        ReturnedObjects returned = request -> {
            throw new IOException("nothing is fetched here");
        };
        Object nodes = Components.make(SCP + "NodeTable", Map.of("mode", "public"));
        Components.call(nodes, "addNode", node());
        // Declarative Services tells it of the nodes; images are not moved here.
        Object receivers = Components.make(VAULT + "LocalOriginalReceivers");
        Object services = Components.make(
                SCP + "QueryServices",
                settings,
                keeper,
                remoteSheets,
                rows,
                remote,
                returned,
                packs,
                restorer,
                directory,
                vault,
                assignments,
                receivers,
                audit,
                nodes,
                queue,
                completion);
        Intake intake = sender -> {
            throw new IOException("nothing is received here");
        };
        int port = Readiness.freePorts(1).get(0);
        Object receiver = Components.make(
                SCP + "Receiver",
                Map.of("port", port, "bind$_$address", Receiver.HOST, "max$_$pdu$_$size", 131_072),
                nodes);
        Components.call(receiver, "setIntake", intake);
        Components.call(receiver, "setQueries", services);
        while (!(boolean) keeper.getClass().getMethod("isSearchable").invoke(keeper)) {
            Thread.sleep(20);
        }
        tell("ready", ManagementFactory.getRuntimeMXBean().getUptime() / 1e3, "s from the start of the process");
        try (Finding finding = new Finding("VIEWER", "DICOMRCV", port)) {
            Random random = new Random(1);
            latencies(
                    finding, "PatientID", TRIES, i -> Finding.keys(Tag.PatientID, People.id(random.nextInt(studies))));
            latencies(
                    finding,
                    "AccessionNumber",
                    TRIES,
                    i -> Finding.keys(Tag.AccessionNumber, People.accession(random.nextInt(studies))));
            latencies(
                    finding,
                    "StudyInstanceUID",
                    TRIES,
                    i -> Finding.keys(Tag.StudyInstanceUID, People.studyInstanceUid(random.nextInt(studies))));
            latencies(
                    finding,
                    "name, surname*",
                    FEW,
                    i -> Finding.keys(Tag.PatientName, People.surname(random.nextInt(People.SURNAMES)) + "^*"));
            latencies(
                    finding,
                    "name, *part*",
                    FEW,
                    i -> Finding.keys(
                            Tag.PatientName,
                            "*"
                                    + People.surname(random.nextInt(People.SURNAMES))
                                            .substring(1) + "^E*"));
            latencies(finding, "date, one day", FEW, i -> {
                String day = People.date(random.nextInt(studies));
                return Finding.keys(Tag.StudyDate, day + "-" + day);
            });
            long start = System.nanoTime();
            int matches = finding.ask(Finding.keys(Tag.StudyDate, ""));
            tell("all studies", matches / ((System.nanoTime() - start) / 1e9), "matches/s, " + matches + " of them");
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        tell("heap", (runtime.totalMemory() - runtime.freeMemory()) / 1e6, "MB in use after a full collection");
        tell("heap limit", runtime.maxMemory() / 1e6, "MB");
    }

    /** The caller, who may see originals. */
    private static Object node() throws ReflectiveOperationException {
        return Components.make(
                SCP + "LocalNode",
                Map.of(
                        "aet",
                        "VIEWER",
                        "address",
                        Receiver.HOST,
                        "permission",
                        "read",
                        "identity",
                        "original",
                        "service.pid",
                        "org.sallyport.node~viewer"));
    }

    private void latencies(Finding finding, String by, int tries, IntFunction<DataSet> question) throws IOException {
        Finding.Times times = finding.times(Math.min(WARM_UP, tries), tries, question);
        System.out.println(new JsonLine("query")
                .put("figure", "size")
                .put("studies", studies)
                .put("by", by)
                .put("hits", times.hitsOfOne(), 1)
                .put("p50_ms", times.percentile(0.5), 2)
                .put("p95_ms", times.percentile(0.95), 2)
                .put("p99_ms", times.percentile(0.99), 2)
                .put("queries_per_s", times.queriesPerSecond(), 0));
    }

    private void tell(String what, double value, String unit) {
        System.out.println(new JsonLine("query")
                .put("figure", "size")
                .put("studies", studies)
                .put("what", what)
                .put("value", value, 1)
                .put("unit", unit));
    }
}
