package org.sallyport.gateway.store.internal;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import javax.persistence.EntityManager;
import javax.persistence.LockModeType;
import javax.persistence.Query;
import javax.persistence.TypedQuery;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/**
 * The queue in the table {@code delivery}. What is WAITING is due: a claim reads the front of the index by destination, appliance, state and rank, and first
 * brings back what has become due (few rows, by index too), so that its cost does not grow with the queue. On PostgreSQL rows are claimed with
 * {@code FOR UPDATE SKIP LOCKED}; on Derby, which one process owns, claims take turns by this object's monitor.
 */
@Component(service = DeliveryQueue.class)
public final class JpaDeliveryQueue implements DeliveryQueue {

    private static final int LONGEST_REASON = 1000;
    private static final int LONGEST_ACTOR = 64;
    private static final int LONGEST_REQUEST = 200;
    private static final int MOST_CLAIMS = 64;

    /** Rows that one claim brings back at most; the next claim brings the rest. */
    private static final int MOST_BROUGHT_BACK = 500;

    private static final Set<State> OPEN = Set.of(State.WAITING, State.RETRYING, State.RUNNING, State.PARKED);

    private static final String BY_DUE = "DELIVERY_DUE";
    private static final String BY_RANK = "DELIVERY_RANK";

    /** No pause or lease is longer. What lies further ahead was written by a clock that has been set back since. */
    private static final long LONGEST_WAIT_MILLIS = Duration.ofHours(25).toMillis();

    private final Database database;
    private final IndexWriter writer;
    private final QueueTime time;

    @Activate
    public JpaDeliveryQueue(@Reference Database database, @Reference FileInstanceStore store) {
        this(
                database,
                store.writer(),
                database.skipsLocked() ? QueueTime.ofServer() : QueueTime.ofProcess(Clock.systemUTC()));
    }

    JpaDeliveryQueue(Database database, IndexWriter writer, QueueTime time) {
        this.database = database;
        this.writer = writer;
        this.time = time;
    }

    @Override
    public Optional<Integer> enqueue(String studyInstanceUid, Map<String, Order> destinations) throws IndexException {
        writer.flush();
        return database.inTransaction(em -> {
            StudyRow study = em.find(StudyRow.class, studyInstanceUid, LockModeType.PESSIMISTIC_WRITE);
            if (study == null) {
                return Optional.empty();
            }
            int part = study.parts + 1;
            int instances = em.createQuery(
                            "UPDATE InstanceRow i SET i.part = :part WHERE i.studyUid = :study AND i.part IS NULL"
                                    + " AND i.appliance = :own")
                    .setParameter("part", part)
                    .setParameter("study", studyInstanceUid)
                    .setParameter("own", writer.appliance())
                    .executeUpdate();
            if (instances == 0) {
                return Optional.empty();
            }
            study.parts = part;
            long now = time.now(em);
            destinations.forEach(
                    (name, order) -> em.persist(newRow(studyInstanceUid, part, writer.appliance(), name, order, now)));
            return Optional.of(part);
        });
    }

    @Override
    public List<Long> enqueueParts(String studyInstanceUid, String destination, Order order, boolean repeat)
            throws IndexException {
        return database.inTransaction(em -> {
            // The lock keeps two who ask at once from queueing twice.
            StudyRow study = em.find(StudyRow.class, studyInstanceUid, LockModeType.PESSIMISTIC_WRITE);
            if (study == null) {
                return List.of();
            }
            List<DeliveryRow> there = em.createQuery(
                            "SELECT d FROM DeliveryRow d WHERE d.studyUid = :study AND d.destination = :destination"
                                    + " AND d.identityMode = :identity",
                            DeliveryRow.class)
                    .setParameter("study", studyInstanceUid)
                    .setParameter("destination", destination)
                    .setParameter("identity", order.identity().name())
                    .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                    .getResultList();
            long now = time.now(em);
            List<DeliveryRow> added = new ArrayList<>();
            appliances(em, studyInstanceUid).forEach((part, appliance) -> {
                List<DeliveryRow> same =
                        there.stream().filter(row -> row.part == part).toList();
                boolean standsInTheWay = same.stream()
                        .map(row -> State.valueOf(row.state))
                        .anyMatch(state -> repeat ? state == State.RUNNING : state != State.CANCELLED);
                if (!standsInTheWay) {
                    DeliveryRow row = newRow(studyInstanceUid, part, appliance, destination, order, now);
                    em.persist(row);
                    em.flush();
                    same.forEach(old -> supersede(em, old, row, now));
                    added.add(row);
                }
            });
            em.flush();
            return added.stream().map(row -> row.id).toList();
        });
    }

