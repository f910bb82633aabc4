package org.sallyport.gateway.store.internal;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.sallyport.gateway.api.store.IdentityFileWriter;
import org.sallyport.gateway.api.store.StoredInstance;

/**
 * Writes an identity file: a header, the blocks with their lengths, then what the index says of each instance (deflated, pseudonymous as in a pack), so that
 * its rows can be made again, and an end that tells where that begins. Owned by one thread.
 */
final class IdentityFileBuilder implements IdentityFileWriter {

    static final int MAGIC = 0x53504931; // SPI1
    static final int END_MAGIC = 0x53504945; // SPIE
    static final int HEADER = 24;
    static final int END = 28;
    /** Bytes of the length that stands before each block. */
    static final int LENGTH = 6;

    static final int CLEANED_UP = 1;
    static final int DELETED = 2;

    private final UUID id;
    private final String name;
    private final FileChannel channel;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    private final DataOutputStream rows = new DataOutputStream(new DeflaterOutputStream(entries, deflater));
    private int count;
    private long end = HEADER;
    private boolean inBlock;

    IdentityFileBuilder(UUID id, String name, FileChannel channel) throws IOException {
        this.id = id;
        this.name = name;
        this.channel = channel;
        write(
                ByteBuffer.allocate(HEADER)
                        .putInt(MAGIC)
                        .putInt(1)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .flip(),
                0);
    }

    String name() {
        return name;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public long end() {
        return end;
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    @Override
    public OutputStream block() throws IOException {
        if (inBlock) {
            throw new IllegalStateException("one block at a time");
        }
        inBlock = true;
        long start = end;
        return new BufferedOutputStream(
                new OutputStream() {
                    private long at = start + LENGTH;
                    private boolean closed;

                    @Override
                    public void write(int b) throws IOException {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        IdentityFileBuilder.this.write(ByteBuffer.wrap(bytes, offset, length), at);
                        at += length;
                    }

                    @Override
                    public void close() throws IOException {
                        if (!closed) {
                            closed = true;
                            long length = at - start - LENGTH;
                            IdentityFileBuilder.this.write(
                                    ByteBuffer.allocate(LENGTH)
                                            .putShort((short) (length >>> 32))
                                            .putInt((int) length)
                                            .flip(),
                                    start);
                            end = at;
                            inBlock = false;
                        }
                    }
                },
                64 * 1024);
    }

    @Override
    public void cutBack(long offset) throws IOException {
        if (offset < HEADER || offset > end || inBlock) {
            throw new IllegalArgumentException("nothing to cut back to at " + offset);
        }
        channel.truncate(offset);
        end = offset;
    }

    @Override
    public InputStream open(long offset) throws IOException {
        return IdentityFileReader.block(channel, offset, end);
    }

    /** What becomes of an instance. */
    void row(StoredInstance instance, int part, StoredInstance.Presence presence, long offset) throws IOException {
        rows.writeLong(instance.frameId().getMostSignificantBits());
        rows.writeLong(instance.frameId().getLeastSignificantBits());
        rows.writeLong(offset);
        rows.writeInt(instance.version());
        rows.writeInt(part);
        rows.writeByte(presence == StoredInstance.Presence.DELETED ? DELETED : CLEANED_UP);
        rows.writeLong(instance.length());
        rows.writeLong(instance.crc32());
        rows.write(instance.sha256());
        byte[] facts = FactsJson.write(instance.facts()).getBytes(StandardCharsets.UTF_8);
        rows.writeInt(facts.length);
        rows.write(facts);
        count++;
    }

    /** Writes the rows and the end, and forces all of it. */
    void finish() throws IOException {
        rows.close();
        byte[] bytes = entries.toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        write(ByteBuffer.wrap(bytes), end);
        write(
                ByteBuffer.allocate(END)
                        .putInt(END_MAGIC)
                        .putLong(end)
                        .putInt(bytes.length)
                        .putInt(count)
                        .putInt((int) crc.getValue())
                        .putInt(0)
                        .flip(),
                end + bytes.length);
        end += bytes.length + END;
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        channel.close();
    }
}
