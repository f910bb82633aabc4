package org.sallyport.gateway.delivery.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/** A queue in memory; leases do not end. Guarded by its monitor. */
final class FakeQueue implements DeliveryQueue {

    private final Clock clock;
    private final List<DeliveryRecord> records = new ArrayList<>();
    private final Map<Long, String> owners = new TreeMap<>();
    private final Map<Long, Map<String, String>> receipts = new TreeMap<>();
    private final Map<Long, Set<String>> leftOut = new TreeMap<>();

    /** All that was ordered. */
    final List<Order> orders = new CopyOnWriteArrayList<>();

    /** What receivers have accepted: delivery → pseudonymous SOP Instance UIDs. */
    final Map<Long, List<String>> accepted = new ConcurrentHashMap<>();

    /** The owners that have begun. */
    final List<String> releasedExcept = new CopyOnWriteArrayList<>();

    /** Fails every call from now on. */
    volatile boolean away;

    /** Runs in every claim that finds something, before it returns. */
    volatile Runnable claimed = () -> {};

    /** Whether a call was made by a thread that was interrupted: databases take that for an order to break off. */
    volatile boolean calledInterrupted;

    FakeQueue(Clock clock) {
        this.clock = clock;
    }

    /** Since when what is added has been failing. */
    @Nullable
    Instant failing;

    @Override
    public void accepted(DeliveryRecord delivery, List<StoredInstance> manifest) throws IndexException {
        check();
        accepted.put(
                delivery.id(),
                manifest.stream().map(one -> one.facts().sopInstanceUid()).toList());
    }

    synchronized long add(String study, String destination, IdentityMode identity) {
        return add(study, 1, destination, identity);
    }

    synchronized long add(String study, int part, String destination, IdentityMode identity) {
        return add(study, part, destination, identity, null);
    }

    synchronized long add(
            String study, int part, String destination, IdentityMode identity, @Nullable Request request) {
        long id = records.size() + 1L;
        records.add(new DeliveryRecord(
                id,
                study,
                part,
                destination,
                identity,
                State.WAITING,
                0,
                clock.instant(),
                clock.instant(),
                null,
                null,
                4,
                failing,
                FakeIndex.HERE,
                request));
        return id;
    }

    private void add(String study, String destination, Order order) {
        orders.add(order);
        add(study, 1, destination, order.identity(), order.request());
    }

    synchronized DeliveryRecord get(long id) {
        return records.get((int) id - 1);
    }

    @Override
    public synchronized Optional<Integer> enqueue(String study, Map<String, Order> destinations) throws IndexException {
        check();
        destinations.forEach((name, order) -> add(study, name, order));
        return Optional.of(1);
    }

    @Override
    public List<DeliveryRecord> claim(String destination, int max, String owner, Duration lease, Set<String> neighbours)
            throws IndexException {
        List<DeliveryRecord> found = new ArrayList<>();
        synchronized (this) {
            check();
            for (DeliveryRecord record : List.copyOf(records)) {
                boolean due = (record.state() == State.WAITING || record.state() == State.RETRYING)
                        && !record.dueAt().isAfter(clock.instant());
                if (found.size() < max && due && record.destination().equals(destination)) {
                    owners.put(record.id(), owner);
                    found.add(put(record, State.RUNNING, record.attempts() + 1, record.dueAt(), record.reason()));
                }
            }
        }
        if (!found.isEmpty()) {
            claimed.run();
        }
        return found;
    }

    private DeliveryRecord put(DeliveryRecord old, State state, int attempts, Instant dueAt, @Nullable String reason) {
        DeliveryRecord record = new DeliveryRecord(
                old.id(),
                old.studyInstanceUid(),
                old.part(),
                old.destination(),
                old.identity(),
                state,
                attempts,
                old.createdAt(),
                dueAt,
                state == State.DELIVERED ? clock.instant() : null,
                reason,
                old.priority(),
                old.failingSince(),
                old.appliance(),
                old.request());
        records.set((int) old.id() - 1, record);
        return record;
    }

    private void check() throws IndexException {
        calledInterrupted |= Thread.currentThread().isInterrupted();
        if (away) {
            throw new IndexException("away", null);
        }
    }

    private boolean isOurs(long id, String owner) throws IndexException {
        check();
        return get(id).state() == State.RUNNING && owner.equals(owners.get(id));
    }