    /** The completed parts of a study, and which appliance has each. */
    private static Map<Integer, String> appliances(EntityManager em, String study) {
        Map<Integer, String> appliances = new TreeMap<>();
        em.createQuery(
                        "SELECT DISTINCT i.part, i.appliance FROM InstanceRow i WHERE i.studyUid = :study"
                                + " AND i.part IS NOT NULL",
                        Object[].class)
                .setParameter("study", study)
                .getResultList()
                .forEach(row -> appliances.put((Integer) row[0], (String) row[1]));
        return appliances;
    }

    /** What has not ended yet gives its place in the queue to the new one. */
    private static void supersede(EntityManager em, DeliveryRow old, DeliveryRow by, long now) {
        State state = State.valueOf(old.state);
        if (state == State.WAITING || state == State.RETRYING || state == State.PARKED) {
            // Their images may be gone already: with them it could not be made.
            leftOut(em, old.id).forEach(series -> leaveOut(em, by.id, series));
            end(old, State.CANCELLED, "superseded by delivery " + by.id);
            old.endedAt = now;
            by.rankAt = Math.min(by.rankAt, old.rankAt);
        }
    }

    private static DeliveryRow newRow(
            String study, int part, String appliance, String destination, Order order, long now) {
        DeliveryRow row = new DeliveryRow();
        row.studyUid = study;
        row.part = part;
        row.appliance = appliance;
        row.destination = destination;
        row.identityMode = order.identity().name();
        row.state = State.WAITING.name();
        row.createdAt = now;
        row.dueAt = now;
        row.priority = order.priority();
        row.rankAt = now - order.priority() * PRIORITY_STEP.toMillis();
        Request request = order.request();
        if (request != null) {
            row.requestedBy = Rows.fitting(request.actor(), LONGEST_ACTOR);
            row.requestReason = Rows.fitting(request.reason(), LONGEST_REQUEST);
        }
        return row;
    }

    @Override
    public List<DeliveryRecord> claim(String destination, int max, String owner, Duration lease, Set<String> neighbours)
            throws IndexException {
        if (max < 1 || max > MOST_CLAIMS) {
            throw new IllegalArgumentException("max " + max + ": must be 1–" + MOST_CLAIMS);
        }
        if (database.skipsLocked()) {
            return claimNow(destination, max, owner, lease, neighbours);
        }
        synchronized (this) {
            return claimNow(destination, max, owner, lease, neighbours);
        }
    }

    private List<DeliveryRecord> claimNow(
            String destination, int max, String owner, Duration lease, Set<String> neighbours) throws IndexException {
        return database.inTransaction(em -> {
            long now = time.now(em);
            List<DeliveryRecord> claimed = new ArrayList<>();
            claim(em, new Lane(destination, writer.appliance()), "", max, owner, now, lease, claimed);
            for (String neighbour : neighbours) {
                if (claimed.size() < max) {
                    String pseudonymous = " AND identity_mode = 'PSEUDONYMOUS'";
                    claim(em, new Lane(destination, neighbour), pseudonymous, max, owner, now, lease, claimed);
                }
            }
            return claimed;
        });
    }

