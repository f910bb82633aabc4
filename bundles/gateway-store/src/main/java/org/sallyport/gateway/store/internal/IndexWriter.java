package org.sallyport.gateway.store.internal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.persistence.EntityManager;
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
    private static final long LONGEST_WAIT_SECONDS = 15;
    private static final long RETRY_MILLIS = 1_000;

    private sealed interface Task {}

    private record Row(StoredInstance instance) implements Task {}

    private record Closed(String packId) implements Task {}

    private record Flush(CompletableFuture<Void> done) implements Task {}

    private final Database database;
    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>(CAPACITY);
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean failing;

    IndexWriter(Database database) {
        this.database = database;
        this.thread = new Thread(this::run, "index-writer");
        thread.start();
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

    /** The room was waited for, and durable rows must not get lost while the writer lives: waits if need be. */
    private void put(Task task) {
        boolean interrupted = false;
        while (!closing) {
            try {
                if (queue.offer(task, 1, TimeUnit.SECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until everything added before is in the database. */
    void flush() throws IndexException {
        if (failing) {
            throw new IndexException("the index database cannot be reached", null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        put(new Flush(done));
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
                queue.drainTo(batch, BATCH - 1);
                writeUntilDone(batch);
                batch.clear();
            } catch (InterruptedException e) {
                // Only close() interrupts: what waits is read from its pack at the next start.
                return;
            }
        }
    }

    private void writeUntilDone(List<Task> batch) throws InterruptedException {
        while (true) {
            try {
                database.inTransaction(em -> {
                    write(em, batch);
                    return null;
                });
                if (failing) {
                    LOG.info("the index database is back");
                    failing = false;
                }
                batch.forEach(task -> {
                    if (task instanceof Flush flush) {
                        flush.done.complete(null);
                    }
                });
                return;
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
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    private static void write(EntityManager em, List<Task> batch) {
        for (Task task : batch) {
            if (task instanceof Row row) {
                insert(em, row.instance);
            } else if (task instanceof Closed closed && em.find(PackRow.class, closed.packId) == null) {
                PackRow pack = new PackRow();
                pack.packId = closed.packId;
                em.persist(pack);
            }
        }
    }

    /** Inserts a row unless it is there: a recovery may bring it again. */
    static void insert(EntityManager em, StoredInstance instance) {
        String frameId = instance.frameId().toString();
        if (em.find(InstanceRow.class, frameId) != null) {
            return;
        }
        InstanceFacts facts = instance.facts();
        touchStudy(em, facts);
        InstanceRow row = new InstanceRow();
        row.frameId = frameId;
        row.sopUid = facts.sopInstanceUid();
        row.seriesUid = facts.seriesInstanceUid();
        row.studyUid = facts.studyInstanceUid();
        row.version = instance.version();
        row.packId = instance.packId();
        row.packOffset = instance.offset();
        row.part10Length = instance.length();
        row.crc32 = instance.crc32();
        row.sha256 = instance.sha256();
        row.originalDigest = facts.originalDigest();
        row.seriesNumber = facts.seriesNumber();
        row.instanceNumber = facts.instanceNumber();
        try {
            row.facts = FactsJson.write(facts);
        } catch (IOException e) {
            throw new IllegalStateException("facts that fitted the frame do not fit the row", e);
        }
        em.persist(row);
    }

    private static void touchStudy(EntityManager em, InstanceFacts facts) {
        StudyRow study = em.find(StudyRow.class, facts.studyInstanceUid());
        long at = facts.receivedAt().toEpochMilli();
        if (study == null) {
            study = new StudyRow();
            study.studyUid = facts.studyInstanceUid();
            study.pseudonym = facts.pseudonym();
            study.callingAet = facts.callingAet();
            study.studyDate = facts.attributes().get("StudyDate");
            study.studyDescription = facts.attributes().get("StudyDescription");
            study.modalities = facts.modality();
            study.firstReceivedAt = at;
            study.lastReceivedAt = at;
            em.persist(study);
            return;
        }
        TreeSet<String> modalities = new TreeSet<>(Arrays.asList(study.modalities.split(",")));
        if (modalities.add(facts.modality()) && modalities.size() <= 16) {
            study.modalities = String.join(",", modalities);
        }
        study.lastReceivedAt = Math.max(study.lastReceivedAt, at);
    }

    /** Writes what waits, if the database answers within a few seconds; the rest is read from the packs at the next start. */
    @Override
    public void close() {
        closing = true;
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
