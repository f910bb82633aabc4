package org.sallyport.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;

/** Keeps the last instance only, in memory. Owned by one thread. */
final class CapturingStore implements InstanceStore {

    private byte @Nullable [] last;

    /** What was stored since the last call; null = nothing. */
    byte @Nullable [] take() {
        byte[] taken = last;
        last = null;
        return taken;
    }

    @Override
    public String appliance() {
        return "0123456789abcdef";
    }

    @Override
    public Session open() {
        return new Session() {
            @Override
            public Frame begin(String studyInstanceUid, long expectedLength) {
                return new CapturedFrame();
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    private final class CapturedFrame implements Frame {

        private final UUID id = UUID.randomUUID();
        private final ByteArrayOutputStream part10 = new ByteArrayOutputStream();

        @Override
        public UUID id() {
            return id;
        }

        @Override
        public OutputStream part10() {
            return part10;
        }

        @Override
        public OutputStream identity() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public Committed commit(InstanceFacts facts) {
            last = part10.toByteArray();
            return Committed.NEW;
        }

        @Override
        public void close() {
            // What was not committed is dropped.
        }
    }

    @Override
    public Optional<StoredInstance> find(String sopInstanceUid) {
        return Optional.empty();
    }

    @Override
    public InputStream openPart10(StoredInstance instance) throws IOException {
        throw new IOException("nothing is kept");
    }

    @Override
    public InputStream openIdentity(StoredInstance instance) throws IOException {
        throw new IOException("nothing is kept");
    }

    @Override
    public IdentityFile openIdentityFile(StoredInstance instance) throws IOException {
        throw new IOException("nothing is kept");
    }
}