    /** The deliveries of one destination whose images one appliance has. */
    private record Lane(String destination, String appliance) {}

    private void claim(
            EntityManager em,
            Lane lane,
            String condition,
            int max,
            String owner,
            long now,
            Duration lease,
            List<DeliveryRecord> claimed) {
        bringBack(em, lane, now);
        String front = "state = 'WAITING'" + condition + " ORDER BY rank_at, id";
        for (long id : ids(em, BY_RANK, lane, front, max - claimed.size())) {
            DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
            // Where rows are not locked while they are found, a person may have parked it meanwhile.
            if (row == null || !row.state.equals(State.WAITING.name())) {
                continue;
            }
            row.state = State.RUNNING.name();
            row.owner = owner;
            row.leaseUntil = now + lease.toMillis();
            row.attempts++;
            claimed.add(Rows.delivery(row));
        }
    }

    /** What retries and is due, and what runs with a lease that has ended, waits again. */
    private void bringBack(EntityManager em, Lane lane, long now) {
        long far = now + LONGEST_WAIT_MILLIS;
        List<Long> due = new ArrayList<>();
        // One range of the index each: with OR the whole state would be read.
        due.addAll(ids(em, BY_DUE, lane, "state = 'RETRYING' AND due_at <= ?3", MOST_BROUGHT_BACK, now));
        due.addAll(ids(em, BY_DUE, lane, "state = 'RETRYING' AND due_at > ?3", MOST_BROUGHT_BACK, far));
        String ended = "state = 'RUNNING' AND (lease_until < ?3 OR lease_until > ?4)";
        due.addAll(ids(em, BY_DUE, lane, ended, MOST_BROUGHT_BACK, now, far));
        if (!due.isEmpty()) {
            // Asked again: where rows are not locked while they are found, their late owner may have ended them.
            em.createQuery("UPDATE DeliveryRow d SET d.state = 'WAITING', d.owner = NULL, d.leaseUntil = NULL"
                            + " WHERE d.id IN :ids AND (d.state = 'RETRYING' AND (d.dueAt <= :now OR d.dueAt > :far)"
                            + " OR d.state = 'RUNNING' AND (d.leaseUntil < :now OR d.leaseUntil > :far))")
                    .setParameter("ids", due)
                    .setParameter("now", now)
                    .setParameter("far", far)
                    .executeUpdate();
        }
    }

