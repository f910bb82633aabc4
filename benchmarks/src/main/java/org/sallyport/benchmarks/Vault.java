package org.sallyport.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.derby.jdbc.EmbeddedDataSource;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Order;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * What compact identity weighs, how quickly images get it again, and how quickly originals are found among many studies. In one process, with the index on
 * Derby.
 */
public final class Vault {

    private static final int SLICES = 500;
    private static final int TRIES = 2_000;
    private static final String VAULT = "org.sallyport.gateway.vault.internal.";
    private static final String DEID = "org.sallyport.gateway.deid.internal.";
    private static final String STORE = "org.sallyport.gateway.store.internal.";
    private static final AccessRequest OFFICER =
            new AccessRequest("bench", Set.of(Roles.PRIVACY_OFFICER), "bench", "measuring", "all");
    private static final Sender SENDER = new Sender("CT1", "GATE", "10.0.0.7");

    private final int studies;
    private final DataSource dataSource;
    private final Pseudonymizer pseudonymizer;
    private final InstanceStore store;
    private final StudyIndex index;
    private final DeliveryQueue queue;
    private final Intake intake;
    private final Retention retention;
    private final IdentityRestorer restorer;
    private final IdentityDirectory directory;

    private Vault(Path folder, int studies) throws Exception {
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
        Object database = Components.make(STORE + "JpaDatabase", PlainJpa.of(derby), derby, PlainJpa.drivers());
        Object keys = Components.make(VAULT + "KeyHolder");
        Object assignments = Components.make(VAULT + "JournalPseudonymizer", keys);
        Object audit = Components.make(VAULT + "FileAuditLog", keys);
        Object vault = Components.make(VAULT + "GcmIdentityVault", keys, assignments, audit);
        Object earlier = Components.make(VAULT + "EarlierProxy", keys, assignments, vault);
        Map<String, Object> room = Map.of("min$_$free", 1);
        Object packs = Components.make(STORE + "FileInstanceStore", room, database);
        Object rows = Components.make(STORE + "JpaStudyIndex", database, packs);
        Object quarantine = Components.make(STORE + "FileQuarantine", room);
        Object compactor = Components.make(DEID + "SeriesCompactor", packs, vault, assignments);
        this.pseudonymizer = (Pseudonymizer) assignments;
        this.store = (InstanceStore) packs;
        this.index = (StudyIndex) rows;
        this.queue = (DeliveryQueue) Components.make(STORE + "JpaDeliveryQueue", database, packs);
        Object cleaners = Components.make(DEID + "PixelCleaners");
        Object profiles = Components.make(DEID + "ProfileStore", cleaners);
        Object leaks = Components.make(DEID + "LeakGuard");
        this.intake = (Intake) Components.make(
                DEID + "DeidIntake",
                profiles,
                cleaners,
                leaks,
                assignments,
                vault,
                packs,
                quarantine,
                Components.make(DEID + "ResultMemory"));
        this.retention = (Retention) Components.make(
                STORE + "ManifestRetention",
                Map.of("interval", 86_400, "cleanup$_$after", "bench=0s"),
                database,
                packs,
                compactor,
                audit);
        this.restorer = (IdentityRestorer) Components.make(DEID + "StoredIdentityRestorer", packs, vault);
        this.directory = (IdentityDirectory)
                Components.make(DEID + "StoredIdentityDirectory", rows, packs, vault, assignments, earlier);
    }

