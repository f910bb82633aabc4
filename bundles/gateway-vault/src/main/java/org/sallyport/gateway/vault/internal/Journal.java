package org.sallyport.gateway.vault.internal;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of checksummed records, forced before an append returns. A torn last record, left by a power cut, is cut off when the
 * journal is opened; damage before the end is an error. Thread-safe.
 */
final class Journal implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    static final String FILE = "journal";

    private static final byte[] MAGIC = {'S', 'P', 'J', '1'};
    private static final int LONGEST = 4096;
    private static final int HEADER = 8;

    /** Takes the records when the journal is opened. */
    @FunctionalInterface
    interface Reader {
        void record(ByteBuffer payload) throws IOException;
    }

    private final FileChannel channel;
    private long end;
    private boolean failed;

    private Journal(FileChannel channel, long end) {
        this.channel = channel;
        this.end = end;
    }

    static Journal open(Path folder, Reader reader) throws IOException {
        Path file = folder.resolve(FILE);
        boolean fresh = !Files.exists(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new VaultException(file + " is in use by another process");
            }
            if (channel.size() < MAGIC.length) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(MAGIC), 0);
                channel.force(true);
            }
            long end = readAll(file, channel.size(), reader);
            if (end < channel.size()) {
                LOG.warn("{}: a torn record of {} bytes at its end was cut off", file, channel.size() - end);
                channel.truncate(end);
                channel.force(true);
            }
            if (fresh) {
                try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
                    parent.force(true);
                }
            }
            return new Journal(channel, end);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** @return where the last whole record ends */
    private static long readAll(Path file, long size, Reader reader) throws IOException {
        long at = MAGIC.length;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            byte[] magic = in.readNBytes(MAGIC.length);
            if (!java.util.Arrays.equals(magic, MAGIC)) {
                throw new VaultException(file + " is no vault journal");
            }
            while (size - at >= HEADER) {
                int length = in.readInt();
                int checksum = in.readInt();
                if (length < 1 || length > LONGEST) {
                    return tornOrDamaged(file, at, size, size - at <= LONGEST + HEADER);
                }
                if (length > size - at - HEADER) {
                    return at;
                }
                byte[] payload = in.readNBytes(length);
                if (checksum(payload) != checksum) {
                    return tornOrDamaged(file, at, size, at + HEADER + length == size);
                }
                reader.record(ByteBuffer.wrap(payload));
                at += HEADER + length;
            }
        }
        return at;
    }

    private static long tornOrDamaged(Path file, long at, long size, boolean atEnd) throws VaultException {
        if (atEnd) {
            return at;
        }
        throw new VaultException(file + " is damaged at byte " + at + " of " + size + ": restore it from a backup");
    }

    private static int checksum(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }

    /**
     * Appends and forces a record.
     *
     * @throws VaultException if that failed; the record does not count then. After a failed force nothing is appended any more
     */
    synchronized void append(byte[] payload) throws VaultException {
        if (failed) {
            throw new VaultException("the vault journal failed before; restart after the disk was mended");
        }
        ByteBuffer record = ByteBuffer.allocate(HEADER + payload.length)
                .putInt(payload.length)
                .putInt(checksum(payload))
                .put(payload)
                .flip();
        try {
            long at = end;
            while (record.hasRemaining()) {
                at += channel.write(record, at);
            }
        } catch (IOException e) {
            cutBack(e);
            throw new VaultException("the vault journal cannot be written", e);
        }
        try {
            channel.force(true);
        } catch (IOException e) {
            // What a failed force has left on the disk cannot be known: no further record may rely on it.
            failed = true;
            throw new VaultException("the vault journal cannot be forced to disk", e);
        }
        end += HEADER + payload.length;
    }

    private void cutBack(IOException cause) {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            failed = true;
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
