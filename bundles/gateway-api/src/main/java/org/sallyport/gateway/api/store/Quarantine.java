package org.sallyport.gateway.api.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sealed objects that a person has to look at, and sealed diagnostic copies of what could not be parsed. Thread-safe. */
public interface Quarantine {

    /** Begins to hold an object. */
    Holding hold(Description description) throws IOException;

    /** Bytes that diagnostic copies may still take; 0 = keep no further one. */
    long diagnosticRoom() throws IOException;

    /** Whether a diagnostic copy with this keyed digest is kept already. */
    boolean hasDiagnostic(byte[] digest) throws IOException;

    /** Newest first; limit 1–10,000. */
    List<Entry> newest(int limit) throws IOException;

    Optional<Entry> entry(UUID id) throws IOException;

    /** Objects of this study that are held, newest first. */
    List<Entry> ofStudy(String studyInstanceUid) throws IOException;

    /**
     * Removes an object for good; durable on return. Whoever calls it has audited it.
     *
     * @return false if there is none
     */
    boolean remove(UUID id) throws IOException;

    /** The sealed bytes as written; sealed for the place {@code held/<id>}. */
    InputStream openSealed(UUID id) throws IOException;

    /** Owned by one thread; closed without commit it leaves no trace. */
    interface Holding extends Closeable {

        UUID id();

        /** Takes sealed bytes only. */
        OutputStream sealed();

        /** Forces file and folder; durable on return. */
        void commit() throws IOException;

        /**
         * The same for an object that waits for a person, unless an equal one of its kind and study does: then that one is durable, and this one leaves
         * no trace.
         *
         * @param digest keyed digest by which equal objects are recognised, 32 bytes; from now on that of the description
         * @return false if an equal one is held already
         */
        boolean commitUnlessHeld(byte[] digest) throws IOException;

        @Override
        void close() throws IOException;
    }

    enum Kind {
        /** Acknowledged and held. */
        HELD,
        /** Acknowledged and held, because identity stood in what would have gone out: its study is held too. */
        LEAK,
        /** Not acknowledged; kept for diagnosis. */
        DIAGNOSTIC
    }

    /**
     * @param digest keyed digest by which equal diagnostic copies, or equal objects, are recognised, 32 bytes
     * @param reason plain words without identity, at most 200 characters
     * @param studyInstanceUid pseudonymous, or null if the object belongs to no study that is known
     */
    record Description(
            Kind kind,
            String reason,
            String sopClassUid,
            String transferSyntaxUid,
            String callingAet,
            String address,
            Instant receivedAt,
            byte[] digest,
            @Nullable String studyInstanceUid) {

        /** Of an object that belongs to no study that is known. */
        public Description(
                Kind kind,
                String reason,
                String sopClassUid,
                String transferSyntaxUid,
                String callingAet,
                String address,
                Instant receivedAt,
                byte[] digest) {
            this(kind, reason, sopClassUid, transferSyntaxUid, callingAet, address, receivedAt, digest, null);
        }

        public Description {
            digest = digest.clone();
        }

        @Override
        public byte[] digest() {
            return digest.clone();
        }

        public Description with(byte[] other) {
            return new Description(
                    kind,
                    reason,
                    sopClassUid,
                    transferSyntaxUid,
                    callingAet,
                    address,
                    receivedAt,
                    other,
                    studyInstanceUid);
        }
    }

    /** @param length sealed bytes */
    record Entry(UUID id, Description description, long length) {}
}
