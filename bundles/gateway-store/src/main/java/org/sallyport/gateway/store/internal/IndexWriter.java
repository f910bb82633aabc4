package org.sallyport.gateway.store.internal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.StoreFullException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes rows behind, in batches, from one thread of its own. What is waiting is durable in packs already, so that a crash loses nothing: packs
 * without a {@link PackRow} are read again at start. Thread-safe.
 */
final class IndexWriter implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(IndexWriter.class);

    private static final int CAPACITY = 20_000;
    private static final int BATCH = 500;
    private static final long GATHER_MILLIS = 200;
    private static final long LONGEST_WAIT_SECONDS = 15;
    private static final long RETRY_MILLIS = 1_000;

    /** How often a row is tried by itself: a lock that is held for a moment must not put it aside. */
    private static final int TRIES = 3;

    private static final int SHOWN = 5;

    /** What the column holds; ours are shorter. */
    private static final int LONGEST_KEY = 40;

    private sealed interface Task {}

    private record Row(StoredInstance instance) implements Task {}

    private record Closed(String packId) implements Task {}

    private record Flush(CompletableFuture<Void> done) implements Task {}

    private final Database database;
    private final String appliance;
    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>(CAPACITY);
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean failing;
    /** Tasks that were put and are not done yet. */
    private final AtomicInteger unwritten = new AtomicInteger();

    private final Set<String> setAside = ConcurrentHashMap.newKeySet();
    /** Touched by the writing thread only. */
    private final Set<String> incompletePacks = new HashSet<>();

    /** @param appliance has the frames whose rows are written */
    IndexWriter(Database database, String appliance) {
        this.database = database;
        this.appliance = appliance;
        this.thread = new Thread(this::run, "index-writer");
        thread.start();
    }

    String appliance() {
        return appliance;
    }

    /**
     * Makes sure, before an image is written, that its row will find room.
     *
     * @throws StoreFullException if the database has been away for so long that too many rows wait
     */
    void awaitRoom() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        // Every association adds one row at a time; a tenth left over is room for all of them.
        while (queue.remainingCapacity() < CAPACITY / 10) {
            if (System.nanoTime() > deadline) {
                throw new StoreFullException(
                        "the index is " + queue.size() + " images behind; the database does not keep up");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreFullException("interrupted while waiting for the index");
            }
        }
    }

    void add(StoredInstance instance) {
        put(new Row(instance));
    }

    /** All frames of the pack were given to {@link #add}; no more will come. */
    void packClosed(String packId) {
        put(new Closed(packId));
    }

    /**
     * The room was waited for, and durable rows must not get lost while the writer lives: waits if need be.
     *
     * @return false if the writer is closing and does not take it any more
     */
    private boolean put(Task task) {
        boolean added = false;
        boolean interrupted = false;
        unwritten.incrementAndGet();
        while (!closing) {
            try {
                if (queue.offer(task, 1, TimeUnit.SECONDS)) {
                    added = true;
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (!added) {
            unwritten.decrementAndGet();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return added;
    }

    /** Whether anything may be waiting to be written. */
    boolean hasWork() {
        return unwritten.get() > 0;
    }

    /** Waits until everything added before is in the database. */
    void flush() throws IndexException {
        if (failing) {
            throw new IndexException("the index database cannot be reached", null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!put(new Flush(done))) {
            throw new IndexException("the index is being replaced", null);
        }
        try {
            done.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexException("interrupted while waiting for the index", e);
        } catch (TimeoutException e) {
            throw new IndexException("the index is behind: " + queue.size() + " rows wait", e);
        } catch (ExecutionException e) {
            throw new IndexException("the index database failed", e);
        }
    }

    private void run() {
        List<Task> batch = new ArrayList<>(BATCH);
        while (!closing || !queue.isEmpty()) {
            try {
                Task first = queue.poll(500, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                gather(batch);
                if (!writeUntilDone(batch)) {
                    // What follows must not overtake it: a pack would count as indexed without its rows.
                    return;
                }
                unwritten.addAndGet(-batch.size());
                batch.clear();
            } catch (InterruptedException e) {
                // Only close() interrupts: what waits is read from its pack at the next start.
                return;
            }
        }
    }

    /** Waits a moment for more: each transaction costs a force of its own. Ends at once where someone waits for a flush. */
    private void gather(List<Task> batch) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        while (batch.size() < BATCH && !closing && !(batch.get(batch.size() - 1) instanceof Flush)) {
            Task next = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
    }

    /** @return false if the batch was not written and the writer is closing */
    private boolean writeUntilDone(List<Task> batch) throws InterruptedException {
        while (true) {
            try {
                writeAll(batch);
                if (failing) {
                    LOG.info("the index database is back");
                    failing = false;
                }
                batch.forEach(task -> {
                    if (task instanceof Flush flush) {
                        flush.done.complete(null);
                    }
                });
                return true;
            } catch (IndexException e) {
                if (!failing) {
                    LOG.error("writing {} rows to the index failed; trying again until it works", batch.size(), e);
                    failing = true;
                }
                batch.forEach(task -> {
                    if (task instanceof Flush flush) {
                        flush.done.completeExceptionally(e);
                    }
                });
                if (closing) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    private void writeAll(List<Task> batch) throws IndexException, InterruptedException {
        try {
            write(batch);
        } catch (IndexException e) {
            if (DatabaseFailure.isIn(e) || !answers()) {
                throw e;
            }
            writeOneByOne(batch);
        }
    }

    private void write(List<Task> tasks) throws IndexException {
        database.inTransaction(em -> {
            for (Task task : tasks) {
                if (task instanceof Row row) {
                    insert(em, row.instance, appliance);
                } else if (task instanceof Closed closed && !incompletePacks.contains(closed.packId)) {
                    insertPack(em, closed.packId);
                }
            }
            return null;
        });
    }

    private static void insertPack(EntityManager em, String packId) {
        if (em.find(PackRow.class, packId) == null) {
            PackRow pack = new PackRow();
            pack.packId = packId;
            em.persist(pack);
        }
    }

    /** Whether the database takes rows: one is written and removed again. */
    private boolean answers() {
        try {
            database.inTransaction(em -> {
                PackRow probe = new PackRow();
                probe.packId = "probe of " + UUID.randomUUID();
                em.persist(probe);
                em.flush();
                em.remove(probe);
                return null;
            });
            return true;
        } catch (IndexException e) {
            LOG.debug("the index database does not answer", e);
            return false;
        }
    }

    /**
     * A row that cannot be written must not keep those behind it out of the index: it is set aside while the others go on.
     *
     * @throws IndexException if the database no longer answers, or has no room
     */
    private void writeOneByOne(List<Task> batch) throws IndexException, InterruptedException {
        List<Task> rows = batch.stream().filter(task -> task instanceof Row).toList();
        for (int tried = 1; !rows.isEmpty(); tried++) {
            List<Task> failed = new ArrayList<>();
            for (Task task : rows) {
                try {
                    write(List.of(task));
                } catch (IndexException e) {
                    if (DatabaseFailure.isIn(e) || !answers()) {
                        throw e;
                    }
                    if (tried == TRIES) {
                        setAside(((Row) task).instance, e);
                    } else {
                        failed.add(task);
                    }
                }
            }
            rows = failed;
            if (!rows.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
        // Behind the rows: whether a pack is complete is known now only.
        write(batch.stream().filter(task -> task instanceof Closed).toList());
    }

    private void setAside(StoredInstance instance, IndexException cause) {
        incompletePacks.add(instance.packId());
        setAside.add(instance.frameId().toString());
        // A database quotes the row in its messages: classes only.
        StringBuilder classes = new StringBuilder();
        for (Throwable e = cause; e != null; e = e.getCause()) {
            classes.append(classes.isEmpty() ? "" : " by ").append(e.getClass().getSimpleName());
        }
        LOG.error(
                "frame {} in pack {} cannot be indexed and is not delivered; the next start tries again: {}",
                instance.frameId(),
                instance.packId(),
                classes);
    }

    /** What is known of this writer's database that keeps images of new studies out, or kept ones from being delivered; empty = nothing. */
    Optional<String> problem() {
        if (failing) {
            return Optional.of("the index database cannot be reached; until it can, images of new studies are refused");
        }
        if (setAside.isEmpty()) {
            return Optional.empty();
        }
        List<String> some = setAside.stream().sorted().limit(SHOWN).toList();
        return Optional.of(setAside.size() + " images are kept but could not be indexed, and are not delivered until a"
                + " restart succeeds with them: frames " + String.join(", ", some)
                + (setAside.size() > SHOWN ? ", … (see the log)" : ""));
    }

    /** Inserts a row unless it is there: a recovery may bring it again. */
    static void insert(EntityManager em, StoredInstance instance, String appliance) {
        String frameId = instance.frameId().toString();
        if (em.find(InstanceRow.class, frameId) != null) {
            return;
        }
        InstanceFacts facts = instance.facts();
        touchStudy(em, facts);
        facts.lookupKeys().forEach(key -> insertKey(em, key, facts.studyInstanceUid()));
        em.persist(newRow(instance, appliance));
    }

    private static void insertKey(EntityManager em, String key, String study) {
        if (key.length() <= LONGEST_KEY && em.find(StudyKeyRow.class, new StudyKeyRow.Key(key, study)) == null) {
            StudyKeyRow row = new StudyKeyRow();
            row.lookupKey = key;
            row.studyUid = study;
            em.persist(row);
        }
    }

    private static InstanceRow newRow(StoredInstance instance, String appliance) {
        InstanceFacts facts = instance.facts();
        InstanceRow row = new InstanceRow();
        row.frameId = instance.frameId().toString();
        row.sopUid = facts.sopInstanceUid();
        row.seriesUid = facts.seriesInstanceUid();
        row.studyUid = facts.studyInstanceUid();
        row.version = instance.version();
        row.appliance = appliance;
        row.packId = instance.packId();
        row.packOffset = instance.offset();
        row.part10Length = instance.length();
        row.crc32 = instance.crc32();
        row.sha256 = instance.sha256();
        row.originalDigest = facts.originalDigest();
        row.seriesNumber = facts.seriesNumber();
        row.instanceNumber = facts.instanceNumber();
        row.presence = instance.presence().name();
        row.identityFile = instance.identityFile();
        row.identityOffset = instance.isHere() ? null : instance.identityOffset();
        try {
            row.facts = FactsJson.write(facts);
        } catch (IOException e) {
            throw new IllegalStateException("facts that fitted the frame do not fit the row", e);
        }
        return row;
    }

    private static void touchStudy(EntityManager em, InstanceFacts facts) {
        StudyRow study = em.find(StudyRow.class, facts.studyInstanceUid());
        long at = facts.receivedAt().toEpochMilli();
        if (study == null) {
            study = new StudyRow();
            study.studyUid = facts.studyInstanceUid();
            study.pseudonym = facts.pseudonym();
            study.callingAet = facts.callingAet();
            study.studyDate = date(facts.attributes().get("StudyDate"));
            study.studyDescription = fitting(facts.attributes().get("StudyDescription"));
            study.modalities = facts.modality();
            study.firstReceivedAt = at;
            study.lastReceivedAt = at;
            study.revision = 1;
            em.persist(study);
            return;
        }
        TreeSet<String> modalities = new TreeSet<>(Arrays.asList(study.modalities.split(",")));
        modalities.add(facts.modality());
        String joined = String.join(",", modalities);
        if (joined.length() <= StudyRow.TEXT_LENGTH) {
            study.modalities = joined;
        }
        study.lastReceivedAt = Math.max(study.lastReceivedAt, at);
        study.revision++;
    }

    /** A sender may write anything: what the column cannot hold would keep this row, and all behind it, out of the index for ever. */
    private static @Nullable String fitting(@Nullable String text) {
        return text == null ? null : Rows.fitting(text, StudyRow.TEXT_LENGTH);
    }

    private static @Nullable String date(@Nullable String text) {
        return text != null && text.matches("\\d{8}") ? text : null;
    }

    /** Writes what waits, if the database answers within a few seconds; the rest is read from the packs at the next start. */
    @Override
    public void close() {
        closing = true;
        queue.offer(new Flush(new CompletableFuture<>())); // wakes the thread, if it waits
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
