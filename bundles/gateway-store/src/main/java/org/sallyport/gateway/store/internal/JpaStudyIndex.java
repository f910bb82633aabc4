package org.sallyport.gateway.store.internal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.persistence.EntityManager;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;

/** Reads the index, after what waits to be written behind is written. Immutable. */
@Component(service = StudyIndex.class)
public final class JpaStudyIndex implements StudyIndex {

    private static final String IN_ORDER =
            " ORDER BY i.seriesNumber, i.seriesUid, i.instanceNumber, i.sopUid, i.version";

    private final Database database;
    private final IndexWriter writer;

    @Activate
    public JpaStudyIndex(@Reference Database database, @Reference FileInstanceStore store) {
        this(database, store.writer());
    }

    JpaStudyIndex(Database database, IndexWriter writer) {
        this.database = database;
        this.writer = writer;
    }

    @Override
    public List<StudyRecord> newest(int limit) throws IndexException {
        Limits.check(limit);
        writer.flush();
        return database.inTransaction(em -> em
                .createQuery("SELECT s FROM StudyRow s ORDER BY s.lastReceivedAt DESC", StudyRow.class)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(row -> record(em, row))
                .toList());
    }

    @Override
    public Optional<StudyRecord> study(String studyInstanceUid) throws IndexException {
        writer.flush();
        return database.inTransaction(em ->
                Optional.ofNullable(em.find(StudyRow.class, studyInstanceUid)).map(row -> record(em, row)));
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid) throws IndexException {
        writer.flush();
        return Rows.newestVersions(database.inTransaction(em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.studyUid = :study" + IN_ORDER, InstanceRow.class)
                .setParameter("study", studyInstanceUid)
                .getResultList()));
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid, int part) throws IndexException {
        return Rows.newestVersions(database.inTransaction(em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.studyUid = :study AND i.part = :part" + IN_ORDER,
                        InstanceRow.class)
                .setParameter("study", studyInstanceUid)
                .setParameter("part", part)
                .getResultList()));
    }

    @Override
    public Set<String> heldEarlier(String studyInstanceUid, int part) throws IndexException {
        writer.flush();
        List<Object[]> pairs = database.inTransaction(em -> em.createQuery(
                        "SELECT own, other FROM InstanceRow own, InstanceRow other WHERE own.studyUid = :study"
                                + " AND own.part = :part AND other.sopUid = own.sopUid AND other.studyUid <> :study",
                        Object[].class)
                .setParameter("study", studyInstanceUid)
                .setParameter("part", part)
                .getResultList());
        Set<String> held = new TreeSet<>();
        for (Object[] pair : pairs) {
            if (isEarlier((InstanceRow) pair[1], (InstanceRow) pair[0])) {
                held.add(((InstanceRow) pair[0]).sopUid);
            }
        }
        return held;
    }

    /** Of two that came in the same millisecond one has to be the first, for all who ask. */
    private static boolean isEarlier(InstanceRow other, InstanceRow own) throws IndexException {
        int order = Rows.stored(other)
                .facts()
                .receivedAt()
                .compareTo(Rows.stored(own).facts().receivedAt());
        return order < 0 || order == 0 && other.studyUid.compareTo(own.studyUid) < 0;
    }

    @Override
    public List<StudyRecord> receiving() throws IndexException {
        writer.flush();
        return database.inTransaction(em -> em
                .createQuery(
                        "SELECT s FROM StudyRow s WHERE s.studyUid IN"
                                + " (SELECT i.studyUid FROM InstanceRow i WHERE i.part IS NULL AND i.appliance = :own)",
                        StudyRow.class)
                .setParameter("own", writer.appliance())
                .getResultList()
                .stream()
                .map(row -> record(em, row))
                .toList());
    }

    @Override
    public List<StoredInstance> conflicts(int limit) throws IndexException {
        Limits.check(limit);
        writer.flush();
        List<InstanceRow> rows = database.inTransaction(em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.version > 1 ORDER BY i.studyUid, i.sopUid, i.version DESC",
                        InstanceRow.class)
                .setMaxResults(limit)
                .getResultList());
        return Rows.newestVersions(rows);
    }

    private static StudyRecord record(EntityManager em, StudyRow row) {
        // Derby takes one DISTINCT aggregate in a query.
        int series = count(em, row, "COUNT(DISTINCT i.seriesUid)", "");
        int instances = count(em, row, "COUNT(DISTINCT i.sopUid)", "");
        int versions = count(em, row, "COUNT(i)", "");
        int loose = count(em, row, "COUNT(i)", " AND i.part IS NULL");
        Long bytes = em.createQuery(
                        "SELECT SUM(i.part10Length) FROM InstanceRow i WHERE i.studyUid = :study", Long.class)
                .setParameter("study", row.studyUid)
                .getSingleResult();
        return new StudyRecord(
                row.studyUid,
                row.pseudonym,
                row.studyDate,
                row.studyDescription,
                Rows.modalities(row),
                row.callingAet,
                series,
                instances,
                bytes == null ? 0 : bytes,
                row.parts,
                loose,
                versions - instances,
                Instant.ofEpochMilli(row.firstReceivedAt),
                Instant.ofEpochMilli(row.lastReceivedAt));
    }

    private static int count(EntityManager em, StudyRow row, String what, String condition) {
        return em.createQuery(
                        "SELECT " + what + " FROM InstanceRow i WHERE i.studyUid = :study" + condition, Long.class)
                .setParameter("study", row.studyUid)
                .getSingleResult()
                .intValue();
    }

    /** Of lists for people. */
    static final class Limits {

        private static final int MOST = 10_000;

        private Limits() {}

        static void check(int limit) {
            if (limit < 1 || limit > MOST) {
                throw new IllegalArgumentException("limit " + limit + ": must be 1–" + MOST);
            }
        }
    }
}
