package org.sallyport.gateway.api.store;

import java.util.UUID;

/**
 * An instance as kept: its facts and where it lies.
 *
 * @param frameId the frame's name
 * @param packId the pack's name (a file name of our own making, without folder)
 * @param offset position of the frame in the pack, bytes
 * @param length length of the Part 10 file, bytes
 * @param crc32 CRC-32 of the Part 10 file, unsigned
 * @param sha256 SHA-256 of the Part 10 file
 * @param version 1 for the first original under this SOP Instance UID, then 2, …
 */
public record StoredInstance(
        InstanceFacts facts,
        UUID frameId,
        String packId,
        long offset,
        long length,
        long crc32,
        byte[] sha256,
        int version) {

    public StoredInstance {
        sha256 = sha256.clone();
    }

    @Override
    public byte[] sha256() {
        return sha256.clone();
    }
}
