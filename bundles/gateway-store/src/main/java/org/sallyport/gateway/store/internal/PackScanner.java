package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a pack from its start, checking every frame. A torn tail is cut off. A damaged frame is named and not served; the frames behind it are
 * served if they are whole up to the end of the pack, and never cut off.
 */
final class PackScanner {

    private static final Logger LOG = LoggerFactory.getLogger(PackScanner.class);
    private static final int CHUNK = 256 * 1024;

    /** Places behind a damaged frame that are tried: an image may hold any number of bytes that look like a frame. */
    private static final int MOST_TRIES = 16;

    /** Takes the frames that are whole. */
    @FunctionalInterface
    interface Frames {
        void frame(StoredInstance instance) throws IOException;
    }

    private PackScanner() {}

    static void scan(PackFolder folder, String packId, Frames frames) throws IOException {
        try (FileChannel channel = folder.openForRepair(packId)) {
            long size = channel.size();
            long at = 0;
            while (at < size) {
                Optional<FrameHeader> header = header(channel, at);
                if (header.isPresent() && header.get().frameLength() > size - at) {
                    cut(channel, packId, at, size);
                    return;
                }
                if (header.isEmpty()) {
                    at = behindDamage(channel, packId, at, size);
                    continue;
                }
                String facts = check(channel, at, header.get());
                if (facts == null) {
                    if (at + header.get().frameLength() == size) {
                        cut(channel, packId, at, size);
                        return;
                    }
                    LOG.error("pack {}: the frame at byte {} is damaged and will not be served", packId, at);
                } else {
                    frames.frame(stored(packId, at, header.get(), facts));
                }
                at += header.get().frameLength();
            }
        }
    }

    /**
     * Where to go on when there is no frame: a header that was never written, or one that the disk has lost.
     *
     * @return the end of the pack if there is nothing to go on with
     */
    private static long behindDamage(FileChannel channel, String packId, long at, long size) throws IOException {
        int tries = 0;
        for (long next = nextHeader(channel, at + 1, size); next < size; next = nextHeader(channel, next + 1, size)) {
            // Frames up to the very end can only be ours: behind what a sender may have made up stands what we wrote.
            if (isWholeToTheEnd(channel, next, size)) {
                LOG.error("pack {}: {} bytes at byte {} are damaged and will not be served", packId, next - at, at);
                return next;
            }
            if (++tries == MOST_TRIES) {
                break;
            }
        }
        if (tries == 0) {
            cut(channel, packId, at, size);
        } else {
            LOG.error(
                    "pack {}: damaged from byte {} on; its last {} bytes are left as they are and will not be served",
                    packId,
                    at,
                    size - at);
        }
        return size;
    }

    /** The next place with a valid header whose frame fits the pack, or the end of the pack. */
    private static long nextHeader(FileChannel channel, long from, long size) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long at = from;
        while (at + FrameHeader.LENGTH <= size) {
            chunk.clear();
            readFully(channel, chunk, at);
            chunk.flip();
            int last = chunk.limit() - FrameHeader.LENGTH;
            for (int i = 0; i <= last; i++) {
                if (FrameHeader.mayStart(chunk, i)) {
                    long here = at + i;
                    Optional<FrameHeader> header = FrameHeader.decode(chunk.slice(i, FrameHeader.LENGTH));
                    if (header.isPresent() && header.get().frameLength() <= size - here) {
                        return here;
                    }
                }
            }
            at += last + 1;
        }
        return size;
    }

    private static boolean isWholeToTheEnd(FileChannel channel, long from, long size) throws IOException {
        long at = from;
        while (at < size) {
            Optional<FrameHeader> header = header(channel, at);
            if (header.isEmpty()
                    || header.get().frameLength() > size - at
                    || check(channel, at, header.get()) == null) {
                return false;
            }
            at += header.get().frameLength();
        }
        return true;
    }

    private static StoredInstance stored(String packId, long at, FrameHeader header, String facts) throws IOException {
        return new StoredInstance(
                FactsJson.read(facts),
                header.id(),
                packId,
                at,
                header.part10Length(),
                header.crc32(),
                header.sha256(),
                header.version());
    }

    static Optional<FrameHeader> header(FileChannel channel, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH);
        readFully(channel, bytes, at);
        return FrameHeader.decode(bytes.flip());
    }

    private static void readFully(FileChannel channel, ByteBuffer to, long at) throws IOException {
        long position = at;
        while (to.hasRemaining()) {
            int n = channel.read(to, position);
            if (n < 0) {
                return;
            }
            position += n;
        }
    }

    /** The facts, if all checksums are right. */
    private static @Nullable String check(FileChannel channel, long at, FrameHeader header) throws IOException {
        long part10 = at + FrameHeader.LENGTH;
        CRC32 crc = new CRC32();
        sum(channel, part10, header.part10Length(), crc);
        CRC32C rest = new CRC32C();
        long identity = part10 + header.part10Length();
        sum(channel, identity, header.identityLength() + header.factsLength(), rest);
        if (crc.getValue() != header.crc32() || (int) rest.getValue() != header.restCrc()) {
            return null;
        }
        ByteBuffer facts = ByteBuffer.allocate(header.factsLength());
        readFully(channel, facts, identity + header.identityLength());
        return new String(facts.array(), StandardCharsets.UTF_8);
    }

    private static void sum(FileChannel channel, long from, long length, Checksum sum) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long at = from;
        long end = from + length;
        while (at < end) {
            chunk.clear().limit((int) Math.min(CHUNK, end - at));
            readFully(channel, chunk, at);
            chunk.flip();
            at += chunk.remaining();
            sum.update(chunk);
        }
    }

    private static void cut(FileChannel channel, String packId, long at, long size) throws IOException {
        LOG.warn("pack {}: {} bytes of an image that was not acknowledged were cut off", packId, size - at);
        channel.truncate(at);
        channel.force(true);
    }
}
