package org.sallyport.gateway.store.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.persistence.EntityManager;
import javax.persistence.LockModeType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.IndexException;

/**
 * The queue in the table {@code delivery}. On PostgreSQL rows are claimed with {@code FOR UPDATE SKIP LOCKED}; on Derby, which one process owns,
 * claims take turns by this object's monitor.
 */
@Component(service = DeliveryQueue.class)
public final class JpaDeliveryQueue implements DeliveryQueue {

    private static final int LONGEST_REASON = 1000;
    private static final int MOST_CLAIMS = 64;

    private final Database database;
    private final IndexWriter writer;
    private final Clock clock;

    @Activate
    public JpaDeliveryQueue(@Reference Database database, @Reference FileInstanceStore store) {
        this(database, store.writer(), Clock.systemUTC());
    }

    JpaDeliveryQueue(Database database, IndexWriter writer, Clock clock) {
        this.database = database;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public Optional<Integer> enqueue(String studyInstanceUid, Map<String, IdentityMode> destinations)
            throws IndexException {
        writer.flush();
        return database.inTransaction(em -> {
            StudyRow study = em.find(StudyRow.class, studyInstanceUid, LockModeType.PESSIMISTIC_WRITE);
            if (study == null) {
                return Optional.empty();
            }
            int part = study.parts + 1;
            int instances = em.createQuery(
                            "UPDATE InstanceRow i SET i.part = :part WHERE i.studyUid = :study AND i.part IS NULL")
                    .setParameter("part", part)
                    .setParameter("study", studyInstanceUid)
                    .executeUpdate();
            if (instances == 0) {
                return Optional.empty();
            }
            study.parts = part;
            destinations.forEach((name, identity) -> em.persist(newRow(studyInstanceUid, part, name, identity)));
            return Optional.of(part);
        });
    }

    private DeliveryRow newRow(String study, int part, String destination, IdentityMode identity) {
        DeliveryRow row = new DeliveryRow();
        row.studyUid = study;
        row.part = part;
        row.destination = destination;
        row.identityMode = identity.name();
        row.state = State.WAITING.name();
        row.createdAt = now();
        row.dueAt = row.createdAt;
        return row;
    }

    private long now() {
        return clock.instant().toEpochMilli();
    }

    @Override
    public List<DeliveryRecord> claim(String destination, int max, String owner, Duration lease) throws IndexException {
        if (max < 1 || max > MOST_CLAIMS) {
            throw new IllegalArgumentException("max " + max + ": must be 1–" + MOST_CLAIMS);
        }
        if (database.skipsLocked()) {
            return claimNow(destination, max, owner, lease);
        }
        synchronized (this) {
            return claimNow(destination, max, owner, lease);
        }
    }

    private List<DeliveryRecord> claimNow(String destination, int max, String owner, Duration lease)
            throws IndexException {
        return database.inTransaction(em -> {
            long now = now();
            List<DeliveryRecord> claimed = new ArrayList<>();
            for (long id : due(em, destination, max, now)) {
                DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
                // Where rows are not locked while they are found, its late owner may have ended it meanwhile.
                if (row == null || !isDue(row, now)) {
                    continue;
                }
                row.state = State.RUNNING.name();
                row.owner = owner;
                row.leaseUntil = now + lease.toMillis();
                row.attempts++;
                claimed.add(Rows.delivery(row));
            }
            return claimed;
        });
    }

    private static boolean isDue(DeliveryRow row, long now) {
        return switch (State.valueOf(row.state)) {
            case WAITING, RETRYING -> row.dueAt <= now;
            case RUNNING -> row.leaseUntil == null || row.leaseUntil < now;
            case DELIVERED, PARKED -> false;
        };
    }

    private List<Long> due(EntityManager em, String destination, int max, long now) {
        if (database.skipsLocked()) {
            List<?> ids = em.createNativeQuery("SELECT id FROM delivery WHERE destination = ?1"
                            + " AND (state IN ('WAITING', 'RETRYING') AND due_at <= ?2"
                            + " OR state = 'RUNNING' AND lease_until < ?2)"
                            + " ORDER BY id LIMIT " + max + " FOR UPDATE SKIP LOCKED")
                    .setParameter(1, destination)
                    .setParameter(2, now)
                    .getResultList();
            return ids.stream().map(id -> ((Number) id).longValue()).toList();
        }
        return em.createQuery(
                        "SELECT d.id FROM DeliveryRow d WHERE d.destination = :destination"
                                + " AND (d.state IN ('WAITING', 'RETRYING') AND d.dueAt <= :now"
                                + " OR d.state = 'RUNNING' AND d.leaseUntil < :now) ORDER BY d.id",
                        Long.class)
                .setParameter("destination", destination)
                .setParameter("now", now)
                .setMaxResults(max)
                .getResultList();
    }

    @Override
    public boolean renew(long id, String owner, Duration lease) throws IndexException {
        return change(id, owner, row -> row.leaseUntil = now() + lease.toMillis());
    }

    @Override
    public boolean delivered(long id, String owner, String receipt) throws IndexException {
        return change(id, owner, row -> {
            end(row, State.DELIVERED, receipt);
            row.endedAt = now();
        });
    }

    @Override
    public boolean later(long id, String owner, Instant notBefore, String reason, boolean failed)
            throws IndexException {
        return change(id, owner, row -> {
            end(row, failed ? State.RETRYING : State.WAITING, reason);
            row.dueAt = notBefore.toEpochMilli();
            if (failed) {
                row.failures++;
            } else {
                row.attempts--;
            }
        });
    }

    @Override
    public boolean park(long id, String owner, String reason) throws IndexException {
        return change(id, owner, row -> end(row, State.PARKED, reason));
    }

    private static void end(DeliveryRow row, State state, String reason) {
        row.state = state.name();
        row.owner = null;
        row.leaseUntil = null;
        row.reason = Rows.fitting(reason, LONGEST_REASON);
    }

    private boolean change(long id, String owner, Consumer<DeliveryRow> change) throws IndexException {
        return database.inTransaction(em -> {
            DeliveryRow row = em.find(DeliveryRow.class, id, LockModeType.PESSIMISTIC_WRITE);
            if (row == null || !row.state.equals(State.RUNNING.name()) || !owner.equals(row.owner)) {
                return false;
            }
            change.accept(row);
            return true;
        });
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
        return database.inTransaction(
                em -> em.createQuery("UPDATE DeliveryRow d SET d.state = 'WAITING', d.dueAt = :now"
                                        + " WHERE d.id = :id AND d.state IN ('WAITING', 'RETRYING', 'PARKED')")
                                .setParameter("now", now())
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
    public Map<String, Map<State, Long>> counts() throws IndexException {
        List<Object[]> rows = database.inTransaction(em -> em.createQuery(
                        "SELECT d.destination, d.state, COUNT(d) FROM DeliveryRow d GROUP BY d.destination, d.state",
                        Object[].class)
                .getResultList());
        Map<String, Map<State, Long>> counts = new TreeMap<>();
        rows.forEach(row -> counts.computeIfAbsent((String) row[0], name -> new EnumMap<>(State.class))
                .put(State.valueOf((String) row[1]), ((Number) row[2]).longValue()));
        return counts;
    }
}
