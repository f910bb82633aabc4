package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.persistence.EntityManager;
import org.sallyport.gateway.store.internal.CleanUp.Step;
import org.sallyport.gateway.store.internal.CleanUp.Steps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the room of removed frames back. A pack of which nothing is needed is deleted; one of which half or more is not needed is written anew with what is
 * needed; with less it stays as it is until more of it may go. A pack that holds anything beside frames whose rows say where they are is never touched. Not
 * thread-safe: guarded by {@link CleanUp}.
 */
final class PackTidying {

    private static final Logger LOG = LoggerFactory.getLogger(PackTidying.class);

    private static final int CHUNK = 256 * 1024;
    private static final int MOST_FRAMES = 1_000_000;

    private final PackFolder folder;
    private final Database database;
    private final String appliance;
    private final Steps steps;

    PackTidying(PackFolder folder, Database database, String appliance, Steps steps) {
        this.folder = folder;
        this.database = database;
        this.appliance = appliance;
        this.steps = steps;
    }

    /** To be tidied when the transaction has ended, or at the next start. */
    static void remember(EntityManager em, String packId, String appliance) {
        if (em.find(PackToTidyRow.class, packId) == null) {
            PackToTidyRow row = new PackToTidyRow();
            row.packId = packId;
            row.appliance = appliance;
            em.persist(row);
        }
    }

    private record Frame(String id, long offset, long length) {}

    /** All of this appliance that are remembered; those that are still being written stay remembered. */
    void tidy() throws IOException {
        List<String> packs = database.inTransaction(em -> em.createQuery(
                        "SELECT p.packId FROM PackToTidyRow p WHERE p.appliance = :own ORDER BY p.packId", String.class)
                .setParameter("own", appliance)
                .getResultList());
        for (String pack : packs) {
            try {
                tidy(pack);
            } catch (IOException e) {
                LOG.warn("pack {} could not be tidied; it is tried again with the next clean-up", pack, e);
            }
        }
        if (!packs.isEmpty()) {
            steps.done(Step.TIDIED);
        }
    }

    private void tidy(String packId) throws IOException {
        boolean closed = database.inTransaction(em -> em.find(PackRow.class, packId) != null);
        Optional<List<Frame>> found;
        try (FileChannel channel = folder.open(packId)) {
            if (!closed) {
                return;
            }
            found = frames(channel);
        } catch (NoSuchFileException e) {
            // Removed before a crash.
            forget(packId);
            return;
        }
        List<Frame> frames = found.orElse(List.of());
        Map<String, InstanceRow> rows = rows(packId, frames);
        if (found.isEmpty()
                || !rows.keySet().containsAll(frames.stream().map(Frame::id).toList())) {
            LOG.error("pack {} holds more than the index knows of; it is left as it is", packId);
            done(packId);
            return;
        }
        List<Frame> needed = frames.stream()
                .filter(frame -> isHere(rows.get(frame.id), packId))
                .toList();
        if (needed.isEmpty()) {
            folder.delete(packId);
            forget(packId);
        } else if (length(needed) * 2 <= length(frames)) {
            rewrite(packId, needed);
        } else {
            done(packId);
        }
    }

    private static boolean isHere(@org.jspecify.annotations.Nullable InstanceRow row, String packId) {
        return row == null || Rows.isHere(row) && row.packId.equals(packId);
    }

    private static long length(List<Frame> frames) {
        return frames.stream().mapToLong(Frame::length).sum();
    }

    /** The frames, if they are all that the pack holds. */
    private static Optional<List<Frame>> frames(FileChannel channel) throws IOException {
        List<Frame> frames = new ArrayList<>();
        long size = channel.size();
        long at = 0;
        while (at < size && frames.size() < MOST_FRAMES) {
            Optional<FrameHeader> header = PackScanner.header(channel, at);
            if (header.isEmpty() || header.get().frameLength() > size - at) {
                return Optional.empty();
            }
            long length = header.get().frameLength();
            frames.add(new Frame(header.get().id().toString(), at, length));
            at += length;
        }
        return at == size ? Optional.of(frames) : Optional.empty();
    }

    /** Also those that refer to another pack: of a copy that a crash has left nothing is needed. */
    private Map<String, InstanceRow> rows(String packId, List<Frame> frames) throws IOException {
        return database.inTransaction(em -> {
            Map<String, InstanceRow> rows = new HashMap<>();
            em.createQuery("SELECT i FROM InstanceRow i WHERE i.packId = :pack", InstanceRow.class)
                    .setParameter("pack", packId)
                    .getResultList()
                    .forEach(row -> rows.put(row.frameId, row));
            for (Frame frame : frames) {
                if (!rows.containsKey(frame.id)) {
                    InstanceRow row = em.find(InstanceRow.class, frame.id);
                    if (row != null) {
                        rows.put(frame.id, row);
                    }
                }
            }
            return rows;
        });
    }

    private void rewrite(String packId, List<Frame> needed) throws IOException {
        Map<String, Long> offsets = new HashMap<>();
        String copyId;
        try (FileChannel from = folder.open(packId);
                Pack copy = folder.create()) {
            copyId = copy.id();
            long end = 0;
            for (Frame frame : needed) {
                offsets.put(frame.id, end);
                copy(from, frame, copy, end);
                end += frame.length;
            }
            copy.commit(end, true);
        }
        steps.done(Step.COPIED);
        database.inTransaction(em -> {
            for (InstanceRow row : em.createQuery(
                            "SELECT i FROM InstanceRow i WHERE i.packId = :pack", InstanceRow.class)
                    .setParameter("pack", packId)
                    .getResultList()) {
                Long offset = offsets.get(row.frameId);
                if (offset != null) {
                    row.packId = copyId;
                    row.packOffset = offset;
                }
            }
            PackRow pack = new PackRow();
            pack.packId = copyId;
            em.persist(pack);
            return null;
        });
        steps.done(Step.MOVED);
        folder.delete(packId);
        forget(packId);
    }

    private static void copy(FileChannel from, Frame frame, Pack to, long at) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long done = 0; done < frame.length; ) {
            chunk.clear().limit((int) Math.min(CHUNK, frame.length - done));
            int n = from.read(chunk, frame.offset + done);
            if (n < 0) {
                throw new IOException("a pack became shorter while it was copied");
            }
            to.write(chunk.flip(), at + done);
            done += n;
        }
    }

    /** The file is gone. */
    private void forget(String packId) throws IOException {
        database.inTransaction(em -> {
            remove(em, PackRow.class, packId);
            remove(em, PackToTidyRow.class, packId);
            return null;
        });
    }

    private void done(String packId) throws IOException {
        database.inTransaction(em -> {
            remove(em, PackToTidyRow.class, packId);
            return null;
        });
    }

    private static void remove(EntityManager em, Class<?> type, String id) {
        Object row = em.find(type, id);
        if (row != null) {
            em.remove(row);
        }
    }
}