    @Override
    public synchronized boolean renew(long id, String owner, Duration lease) throws IndexException {
        return isOurs(id, owner);
    }

    @Override
    public synchronized boolean delivered(long id, String owner, String receipt, Map<String, String> ofImages)
            throws IndexException {
        if (!isOurs(id, owner)) {
            return false;
        }
        receipts.put(id, ofImages);
        put(get(id), State.DELIVERED, get(id).attempts(), get(id).dueAt(), receipt);
        return true;
    }

    @Override
    public synchronized Map<String, String> receipts(long id) {
        return receipts.getOrDefault(id, Map.of());
    }

    @Override
    public synchronized boolean later(long id, String owner, Duration pause, String reason, boolean failed)
            throws IndexException {
        if (!isOurs(id, owner)) {
            return false;
        }
        put(
                get(id),
                failed || pause.compareTo(Duration.ZERO) > 0 ? State.RETRYING : State.WAITING,
                get(id).attempts() - (failed ? 0 : 1),
                clock.instant().plus(pause),
                reason);
        return true;
    }

    @Override
    public synchronized boolean park(long id, String owner, String reason) throws IndexException {
        if (!isOurs(id, owner)) {
            return false;
        }
        put(get(id), State.PARKED, get(id).attempts(), get(id).dueAt(), reason);
        return true;
    }

    @Override
    public synchronized boolean hasFailedFor(long id, Duration duration) throws IndexException {
        check();
        Instant since = get(id).failingSince();
        return since != null && !since.plus(duration).isAfter(clock.instant());
    }

    @Override
    public synchronized boolean parkNow(long id, String reason) throws IndexException {
        check();
        put(get(id), State.PARKED, get(id).attempts(), get(id).dueAt(), reason);
        return true;
    }

    @Override
    public synchronized boolean cancel(long id, String reason) throws IndexException {
        check();
        put(get(id), State.CANCELLED, get(id).attempts(), get(id).dueAt(), reason);
        return true;
    }

    @Override
    public synchronized List<Long> enqueueParts(String study, String destination, Order order, boolean repeat)
            throws IndexException {
        check();
        List<DeliveryRecord> same = ofStudy(study).stream()
                .filter(record -> record.destination().equals(destination) && record.identity() == order.identity())
                .toList();
        boolean there = same.stream()
                .anyMatch(record -> repeat ? record.state() == State.RUNNING : record.state() != State.CANCELLED);
        return there ? List.of() : List.of(add(study, 1, destination, order.identity(), order.request()));
    }

    @Override
    public synchronized boolean leaveOut(long id, Set<String> series) throws IndexException {
        check();
        leftOut.computeIfAbsent(id, delivery -> new HashSet<>()).addAll(series);
        DeliveryRecord record = get(id);
        if (record.state() == State.RUNNING) {
            owners.remove(id);
            put(record, State.WAITING, record.attempts(), record.dueAt(), record.reason());
        }
        return true;
    }

    @Override
    public synchronized Set<String> leftOut(long id) throws IndexException {
        check();
        return Set.copyOf(leftOut.getOrDefault(id, Set.of()));
    }

    @Override
    public synchronized int releaseClaims(String exceptOwner) throws IndexException {
        check();
        releasedExcept.add(exceptOwner);
        return 0;
    }

    @Override
    public synchronized boolean retryNow(long id) throws IndexException {
        check();
        DeliveryRecord record = get(id);
        boolean waits =
                record.state() == State.WAITING || record.state() == State.RETRYING || record.state() == State.PARKED;
        if (waits) {
            put(record, State.WAITING, record.attempts(), clock.instant(), record.reason());
        }
        return waits;
    }

    @Override
    public List<DeliveryRecord> newest(int limit, Set<State> states) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Optional<DeliveryRecord> delivery(long id) {
        return Optional.of(get(id));
    }

    @Override
    public synchronized List<DeliveryRecord> ofStudy(String study) {
        Predicate<DeliveryRecord> same = record -> record.studyInstanceUid().equals(study);
        return records.stream().filter(same).toList();
    }

    @Override
    public synchronized Map<String, Map<State, Long>> counts(Set<String> appliances) throws IndexException {
        check();
        Map<String, Map<State, Long>> counts = new TreeMap<>();
        records.forEach(record -> counts.computeIfAbsent(record.destination(), name -> new EnumMap<>(State.class))
                .merge(record.state(), 1L, Long::sum));
        return counts;
    }
}
