package org.sallyport.gateway.api.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps de-identified instances, each with its sealed identity, in append-only packs. Thread-safe; sessions and frames belong to
 * one thread.
 */
public interface InstanceStore {

    /** Names this appliance among those that share an index: 16 hexadecimal digits, drawn once and kept with the packs. */
    String appliance();

    /** Other appliances on the same index whose instances can be read here too, at this moment. Cheap enough to be asked for every claim. */
    default Set<String> neighbours() {
        return Set.of();
    }

    /** One session per association: it owns one open pack for each study that it writes. */
    Session open() throws IOException;

    /** Why an instance could not be kept now, in plain words; empty = it could. Cheap enough to be asked every second. */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** Newest version of an instance by pseudonymous SOP Instance UID; sees what is not yet in the index too. */
    Optional<StoredInstance> find(String sopInstanceUid) throws IOException;

    /**
     * The Part 10 file. The caller closes it; its CRC-32 is checked at the end of the stream.
     *
     * @throws InstanceGoneException if it was removed
     * @throws IOException if its pack cannot be read here, as when it is another appliance's
     */
    InputStream openPart10(StoredInstance instance) throws IOException;

    /**
     * The sealed identity record of an instance that is here, as it was written to {@link Frame#identity()}. The caller closes it.
     *
     * @throws InstanceGoneException if it was removed: its identity is in {@link #openIdentityFile} of {@link InstanceGoneException#instance}
     */
    InputStream openIdentity(StoredInstance instance) throws IOException;

    /** The file with the identity of an instance that is no longer here, among those of others. The caller closes it. */
    IdentityFile openIdentityFile(StoredInstance instance) throws IOException;

    /** Owned by one thread. */
    interface Session extends Closeable {

        /**
         * Begins a frame.
         *
         * @param studyInstanceUid pseudonymous; chooses the pack
         * @param expectedLength bytes that are about to come, or -1; above 64 MiB the frame gets a pack of its own
         * @throws StoreFullException if there is no room
         */
        Frame begin(String studyInstanceUid, long expectedLength) throws IOException;

        /** Closes the packs and tells the tracker that this session no longer brings images. */
        @Override
        void close() throws IOException;
    }

    /** Owned by one thread: write {@link #part10()}, then {@link #identity()}, then {@link #commit}; closed without commit it leaves no trace. */
    interface Frame extends Closeable {

        /** Names the frame for ever; the place that its identity is sealed for is {@code frame/<id>}. */
        UUID id();

        /** Takes the Part 10 file; length, CRC-32 and SHA-256 are taken on the way. */
        OutputStream part10();

        /** Takes the sealed identity; to be used after {@link #part10()} is complete. */
        OutputStream identity();

        /**
         * Forces the frame to stable storage (unless {@code durability = os}); durable on return. If an equal original is stored already the frame is
         * dropped.
         *
         * @throws StoreFullException if there is no room
         * @throws IOException if the force failed; the pack is closed and never written again
         */
        Committed commit(InstanceFacts facts) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** What a commit found. */
    enum Committed {
        NEW,
        /** The same original digest was stored already, and is durable. */
        SAME,
        /** The SOP Instance UID was known with another original; both are kept. */
        CHANGED
    }
}
