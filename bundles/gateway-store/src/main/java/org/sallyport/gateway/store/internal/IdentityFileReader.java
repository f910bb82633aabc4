package org.sallyport.gateway.store.internal;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;

/** Reads what {@link IdentityFileBuilder} wrote. The vault tells whether a block is what it was; the rest is checked here. */
final class IdentityFileReader implements IdentityFile {

    private static final int MOST_ROWS = 1 << 20;

    private final String name;
    private final FileChannel channel;
    private final long size;
    private final UUID id;

    /** Takes what the file says of an instance; it is not here any more. */
    @FunctionalInterface
    interface Rows {
        void row(StoredInstance instance, int part) throws IOException;
    }

    IdentityFileReader(String name, FileChannel channel) throws IOException {
        this.name = name;
        this.channel = channel;
        this.size = channel.size();
        ByteBuffer header = read(0, IdentityFileBuilder.HEADER);
        if (header.getInt() != IdentityFileBuilder.MAGIC || header.getInt() != 1) {
            throw new IOException("identity file " + name + " is none, or of a newer version");
        }
        this.id = new UUID(header.getLong(), header.getLong());
    }

    @Override
    public UUID id() {
        return id;
    }

    private ByteBuffer read(long at, int length) throws IOException {
        return read(channel, at, length);
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException("an identity file ends before byte " + (at + length));
            }
        }
        return bytes.flip();
    }

    @Override
    public InputStream open(long offset) throws IOException {
        return block(channel, offset, size);
    }

    static InputStream block(FileChannel channel, long offset, long size) throws IOException {
        if (offset < IdentityFileBuilder.HEADER || offset > size - IdentityFileBuilder.LENGTH) {
            throw new IOException("an identity file has no block at " + offset);
        }
        ByteBuffer bytes = read(channel, offset, IdentityFileBuilder.LENGTH);
        long length = (bytes.getShort() & 0xFFFFL) << 32 | bytes.getInt() & 0xFFFFFFFFL;
        long start = offset + IdentityFileBuilder.LENGTH;
        if (length > size - start) {
            throw new IOException("an identity file has no block at " + offset);
        }
        return length <= 64 * 1024
                ? new ByteArrayInputStream(read(channel, start, (int) length).array())
                : new FileSection(channel, start, length, "an identity file is cut off");
    }

    /** @throws IOException if the end of the file or one of its rows is damaged */
    void rows(Rows rows) throws IOException {
        ByteBuffer end = read(size - IdentityFileBuilder.END, IdentityFileBuilder.END);
        int magic = end.getInt();
        long start = end.getLong();
        int length = end.getInt();
        int count = end.getInt();
        int crc = end.getInt();
        if (magic != IdentityFileBuilder.END_MAGIC
                || count < 0
                || count > MOST_ROWS
                || length < 0
                || start != size - IdentityFileBuilder.END - length
                || start < IdentityFileBuilder.HEADER) {
            throw new IOException("identity file " + name + " has no end");
        }
        byte[] deflated = read(start, length).array();
        CRC32C sum = new CRC32C();
        sum.update(deflated, 0, length);
        if ((int) sum.getValue() != crc) {
            throw new IOException("the rows of identity file " + name + " are damaged");
        }
        Inflater inflater = new Inflater(true);
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(deflated), inflater))) {
            for (int i = 0; i < count; i++) {
                row(in, rows);
            }
        } finally {
            inflater.end();
        }
    }

    private void row(DataInputStream in, Rows rows) throws IOException {
        UUID frameId = new UUID(in.readLong(), in.readLong());
        long offset = in.readLong();
        int version = in.readInt();
        int part = in.readInt();
        boolean isDeleted = in.readUnsignedByte() == IdentityFileBuilder.DELETED;
        long length = in.readLong();
        long crc32 = in.readLong();
        byte[] sha256 = new byte[32];
        in.readFully(sha256);
        int factsLength = in.readInt();
        if (factsLength < 0 || factsLength > FactsJson.MOST_BYTES) {
            throw new IOException("a row of identity file " + name + " is damaged");
        }
        byte[] facts = new byte[factsLength];
        in.readFully(facts);
        rows.row(
                new StoredInstance(
                        FactsJson.read(new String(facts, StandardCharsets.UTF_8)),
                        frameId,
                        "",
                        0,
                        length,
                        crc32,
                        sha256,
                        version,
                        isDeleted ? Presence.DELETED : Presence.CLEANED_UP,
                        name,
                        offset),
                part);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
