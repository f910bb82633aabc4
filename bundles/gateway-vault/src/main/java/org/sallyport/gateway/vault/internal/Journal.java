package org.sallyport.gateway.vault.internal;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
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

    /** Opens the file, anew if it is not there. */
    @FunctionalInterface
    interface Disk {
        JournalFile open(Path file) throws IOException;
    }

    private final JournalFile file;

    private long end;
    private boolean failed;

    private Journal(JournalFile file, long end) {
        this.file = file;
        this.end = end;
    }

    static Journal open(Path folder, Reader reader) throws IOException {
        return open(folder, reader, JournalFile::new);
    }

    static Journal open(Path folder, Reader reader, Disk disk) throws IOException {
        Path path = folder.resolve(FILE);
        boolean fresh = !Files.exists(path);
        JournalFile file = disk.open(path);
        try {
            // Until the journal is closed no other stream on this file may be: closing one would give up the lock.
            FileLock lock = file.getChannel().tryLock();
            if (lock == null) {
                throw new VaultException(path + " is in use by another process");
            }
            if (file.length() < MAGIC.length) {
                file.setLength(0);
                file.write(MAGIC);
                file.force();
            }
            long size = file.length();
            long end = readAll(path, file, size, reader);
            if (end < size) {
                LOG.warn("{}: a torn record of {} bytes at its end was cut off", path, size - end);
                file.setLength(end);
                file.force();
            }
            if (fresh) {
                try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
                    parent.force(true);
                }
            }
            return new Journal(file, end);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** @return where the last whole record ends */
    private static long readAll(Path path, JournalFile file, long size, Reader reader) throws IOException {
        file.seek(0);
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(file.getFD()), 1 << 16));
        byte[] magic = in.readNBytes(MAGIC.length);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new VaultException(path + " is no vault journal");
        }
        long at = MAGIC.length;
        while (size - at >= HEADER) {
            int length = in.readInt();
            int checksum = in.readInt();
            if (length < 1 || length > LONGEST || length > size - at - HEADER) {
                return torn(path, file, at, size);
            }
            byte[] payload = in.readNBytes(length);
            if (checksum(payload, 0, length) != checksum) {
                return torn(path, file, at, size);
            }
            reader.record(ByteBuffer.wrap(payload));
            at += HEADER + length;
        }
        return at;
    }

    /**
     * Tells a torn tail from damage. Each record is forced before the next one is written, so what a power cut tore is one record with nothing whole
     * behind it.
     */
    private static long torn(Path path, JournalFile file, long at, long size) throws IOException {
        if (size - at <= HEADER + LONGEST) {
            byte[] rest = new byte[(int) (size - at)];
            file.seek(at);
            file.readFully(rest);
            if (!holdsWholeRecord(rest)) {
                return at;
            }
        }
        throw new VaultException(path + " is damaged at byte " + at + " of " + size + ": restore it from a backup");
    }

    private static boolean holdsWholeRecord(byte[] rest) {
        ByteBuffer bytes = ByteBuffer.wrap(rest);
        for (int at = 1; at + HEADER < rest.length; at++) {
            int length = bytes.getInt(at);
            if (length >= 1
                    && length <= rest.length - at - HEADER
                    && checksum(rest, at + HEADER, length) == bytes.getInt(at + 4)) {
                return true;
            }
        }
        return false;
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /**
     * Appends and forces a record.
     *
     * @param payload 1–4,096 bytes
     * @throws VaultException if that failed; the record does not count then. After a failed force nothing is appended any more
     */
    synchronized void append(byte[] payload) throws VaultException {
        if (payload.length < 1 || payload.length > LONGEST) {
            throw new IllegalArgumentException("a record of " + payload.length + " bytes: must be 1–" + LONGEST);
        }
        if (failed) {
            throw new VaultException("the vault journal failed before; restart after the disk was mended");
        }
        byte[] record = ByteBuffer.allocate(HEADER + payload.length)
                .putInt(payload.length)
                .putInt(checksum(payload, 0, payload.length))
                .put(payload)
                .array();
        try {
            file.seek(end);
            file.write(record);
        } catch (IOException e) {
            cutBack(e);
            throw new VaultException("the vault journal cannot be written", e);
        }
        try {
            file.force();
        } catch (IOException e) {
            // What a failed force has left on the disk cannot be known: no further record may rely on it.
            failed = true;
            throw new VaultException("the vault journal cannot be forced to disk", e);
        }
        end += record.length;
    }

    private void cutBack(IOException cause) {
        try {
            file.setLength(end);
        } catch (IOException e) {
            failed = true;
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
