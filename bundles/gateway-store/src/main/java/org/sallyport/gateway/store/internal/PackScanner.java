package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.sallyport.gateway.api.store.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a pack from its start, checking every frame; cuts off a torn tail. */
final class PackScanner {

    private static final Logger LOG = LoggerFactory.getLogger(PackScanner.class);
    private static final int CHUNK = 256 * 1024;

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
                if (header.isEmpty() || header.get().frameLength() > size - at) {
                    cut(channel, packId, at, size);
                    return;
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
    private static @org.jspecify.annotations.Nullable String check(FileChannel channel, long at, FrameHeader header)
            throws IOException {
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