    /** @param arguments {@code --studies N}, as many as are in the index while lookups are measured; 1,000,000 */
    public static void main(String[] arguments) throws Exception {
        int studies = 1_000_000;
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].equals("--studies") || i + 1 == arguments.length) {
                throw new IllegalArgumentException("usage: vault [--studies N]");
            }
            studies = Integer.parseInt(arguments[i + 1]);
        }
        Path folder = Files.createTempDirectory("bench-vault");
        try {
            new Vault(folder, studies).run();
        } finally {
            delete(folder);
        }
        // The components' threads have nothing left to do.
        Runtime.getRuntime().halt(0);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void run() throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(1), Modality.CT, 1, 1, SLICES, 64, 64);
        receive(study);
        String uid = index.newest(1).get(0).studyInstanceUid();
        List<StoredInstance> instances = index.instances(uid);
        List<byte[]> delivered = new ArrayList<>();
        for (StoredInstance instance : instances) {
            try (InputStream part10 = store.openPart10(instance)) {
                delivered.add(part10.readAllBytes());
            }
        }
        long start = System.nanoTime();
        cleanUp(uid, instances);
        tell("clean-up", SLICES / seconds(start), "slices/s");
        tell("compact identity", (double) identityBytes() / SLICES, "bytes a CT slice, index rows included");
        restore(index.instances(uid), delivered);
        fill();
        lookups(uid, instances.get(0));
        tell(
                "heap after lookups",
                (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1e6,
                "MB, with " + studies + " studies assigned");
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void tell(String what, double value, String unit) {
        System.out.printf(
                java.util.Locale.ROOT,
                "{\"benchmark\":\"vault\",\"what\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}%n",
                what,
                value,
                unit);
    }

    private void receive(SyntheticStudy study) throws IOException {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        try (Intake.Session session = intake.open(SENDER)) {
            for (int i = 1; i <= study.images(); i++) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                DataSetWriter writer = new DataSetWriter(bytes, syntax);
                writer.write(study.image(1, i));
                writer.finish();
                session.receive(
                        new ReceivedObject(study.modality().sopClassUid(), study.sopInstanceUid(1, i), syntax),
                        new ByteArrayInputStream(bytes.toByteArray()));
            }
        }
    }

    private void cleanUp(String uid, List<StoredInstance> instances) throws IOException {
        queue.enqueue(uid, Map.of("bench", Order.pseudonymous()));
        for (DeliveryRecord record : queue.claim("bench", 1, "bench/run", Duration.ofMinutes(1), Set.of())) {
            queue.accepted(record, instances);
            queue.delivered(record.id(), "bench/run", "got it", Map.of());
        }
        int removed = retention.lookNow().images();
        if (removed != SLICES) {
            throw new IllegalStateException(removed + " images went, of " + SLICES);
        }
    }

    private static long identityBytes() throws IOException {
        try (Stream<Path> files = Files.walk(DataFolder.of("identity"))) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private void restore(List<StoredInstance> instances, List<byte[]> delivered) throws IOException {
        for (int round = 0; round < 4; round++) {
            long start = System.nanoTime();
            try (IdentityRestorer.Restoring restoring = restorer.begin(OFFICER)) {
                for (int i = 0; i < instances.size(); i++) {
                    restoring.restore(
                            instances.get(i),
                            new ByteArrayInputStream(delivered.get(i)),
                            OutputStream.nullOutputStream());
                }
            }
            if (round == 3) {
                tell("restore", SLICES / seconds(start), "slices/s");
            }
        }
    }

    /** Rows of other studies, one image each, and as many assignments. */
    private void fill() throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < Math.min(studies, 20_000); i++) {
            // Each is forced; the others would take an hour and weigh the same.
            pseudonymizer.assign(new PatientIdentity("HOSPITAL", "MRN" + i / 2, "1.2.3." + i));
        }
        tell("assignments", Math.min(studies, 20_000) / seconds(start), "studies/s, forced");
        StoredInstance sample =
                index.instances(index.newest(1).get(0).studyInstanceUid()).get(0);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            fill(connection, sample);
        }
    }

    private void fill(Connection connection, StoredInstance sample) throws SQLException {
        Random random = new Random(1);
        try (PreparedStatement study = connection.prepareStatement(
                        "INSERT INTO study (study_uid, pseudonym, modalities, calling_aet, parts, first_received_at,"
                                + " last_received_at) VALUES (?, ?, 'CT', 'CT1', 1, 0, 0)");
                PreparedStatement instance = connection.prepareStatement(
                        "INSERT INTO instance (frame_id, sop_uid, series_uid, study_uid, version, part, pack_id,"
                                + " pack_offset, part10_length, crc32, sha256, original_digest, facts)"
                                + " VALUES (?, ?, ?, ?, 1, 1, ?, 0, 0, 0, ?, ?, ?)");
                PreparedStatement key =
                        connection.prepareStatement("INSERT INTO study_key (lookup_key, study_uid) VALUES (?, ?)")) {
            for (int i = 0; i < studies; i++) {
                String uid = uid(random);
                study.setString(1, uid);
                study.setString(2, "ANON-" + Long.toHexString(random.nextLong()));
                study.addBatch();
                instance.setString(1, new java.util.UUID(random.nextLong(), random.nextLong()).toString());
                instance.setString(2, uid(random));
                instance.setString(3, uid(random));
                instance.setString(4, uid);
                instance.setString(5, sample.packId());
                instance.setBytes(6, new byte[32]);
                instance.setBytes(7, new byte[32]);
                instance.setString(8, "x".repeat(700));
                instance.addBatch();
                key.setString(1, "a" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()));
                key.setString(2, uid);
                key.addBatch();
                if (i % 1_000 == 999) {
                    study.executeBatch();
                    instance.executeBatch();
                    key.executeBatch();
                    connection.commit();
                }
            }
            study.executeBatch();
            instance.executeBatch();
            key.executeBatch();
            connection.commit();
        }
    }

    private static String uid(Random random) {
        return "2.25." + new java.math.BigInteger(127, random);
    }

    /** A question, answered by the directory. */
    private interface Question {
        boolean isAnswered(IdentityDirectory.Reading reading) throws IOException;
    }

    private void lookups(String uid, StoredInstance instance) throws IOException {
        SyntheticStudy study = new SyntheticStudy(new Patient(1), Modality.CT, 1, 1, 1, 64, 64);
        String pseudonym = instance.facts().pseudonym();
        measure("patient by pseudonym", r -> r.patient(pseudonym).isPresent());
        measure("study by pseudonymous UID", r -> r.study(uid).isPresent());
        measure("study by original UID", r -> r.study(study.studyInstanceUid()).isPresent());
        measure("series by pseudonymous UID", r -> r.series(instance.facts().seriesInstanceUid())
                .isPresent());
        measure("image by original UID", r -> r.instance(study.sopInstanceUid(1, 1))
                .isPresent());
        measure(
                "pseudonym by patient id",
                r -> !r.pseudonyms(null, study.patient().id()).isEmpty());
        measure(
                "study by accession number",
                r -> !r.studiesByAccessionNumber(study.patient().accession()).isEmpty());
    }

    private void measure(String what, Question question) throws IOException {
        IdentityDirectory.Reading reading = directory.begin(OFFICER);
        long[] nanos = new long[TRIES];
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < TRIES; i++) {
                long start = System.nanoTime();
                if (!question.isAnswered(reading)) {
                    throw new IllegalStateException(what + ": no answer");
                }
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        tell(what + ", median", nanos[TRIES / 2] / 1e6, "ms among " + studies + " studies");
        tell(what + ", 99 of 100", nanos[TRIES * 99 / 100] / 1e6, "ms among " + studies + " studies");
    }
}
