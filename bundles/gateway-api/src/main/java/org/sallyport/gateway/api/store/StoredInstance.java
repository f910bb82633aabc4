package org.sallyport.gateway.api.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An instance as kept: its facts and where it lies.
 *
 * @param frameId the frame's name
 * @param packId the pack's name (a file name of our own making, without folder); where it was, if it is no longer here
 * @param offset position of the frame in the pack, bytes
 * @param length length of the Part 10 file, bytes
 * @param crc32 CRC-32 of the Part 10 file, unsigned
 * @param sha256 SHA-256 of the Part 10 file
 * @param version 1 for the first original under this SOP Instance UID, then 2, …
 * @param identityFile name of the file that holds its identity, if it is no longer here; else null
 * @param identityOffset where its block begins there
 */
public record StoredInstance(
        InstanceFacts facts,
        UUID frameId,
        String packId,
        long offset,
        long length,
        long crc32,
        byte[] sha256,
        int version,
        Presence presence,
        @Nullable String identityFile,
        long identityOffset) {

    /** Whether the image is still here. Its identity and what the index says of it are kept in any case. */
    public enum Presence {
        HERE,
        /** Removed after its deliveries were confirmed. The same image sent again is acknowledged, and nothing more. */
        CLEANED_UP,
        /** Removed by a person or the back end. The same image sent again is taken as a new one. */
        DELETED
    }

    public StoredInstance {
        sha256 = sha256.clone();
    }

    /** One that is here. */
    public StoredInstance(
            InstanceFacts facts,
            UUID frameId,
            String packId,
            long offset,
            long length,
            long crc32,
            byte[] sha256,
            int version) {
        this(facts, frameId, packId, offset, length, crc32, sha256, version, Presence.HERE, null, 0);
    }

    public boolean isHere() {
        return presence == Presence.HERE;
    }

    @Override
    public byte[] sha256() {
        return sha256.clone();
    }
}
