package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import javax.persistence.EntityManager;
import javax.persistence.LockModeType;
import org.sallyport.gateway.api.intake.IdentityCompactor;
import org.sallyport.gateway.api.store.Retention.Removed;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes images in steps, each of which leaves something that the next start can go on from:
 *
 * <ol>
 *   <li>their identity is written compactly, forced and opened again, under a name that counts for nothing;
 *   <li>it gets its name, and the folder is forced: without a row that refers to it, it is removed at the next start;
 *   <li>one transaction says that the images are gone, where their identity is, and which packs are to be tidied;
 *   <li>the packs are tidied.
 * </ol>
 *
 * One at a time: guarded by its monitor.
 */
final class CleanUp {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

    /** Images whose identity goes into one file. */
    private static final int MOST = 5_000;

    private final FileInstanceStore store;
    private final Database database;
    private final IdentityCompactor compactor;
    private final PackTidying tidying;
    private final Clock clock;
    private final Steps steps;

    /** Told when a step is done: tests let the process end there. */
    @FunctionalInterface
    interface Steps {
        Steps NONE = step -> {};

        void done(Step step);
    }

    enum Step {
        WRITTEN,
        APPEARED,
        MARKED,
        COPIED,
        MOVED,
        TIDIED
    }

    CleanUp(FileInstanceStore store, Database database, IdentityCompactor compactor, Clock clock, Steps steps) {
        this.store = store;
        this.database = database;
        this.compactor = compactor;
        this.clock = clock;
        this.steps = steps;
        this.tidying = new PackTidying(store.folder(), database, store.appliance(), steps);
    }

    /**
     * @param rows of one study, all here and in this appliance's packs
     * @param objection asked within the transaction, while the study's row is locked: why they have to stay after all
     * @throws IOException if not all could be removed; what was, is told by the index
     */
    synchronized Removed remove(
            String study,
            List<InstanceRow> rows,
            Presence presence,
            Function<EntityManager, Optional<String>> objection)
            throws IOException {
        Removed removed = Removed.NOTHING;
        for (int from = 0; from < rows.size(); from += MOST) {
            List<InstanceRow> some = rows.subList(from, Math.min(from + MOST, rows.size()));
            removed = removed.plus(removeSome(study, some, presence, objection));
        }
        return removed;
    }

    private Removed removeSome(
            String study,
            List<InstanceRow> rows,
            Presence presence,
            Function<EntityManager, Optional<String>> objection)
            throws IOException {
        List<StoredInstance> instances = new ArrayList<>();
        long bytes = 0;
        for (InstanceRow row : rows) {
            instances.add(Rows.stored(row));
            bytes += row.part10Length;
        }
        Removed removed = new Removed(rows.size(), bytes);
        IdentityFolder folder = store.identityFolder();
        List<Long> offsets;
        String name;
        try (IdentityFileBuilder file = folder.create()) {
            name = file.name();
            offsets = write(study, rows, instances, presence, file);
        }
        try {
            steps.done(Step.WRITTEN);
            folder.appear(name);
            steps.done(Step.APPEARED);
            mark(study, rows, presence, offsets, name, removed, objection);
        } catch (IOException | RuntimeException e) {
            if (!isMarked(name)) {
                folder.remove(name);
            }
            throw e;
        }
        steps.done(Step.MARKED);
        store.removed(study);
        if (presence == Presence.DELETED) {
            store.forget(study);
        }
        tidying.tidy();
        return removed;
    }

    private List<Long> write(
            String study,
            List<InstanceRow> rows,
            List<StoredInstance> instances,
            Presence presence,
            IdentityFileBuilder file)
            throws IOException {
        try {
            IdentityCompactor.Compacted compacted = compactor.compact(study, instances, file);
            List<Long> offsets = compacted.offsets();
            for (int i = 0; i < instances.size(); i++) {
                Integer part = rows.get(i).part;
                file.row(instances.get(i), part == null ? 0 : part, presence, offsets.get(i));
            }
            file.finish();
            try (IdentityFileReader written = store.identityFolder().openUnfinished(file.name())) {
                compacted.verify(written);
            }
            return offsets;
        } catch (IOException | RuntimeException e) {
            store.identityFolder().remove(file.name());
            throw e;
        }
    }

    private void mark(
            String study,
            List<InstanceRow> rows,
            Presence presence,
            List<Long> offsets,
            String file,
            Removed removed,
            Function<EntityManager, Optional<String>> objection)
            throws IOException {
        Optional<String> kept = database.inTransaction(em -> {
            // Whoever queues a delivery of the study takes the same lock.
            StudyRow whole = em.find(StudyRow.class, study, LockModeType.PESSIMISTIC_WRITE);
            Optional<String> reason = objection.apply(em);
            if (reason.isPresent()) {
                return reason;
            }
            Map<String, InstanceRow> now = new HashMap<>();
            em.createQuery("SELECT i FROM InstanceRow i WHERE i.studyUid = :study", InstanceRow.class)
                    .setParameter("study", study)
                    .getResultList()
                    .forEach(row -> now.put(row.frameId, row));
            for (InstanceRow wanted : rows) {
                InstanceRow row = now.get(wanted.frameId);
                if (row == null || !Rows.isHere(row)) {
                    return Optional.of("they were changed meanwhile");
                }
            }
            Set<String> packs = new TreeSet<>();
            for (int i = 0; i < rows.size(); i++) {
                InstanceRow row = Objects.requireNonNull(now.get(rows.get(i).frameId));
                row.presence = presence.name();
                row.identityFile = file;
                row.identityOffset = offsets.get(i);
                packs.add(row.packId);
            }
            if (whole != null) {
                whole.revision++;
            }
            em.persist(fileRow(study, file, removed));
            packs.forEach(pack -> PackTidying.remember(em, pack, store.appliance()));
            return Optional.empty();
        });
        if (kept.isPresent()) {
            throw new KeptException(kept.get());
        }
    }

    private IdentityFileRow fileRow(String study, String file, Removed removed) {
        IdentityFileRow row = new IdentityFileRow();
        row.fileName = file;
        row.studyUid = study;
        row.images = removed.images();
        row.bytes = removed.bytes();
        row.madeAt = clock.millis();
        return row;
    }

    /** A commit whose answer was lost may have happened: only the database knows. If it cannot be asked, the next start finds out. */
    private boolean isMarked(String file) {
        try {
            return database.inTransaction(em -> em.find(IdentityFileRow.class, file) != null);
        } catch (IOException e) {
            LOG.warn("whether identity file {} is in use cannot be told now: {}", file, e.getMessage());
            return true;
        }
    }

    /** Goes on with packs that a crash has left. */
    synchronized void goOn() throws IOException {
        tidying.tidy();
    }

    /** They have to stay; nothing was changed. */
    static final class KeptException extends IOException {

        private static final long serialVersionUID = 1L;

        KeptException(String reason) {
            super(reason);
        }
    }
}
