package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Writes one frame behind the end of a pack; its header last. Owned by the session's thread. */
final class FrameWriter {

    private static final int BUFFER = 256 * 1024;

    private final Pack pack;
    private final UUID id = UUID.randomUUID();
    private final long start;
    private final ByteBuffer buffer;
    private long at;

    private final CRC32 crc32 = new CRC32();
    private final MessageDigest sha256 = newSha256();
    private final CRC32C restCrc = new CRC32C();
    private long part10Length;
    private long identityLength;

    /** @param buffer of {@link #newBuffer()}, lent for the time of the frame */
    FrameWriter(Pack pack, ByteBuffer buffer) {
        this.pack = pack;
        this.start = pack.end();
        this.at = start + FrameHeader.LENGTH;
        this.buffer = buffer.clear();
    }

    /** Direct, so that writing copies nothing. */
    static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER);
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    UUID id() {
        return id;
    }

    long start() {
        return start;
    }

    long written() {
        return at + buffer.position() - start;
    }

    OutputStream part10() {
        return new Section() {
            @Override
            void account(byte[] bytes, int offset, int length) {
                crc32.update(bytes, offset, length);
                sha256.update(bytes, offset, length);
                part10Length += length;
            }
        };
    }

    OutputStream identity() {
        return new Section() {
            @Override
            void account(byte[] bytes, int offset, int length) {
                restCrc.update(bytes, offset, length);
                identityLength += length;
            }
        };
    }

    /** Writes facts and header. The frame counts only after the pack's commit. */
    FrameHeader finish(String facts, int version) throws IOException {
        byte[] bytes = facts.getBytes(StandardCharsets.UTF_8);
        restCrc.update(bytes, 0, bytes.length);
        append(bytes, 0, bytes.length);
        flush();
        FrameHeader header = new FrameHeader(
                id, version, part10Length, identityLength, bytes.length, crc32.getValue(), sha256.digest(), (int)
                        restCrc.getValue());
        pack.write(header.encode(), start);
        return header;
    }

    private void append(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int rest = length;
        while (rest > 0) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int n = Math.min(rest, buffer.remaining());
            buffer.put(bytes, from, n);
            from += n;
            rest -= n;
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        pack.write(buffer, at);
        at += length;
        buffer.clear();
    }

    private abstract class Section extends OutputStream {

        abstract void account(byte[] bytes, int offset, int length);

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            account(bytes, offset, length);
            append(bytes, offset, length);
        }
    }
}
