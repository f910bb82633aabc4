package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.StoredInstance;

/** Keeps instances and held objects in memory. */
final class MemoryStore implements InstanceStore, Quarantine {

    final List<StoredInstance> instances = new ArrayList<>();
    final Map<UUID, byte[]> part10 = new HashMap<>();
    final Map<UUID, byte[]> identity = new HashMap<>();
    final List<Entry> held = new ArrayList<>();
    final Map<UUID, byte[]> heldBytes = new HashMap<>();
    private final Map<String, MemoryFile> files = new HashMap<>();
    long room = 1 << 20;

    @Nullable
    Exception failure;

    int openFrames;

    @Override
    public InstanceStore.Session open() {
        return new InstanceStore.Session() {
            @Override
            public Frame begin(String studyInstanceUid, long expectedLength) throws IOException {
                if (failure != null) {
                    throwFailure(failure);
                }
                return new MemoryFrame();
            }

            @Override
            public void close() {}
        };
    }

    private static void throwFailure(Exception failure) throws IOException {
        if (failure instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        throw failure instanceof IOException expected ? expected : new IOException(failure);
    }

    private final class MemoryFrame implements Frame {

        private final UUID id = UUID.randomUUID();
        private final ByteArrayOutputStream file = new ByteArrayOutputStream();
        private final ByteArrayOutputStream sealed = new ByteArrayOutputStream();

        MemoryFrame() {
            openFrames++;
        }

        @Override
        public UUID id() {
            return id;
        }

        @Override
        public OutputStream part10() {
            return file;
        }

        @Override
        public OutputStream identity() {
            return sealed;
        }

        @Override
        public Committed commit(InstanceFacts facts) {
            Committed found = Committed.NEW;
            for (StoredInstance known : instances) {
                if (known.facts().sopInstanceUid().equals(facts.sopInstanceUid())) {
                    if (Arrays.equals(known.facts().originalDigest(), facts.originalDigest())) {
                        return Committed.SAME;
                    }
                    found = Committed.CHANGED;
                }
            }
            instances.add(new StoredInstance(facts, id, "pack", 0, file.size(), 0, new byte[32], 1));
            part10.put(id, file.toByteArray());
            identity.put(id, sealed.toByteArray());
            return found;
        }

        @Override
        public void close() {
            openFrames--;
        }
    }

    @Override
    public String appliance() {
        return "0123456789abcdef";
    }

    @Override
    public Optional<StoredInstance> find(String sopInstanceUid) {
        return instances.stream()
                .filter(known -> known.facts().sopInstanceUid().equals(sopInstanceUid))
                .findFirst();
    }

    private static InputStream stream(Map<UUID, byte[]> kept, UUID id) throws IOException {
        byte[] bytes = kept.get(id);
        if (bytes == null) {
            throw new IOException("nothing is kept under " + id);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public InputStream openPart10(StoredInstance instance) throws IOException {
        return stream(part10, instance.frameId());
    }

    @Override
    public InputStream openIdentity(StoredInstance instance) throws IOException {
        for (StoredInstance known : instances) {
            if (known.frameId().equals(instance.frameId()) && !known.isHere()) {
                throw new InstanceGoneException(known);
            }
        }
        return stream(identity, instance.frameId());
    }

    @Override
    public IdentityFile openIdentityFile(StoredInstance instance) throws IOException {
        MemoryFile file = files.get(String.valueOf(instance.identityFile()));
        if (file == null) {
            throw new IOException("no file " + instance.identityFile());
        }
        return file;
    }

    /** From now on the instance is gone, and its identity where it is said. */
    StoredInstance remove(StoredInstance instance, MemoryFile file, long offset) {
        StoredInstance gone = new StoredInstance(
                instance.facts(),
                instance.frameId(),
                "",
                0,
                instance.length(),
                instance.crc32(),
                instance.sha256(),
                instance.version(),
                StoredInstance.Presence.CLEANED_UP,
                file.id().toString(),
                offset);
        files.put(file.id().toString(), file);
        instances.set(instances.indexOf(instance), gone);
        part10.remove(instance.frameId());
        identity.remove(instance.frameId());
        return gone;
    }

    @Override
    public List<Entry> ofStudy(String studyInstanceUid) {
        return held.stream()
                .filter(entry -> studyInstanceUid.equals(entry.description().studyInstanceUid()))
                .toList();
    }

    @Override
    public boolean remove(UUID id) {
        heldBytes.remove(id);
        return held.removeIf(entry -> entry.id().equals(id));
    }

    @Override
    public Holding hold(Description description) {
        UUID id = UUID.randomUUID();
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        return new Holding() {
            @Override
            public UUID id() {
                return id;
            }

            @Override
            public OutputStream sealed() {
                return sealed;
            }

            @Override
            public void commit() {
                keep(description);
            }

            @Override
            public boolean commitUnlessHeld(byte[] digest) {
                for (Entry entry : held) {
                    Description other = entry.description();
                    if (other.kind() == description.kind()
                            && Objects.equals(other.studyInstanceUid(), description.studyInstanceUid())
                            && Arrays.equals(other.digest(), digest)) {
                        return false;
                    }
                }
                keep(description.with(digest));
                return true;
            }

            private void keep(Description whole) {
                held.add(new Entry(id, whole, sealed.size()));
                heldBytes.put(id, sealed.toByteArray());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public long diagnosticRoom() {
        return room;
    }

    @Override
    public boolean hasDiagnostic(byte[] digest) {
        return held.stream()
                .anyMatch(entry -> entry.description().kind() == Kind.DIAGNOSTIC
                        && Arrays.equals(entry.description().digest(), digest));
    }

    @Override
    public List<Entry> newest(int limit) {
        return held;
    }

    @Override
    public Optional<Entry> entry(UUID id) {
        return held.stream().filter(entry -> entry.id().equals(id)).findFirst();
    }

    @Override
    public InputStream openSealed(UUID id) throws IOException {
        return stream(heldBytes, id);
    }
}
