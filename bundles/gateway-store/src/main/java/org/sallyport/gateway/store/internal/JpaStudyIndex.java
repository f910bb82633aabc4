package org.sallyport.gateway.store.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.persistence.EntityManager;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;

/** Reads the index, after what waits to be written behind is written. Immutable. */
@Component(service = {StudyIndex.class, StudyFinder.class})
public final class JpaStudyIndex implements StudyIndex, StudyFinder {

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
        // Asked every minute: by itself this reads an index from end to end, as a subquery of studies it goes into it
        // for each.
        return database.inTransaction(em -> em
                .createQuery(
                        "SELECT DISTINCT i.studyUid FROM InstanceRow i WHERE i.part IS NULL AND i.appliance = :own",
                        String.class)
                .setParameter("own", writer.appliance())
                .getResultList()
                .stream()
                .map(uid -> em.find(StudyRow.class, uid))
                .filter(Objects::nonNull)
                .map(row -> record(em, row))
                .toList());
    }

    @Override
    public List<StoredInstance> loose(String studyInstanceUid) throws IndexException {
        writer.flush();
        List<InstanceRow> rows = database.inTransaction(em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.studyUid = :study AND i.part IS NULL AND i.appliance = :own"
                                + " AND i.presence <> 'DELETED'",
                        InstanceRow.class)
                .setParameter("study", studyInstanceUid)
                .setParameter("own", writer.appliance())
                .getResultList());
        List<StoredInstance> instances = new ArrayList<>();
        for (InstanceRow row : rows) {
            instances.add(Rows.stored(row));
        }
        return instances;
    }

    @Override
    public List<StoredInstance> conflicts(int limit) throws IndexException {
        Limits.check(limit);
        writer.flush();
        List<InstanceRow> rows = database.inTransaction(em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.version > 1 AND i.presence <> 'DELETED' ORDER BY i.studyUid, i.sopUid, i.version DESC",
                        InstanceRow.class)
                .setMaxResults(limit)
                .getResultList());
        return Rows.newestVersions(rows);
    }

    @Override
    public List<String> studiesOf(String pseudonym, int limit) throws IndexException {
        Limits.check(limit);
        return behind(List::isEmpty, em -> em.createQuery(
                        "SELECT s.studyUid FROM StudyRow s WHERE s.pseudonym = :pseudonym"
                                + " ORDER BY s.lastReceivedAt DESC",
                        String.class)
                .setParameter("pseudonym", pseudonym)
                .setMaxResults(limit)
                .getResultList());
    }

    @Override
    public List<String> studiesByKey(String lookupKey) throws IndexException {
        return behind(List::isEmpty, em -> em.createQuery(
                        "SELECT k.studyUid FROM StudyKeyRow k WHERE k.lookupKey = :key ORDER BY k.studyUid",
                        String.class)
                .setParameter("key", lookupKey)
                .setMaxResults(Limits.MOST)
                .getResultList());
    }

    @Override
    public List<StoredInstance> firstOfSeries(String studyInstanceUid) throws IndexException {
        // The index alone answers the first question; Derby would read the whole table for both in one.
        List<InstanceRow> rows = behind(List::isEmpty, em -> em
                .createQuery(
                        "SELECT MIN(i.frameId) FROM InstanceRow i WHERE i.studyUid = :study GROUP BY i.seriesUid",
                        String.class)
                .setParameter("study", studyInstanceUid)
                .getResultList()
                .stream()
                .map(frame -> em.find(InstanceRow.class, frame))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(
                                (InstanceRow row) -> row.seriesNumber, Comparator.nullsLast(Comparator.naturalOrder()))
                        .thenComparing(row -> row.seriesUid))
                .toList());
        List<StoredInstance> instances = new ArrayList<>();
        for (InstanceRow row : rows) {
            instances.add(Rows.stored(row));
        }
        return instances;
    }

    @Override
    public int series(String studyInstanceUid) throws IndexException {
        return behind(count -> count == 0, em -> em.createQuery(
                                "SELECT COUNT(DISTINCT i.seriesUid) FROM InstanceRow i WHERE i.studyUid = :study",
                                Long.class)
                        .setParameter("study", studyInstanceUid)
                        .getSingleResult())
                .intValue();
    }

    @Override
    public Optional<StoredInstance> anyOfStudy(String studyInstanceUid) throws IndexException {
        return any("studyUid", studyInstanceUid);
    }

    @Override
    public Optional<StoredInstance> anyOfSeries(String seriesInstanceUid) throws IndexException {
        return any("seriesUid", seriesInstanceUid);
    }

    private Optional<StoredInstance> any(String column, String uid) throws IndexException {
        List<InstanceRow> rows = behind(List::isEmpty, em -> em.createQuery(
                        "SELECT i FROM InstanceRow i WHERE i." + column + " = :uid", InstanceRow.class)
                .setParameter("uid", uid)
                .setMaxResults(1)
                .getResultList());
        return rows.isEmpty() ? Optional.empty() : Optional.of(Rows.stored(rows.get(0)));
    }

    @Override
    public Optional<StoredInstance> instance(String sopInstanceUid) throws IndexException {
        List<InstanceRow> rows = behind(List::isEmpty, em -> Rows.versions(em, sopInstanceUid));
        Optional<InstanceRow> newest = rows.stream().reduce(Rows::newer);
        return newest.isEmpty() ? Optional.empty() : Optional.of(Rows.stored(newest.get()));
    }

    @Override
    public boolean isReceiving(String studyInstanceUid) throws IndexException {
        if (writer.hasWork()) {
            writer.flush();
        }
        return !database.inTransaction(em -> em.createQuery(
                        "SELECT i.frameId FROM InstanceRow i WHERE i.studyUid = :study AND i.part IS NULL",
                        String.class)
                .setParameter("study", studyInstanceUid)
                .setMaxResults(1)
                .getResultList()
                .isEmpty());
    }

    /** Asks again behind what waits to be written only if there is no answer: lookups must not wait for writes. */
    private <R> R behind(Predicate<R> isNone, Function<EntityManager, R> question) throws IndexException {
        R answer = database.inTransaction(question);
        if (isNone.test(answer) && writer.hasWork()) {
            writer.flush();
            answer = database.inTransaction(question);
        }
        return answer;
    }

    @Override
    public Totals totals() throws IndexException {
        return database.inTransaction(em -> new Totals(
                em.createQuery("SELECT COUNT(s) FROM StudyRow s", Long.class).getSingleResult(),
                em.createQuery("SELECT COUNT(DISTINCT i.seriesUid) FROM InstanceRow i", Long.class)
                        .getSingleResult()));
    }

    private static StudyRecord record(EntityManager em, StudyRow row) {
        // Derby takes one DISTINCT aggregate in a query.
        int series = count(em, row, "COUNT(DISTINCT i.seriesUid)", "");
        int instances = count(em, row, "COUNT(DISTINCT i.sopUid)", "");
        int loose = count(em, row, "COUNT(i)", " AND i.part IS NULL");
        Map<Presence, long[]> sums = new EnumMap<>(Presence.class);
        for (Object[] sum : em.createQuery(
                        "SELECT i.presence, COUNT(i), SUM(i.part10Length) FROM InstanceRow i WHERE i.studyUid = :study"
                                + " GROUP BY i.presence",
                        Object[].class)
                .setParameter("study", row.studyUid)
                .getResultList()) {
            sums.put(
                    Presence.valueOf((String) sum[0]),
                    new long[] {((Number) sum[1]).longValue(), ((Number) sum[2]).longValue()});
        }
        long[] here = sums.getOrDefault(Presence.HERE, new long[2]);
        long[] cleanedUp = sums.getOrDefault(Presence.CLEANED_UP, new long[2]);
        return new StudyRecord(
                row.studyUid,
                row.pseudonym,
                row.studyDate,
                row.studyDescription,
                Rows.modalities(row),
                row.callingAet,
                series,
                instances,
                here[1] + cleanedUp[1],
                row.parts,
                loose,
                (int) (here[0] + cleanedUp[0]) - instances,
                Instant.ofEpochMilli(row.firstReceivedAt),
                Instant.ofEpochMilli(row.lastReceivedAt),
                (int) cleanedUp[0],
                (int) sums.getOrDefault(Presence.DELETED, new long[2])[0],
                here[1]);
    }

    private static int count(EntityManager em, StudyRow row, String what, String condition) {
        return em.createQuery(
                        "SELECT " + what + " FROM InstanceRow i WHERE i.studyUid = :study AND i.presence <> 'DELETED'"
                                + condition,
                        Long.class)
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
