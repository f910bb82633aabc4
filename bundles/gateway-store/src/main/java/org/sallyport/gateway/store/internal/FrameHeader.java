package org.sallyport.gateway.store.internal;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first {@value #LENGTH} bytes of a frame; Part 10 file, sealed identity and facts follow. Written last: a frame without a valid header was
 * never committed.
 *
 * @param crc32 of the Part 10 file, unsigned
 * @param restCrc CRC-32C of sealed identity and facts
 */
record FrameHeader(
        UUID id,
        int version,
        long part10Length,
        long identityLength,
        int factsLength,
        long crc32,
        byte[] sha256,
        int restCrc) {

    static final int LENGTH = 100;

    private static final int MAGIC = 0x53504631; // SPF1
    private static final int SHA256 = 32;

    /** No section of a frame is longer, so that no sum of lengths overflows. */
    private static final long LONGEST_SECTION = 1L << 48;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
                .putInt(MAGIC)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .putInt(version)
                .putLong(part10Length)
                .putLong(identityLength)
                .putInt(factsLength)
                .putInt((int) crc32)
                .put(sha256)
                .putInt(restCrc)
                .position(LENGTH - 4);
        bytes.putInt(checksum(bytes.array()));
        return bytes.flip();
    }

    /** The header in these bytes; empty if there is no whole one. */
    static Optional<FrameHeader> decode(ByteBuffer bytes) {
        if (bytes.remaining() < LENGTH) {
            return Optional.empty();
        }
        byte[] copy = new byte[LENGTH];
        bytes.get(copy);
        ByteBuffer in = ByteBuffer.wrap(copy);
        if (in.getInt() != MAGIC || in.getInt(LENGTH - 4) != checksum(copy)) {
            return Optional.empty();
        }
        UUID id = new UUID(in.getLong(), in.getLong());
        int version = in.getInt();
        long part10Length = in.getLong();
        long identityLength = in.getLong();
        int factsLength = in.getInt();
        long crc32 = in.getInt() & 0xFFFFFFFFL;
        byte[] sha256 = new byte[SHA256];
        in.get(sha256);
        if (!isLength(part10Length, LONGEST_SECTION)
                || !isLength(identityLength, LONGEST_SECTION)
                || !isLength(factsLength, FactsJson.MOST_BYTES)) {
            return Optional.empty();
        }
        return Optional.of(
                new FrameHeader(id, version, part10Length, identityLength, factsLength, crc32, sha256, in.getInt()));
    }

    private static boolean isLength(long length, long longest) {
        return length >= 0 && length <= longest;
    }

    /** Whether it is worth while to decode what stands at this index. */
    static boolean mayStart(ByteBuffer bytes, int index) {
        return bytes.getInt(index) == MAGIC;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, LENGTH - 4);
        return (int) crc.getValue();
    }

    /** Bytes of the whole frame. */
    long frameLength() {
        return LENGTH + part10Length + identityLength + factsLength;
    }
}