    /**
     * Of one lane; locked where the database can skip what is locked. ?1 and ?2 are the lane's. Derby is told the index: it counts rows too seldom to
     * choose by itself, and sorts what it could read in order.
     */
    private List<Long> ids(
            EntityManager em, String index, Lane lane, String conditionAndOrder, int limit, Object... parameters) {
        boolean server = database.skipsLocked();
        Query query = em.createNativeQuery("SELECT id FROM delivery"
                        + (server ? "" : " --DERBY-PROPERTIES index=" + index + "\n")
                        + " WHERE destination = ?1 AND appliance = ?2 AND " + conditionAndOrder
                        + " FETCH FIRST " + limit + " ROWS ONLY" + (server ? " FOR UPDATE SKIP LOCKED" : ""))
                .setParameter(1, lane.destination())
                .setParameter(2, lane.appliance());
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 3, parameters[i]);
        }
        List<?> ids = query.getResultList();
        return ids.stream().map(id -> ((Number) id).longValue()).toList();
    }

    @Override
    public boolean renew(long id, String owner, Duration lease) throws IndexException {
        return change(id, owner, (row, now) -> row.leaseUntil = now + lease.toMillis());
    }

    @Override
    public void accepted(DeliveryRecord delivery, List<StoredInstance> manifest) throws IndexException {
        database.inTransaction(em -> {
            Manifests.accept(em, delivery, manifest, time.now(em));
            return null;
        });
    }

    @Override
    public boolean delivered(long id, String owner, String receipt, Map<String, String> receipts)
            throws IndexException {
        byte[] encoded = receipts.isEmpty() ? null : Receipts.encode(receipts);
        return database.inTransaction(em -> {
            boolean ours = change(em, id, owner, (row, now) -> {
                end(row, State.DELIVERED, receipt);
                row.endedAt = now;
                row.failingSince = null;
            });
            if (ours && encoded != null) {
                ReceiptsRow row = new ReceiptsRow();
                row.deliveryId = id;
                row.receipts = encoded;
                em.persist(row);
            }
            return ours;
        });
    }

    @Override
    public Map<String, String> receipts(long id) throws IndexException {
        ReceiptsRow row = database.inTransaction(em -> em.find(ReceiptsRow.class, id));
        return row == null ? Map.of() : Receipts.decode(row.receipts);
    }

    @Override
    public boolean later(long id, String owner, Duration pause, String reason, boolean failed) throws IndexException {
        return change(id, owner, (row, now) -> {
            end(row, failed || pause.toMillis() > 0 ? State.RETRYING : State.WAITING, reason);
            row.dueAt = now + Math.max(0, Math.min(pause.toMillis(), LONGEST_WAIT_MILLIS));
            if (failed) {
                row.failures++;
                row.failingSince = row.failingSince == null ? Long.valueOf(now) : row.failingSince;
            } else {
                row.attempts--;
            }
        });
    }

    @Override
    public boolean hasFailedFor(long id, Duration duration) throws IndexException {
        return database.inTransaction(em -> {
            DeliveryRow row = em.find(DeliveryRow.class, id);
            return row != null && row.failingSince != null && time.now(em) - row.failingSince >= duration.toMillis();
        });
    }

    @Override
    public boolean park(long id, String owner, String reason) throws IndexException {
        return change(id, owner, (row, now) -> end(row, State.PARKED, reason));
    }

    private static void end(DeliveryRow row, State state, String reason) {
        row.state = state.name();
        row.owner = null;
        row.leaseUntil = null;
        row.reason = Rows.fitting(reason, LONGEST_REASON);
    }

    private boolean change(long id, String owner, ObjLongConsumer<DeliveryRow> change) throws IndexException {
        return database.inTransaction(em -> change(em, id, owner, change));
    }

    private boolean change(EntityManager em, long id, String owner, ObjLongConsumer<DeliveryRow> change) {
        DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.state.equals(State.RUNNING.name()) || !owner.equals(row.owner)) {
            return false;
        }
        change.accept(row, time.now(em));
        return true;
    }

    @Override
    public boolean parkNow(long id, String reason) throws IndexException {
        return endByPerson(id, State.PARKED, reason, Set.of(State.WAITING, State.RETRYING, State.RUNNING));
    }

    @Override
    public boolean cancel(long id, String reason) throws IndexException {
        return endByPerson(id, State.CANCELLED, reason, OPEN);
    }

    private boolean endByPerson(long id, State state, String reason, Set<State> from) throws IndexException {
        return database.inTransaction(em -> {
            DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
            if (row == null || !from.contains(State.valueOf(row.state))) {
                return false;
            }
            end(row, state, reason);
            if (state == State.CANCELLED) {
                row.endedAt = time.now(em);
            }
            return true;
        });
    }

    @Override
    public boolean leaveOut(long id, Set<String> seriesInstanceUids) throws IndexException {
        return database.inTransaction(em -> {
            DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
            if (row == null || !OPEN.contains(State.valueOf(row.state))) {
                return false;
            }
            if (row.state.equals(State.RUNNING.name())) {
                row.state = State.WAITING.name();
                row.owner = null;
                row.leaseUntil = null;
            }
            seriesInstanceUids.forEach(series -> leaveOut(em, id, series));
            return true;
        });
    }

    private static void leaveOut(EntityManager em, long id, String series) {
        if (em.find(LeftOutRow.class, new LeftOutRow.Key(id, series)) == null) {
            LeftOutRow row = new LeftOutRow();
            row.deliveryId = id;
            row.seriesUid = series;
            em.persist(row);
        }
    }

    @Override
    public Set<String> leftOut(long id) throws IndexException {
        return database.inTransaction(em -> leftOut(em, id));
    }

    /** Series Instance UIDs. */
    static Set<String> leftOut(EntityManager em, long id) {
        return Set.copyOf(
                em.createQuery("SELECT l.seriesUid FROM LeftOutRow l WHERE l.deliveryId = :delivery", String.class)
                        .setParameter("delivery", id)
                        .getResultList());
    }

    @Override
    public int releaseClaims(String exceptOwner) throws IndexException {
        String appliance = exceptOwner.substring(0, exceptOwner.indexOf('/') + 1);
        if (appliance.isEmpty()) {
            throw new IllegalArgumentException("owner \"" + exceptOwner + "\": must be appliance/run");
        }
        return database.inTransaction(em -> em.createQuery(
                        "UPDATE DeliveryRow d SET d.state = 'WAITING', d.owner = NULL, d.leaseUntil = NULL"
                                + " WHERE d.state = 'RUNNING' AND d.owner <> :owner AND LOCATE(:appliance, d.owner) = 1")
                .setParameter("owner", exceptOwner)
                .setParameter("appliance", appliance)
                .executeUpdate());
    }

    @Override
    public boolean retryNow(long id) throws IndexException {
        return database.inTransaction(em ->
                em.createQuery("UPDATE DeliveryRow d SET d.state = 'WAITING', d.dueAt = :now, d.failingSince = NULL"
                                        + " WHERE d.id = :id AND d.state IN ('WAITING', 'RETRYING', 'PARKED')")
                                .setParameter("now", time.now(em))
                                .setParameter("id", id)
                                .executeUpdate()
                        == 1);
    }

    @Override
    public List<DeliveryRecord> newest(int limit, Set<State> states) throws IndexException {
        JpaStudyIndex.Limits.check(limit);
        Collection<String> names = (states.isEmpty() ? Stream.of(State.values()) : states.stream())
                .map(State::name)
                .toList();
        return database.inTransaction(em -> em
                .createQuery(
                        "SELECT d FROM DeliveryRow d WHERE d.state IN :states ORDER BY d.id DESC", DeliveryRow.class)
                .setParameter("states", names)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(Rows::delivery)
                .toList());
    }

    @Override
    public Optional<DeliveryRecord> delivery(long id) throws IndexException {
        return database.inTransaction(
                em -> Optional.ofNullable(em.find(DeliveryRow.class, id)).map(Rows::delivery));
    }

    @Override
    public List<DeliveryRecord> ofStudy(String studyInstanceUid) throws IndexException {
        return database.inTransaction(em -> em
                .createQuery("SELECT d FROM DeliveryRow d WHERE d.studyUid = :study ORDER BY d.id", DeliveryRow.class)
                .setParameter("study", studyInstanceUid)
                .getResultList()
                .stream()
                .map(Rows::delivery)
                .toList());
    }

    @Override
    public Map<String, Map<State, Long>> counts(Set<String> appliances) throws IndexException {
        String those = appliances.isEmpty() ? "" : " WHERE d.appliance IN :appliances";
        List<Object[]> rows = database.inTransaction(em -> {
            TypedQuery<Object[]> query = em.createQuery(
                    "SELECT d.destination, d.state, COUNT(d) FROM DeliveryRow d" + those
                            + " GROUP BY d.destination, d.state",
                    Object[].class);
            if (!appliances.isEmpty()) {
                query.setParameter("appliances", appliances);
            }
            return query.getResultList();
        });
        Map<String, Map<State, Long>> counts = new TreeMap<>();
        rows.forEach(row -> counts.computeIfAbsent((String) row[0], name -> new EnumMap<>(State.class))
                .put(State.valueOf((String) row[1]), ((Number) row[2]).longValue()));
        return counts;
    }
}
