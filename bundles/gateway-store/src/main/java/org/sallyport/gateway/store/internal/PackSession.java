package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.InstanceStore.Committed;
import org.sallyport.gateway.api.store.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The packs that one association writes: one for each of its studies. Owned by the association's thread. */
final class PackSession implements InstanceStore.Session {

    private static final Logger LOG = LoggerFactory.getLogger(PackSession.class);

    private static final long OWN_PACK = 64L << 20;
    private static final long FULL_PACK = 512L << 20;
    private static final int MOST_OPEN = 32;

    private final FileInstanceStore store;
    private final long number;
    private final Map<String, Pack> open = new HashMap<>();
    private final Set<String> studies = new HashSet<>();
    private final ByteBuffer buffer = FrameWriter.newBuffer();

    PackSession(FileInstanceStore store, long number) {
        this.store = store;
        this.number = number;
    }

    @Override
    public InstanceStore.Frame begin(String studyInstanceUid, long expectedLength) throws IOException {
        store.checkOpen();
        store.writer().awaitRoom();
        store.folder().checkRoom(Math.max(expectedLength, 0));
        Pack pack = open.get(studyInstanceUid);
        if (pack != null && (expectedLength > OWN_PACK && pack.end() > 0 || pack.end() > FULL_PACK)) {
            closePack(studyInstanceUid);
            pack = null;
        }
        if (pack == null) {
            if (open.size() >= MOST_OPEN) {
                closePack(open.keySet().iterator().next());
            }
            pack = store.folder().create();
            open.put(studyInstanceUid, pack);
        }
        return new PackFrame(studyInstanceUid, pack);
    }

    private void closePack(String study) {
        Pack pack = open.remove(study);
        if (pack == null) {
            return;
        }
        try {
            pack.close();
        } catch (IOException e) {
            LOG.warn("closing pack {} failed; its images are durable", pack.id(), e);
        }
        // A pack that failed may hold a frame that counts for nothing: the next start looks at it.
        if (!pack.isUsable()) {
            return;
        }
        if (pack.end() > 0) {
            store.writer().packClosed(pack.id());
        } else {
            deleteEmpty(pack.id());
        }
    }

    /** All that came was known already. */
    private void deleteEmpty(String packId) {
        try {
            store.folder().delete(packId);
        } catch (IOException e) {
            LOG.warn("pack {} is empty and could not be deleted", packId, e);
        }
    }

    @Override
    public void close() {
        Set.copyOf(open.keySet()).forEach(this::closePack);
        if (!studies.isEmpty()) {
            store.sessionClosed(number, Set.copyOf(studies));
        }
    }

    private final class PackFrame implements InstanceStore.Frame {

        private final String study;
        private final Pack pack;
        private final FrameWriter writer;
        private boolean ended;

        PackFrame(String study, Pack pack) {
            this.study = study;
            this.pack = pack;
            this.writer = new FrameWriter(pack, buffer);
        }

        @Override
        public UUID id() {
            return writer.id();
        }

        @Override
        public OutputStream part10() {
            return writer.part10();
        }

        @Override
        public OutputStream identity() {
            return writer.identity();
        }

        @Override
        public Committed commit(InstanceFacts facts) throws IOException {
            String json = FactsJson.write(facts);
            ReentrantLock lock = store.lock(facts.sopInstanceUid());
            lock.lock();
            try {
                int versions = store.knownVersions(facts);
                if (versions < 0) {
                    return Committed.SAME;
                }
                store.checkOpen();
                FrameHeader header = finish(json, versions + 1);
                store.committed(stored(facts, header), number);
                return versions == 0 ? Committed.NEW : Committed.CHANGED;
            } finally {
                lock.unlock();
            }
        }

        private FrameHeader finish(String json, int version) throws IOException {
            FrameHeader header = writer.finish(json, version);
            pack.commit(writer.start() + header.frameLength(), store.isForced());
            ended = true;
            studies.add(study);
            if (header.frameLength() > OWN_PACK) {
                closePack(study);
            }
            return header;
        }

        private StoredInstance stored(InstanceFacts facts, FrameHeader header) {
            return new StoredInstance(
                    facts,
                    header.id(),
                    pack.id(),
                    writer.start(),
                    header.part10Length(),
                    header.crc32(),
                    header.sha256(),
                    header.version());
        }

        @Override
        public void close() throws IOException {
            if (ended) {
                return;
            }
            ended = true;
            try {
                pack.rollBack();
            } finally {
                if (!pack.isUsable()) {
                    closePack(study);
                }
            }
        }
    }
}
