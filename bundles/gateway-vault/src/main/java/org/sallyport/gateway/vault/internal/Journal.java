package org.sallyport.gateway.vault.internal;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
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
    private static final int COPIED = 1 << 20;

    /** Takes the records when the journal is opened. */
    @FunctionalInterface
    interface Reader {
        void record(ByteBuffer payload) throws IOException;

        /**
         * A record that is not as it was written, with whole ones behind it.
         *
         * @param where for messages
         * @param payload some of its bytes are wrong
         * @throws IOException if the journal cannot be used without it, as by default
         */
        default void damaged(String where, byte[] payload) throws IOException {
            throw new VaultException(where + ": restore it from a backup");
        }
    }

    /** Opens the file, anew if it is not there. */
    @FunctionalInterface
    interface Disk {
        JournalFile open(Path file) throws IOException;
    }

    /** Gives the record that is written in place of one; null = none. */
    @FunctionalInterface
    interface Rewriting {
        byte @Nullable [] of(byte[] record);
    }

    private final Path path;
    private final Disk disk;
    private JournalFile file;
    private long end;
    private boolean failed;

    private Journal(Path path, Disk disk, JournalFile file, long end) {
        this.path = path;
        this.disk = disk;
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
            lock(path, file);
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
                forceFolder(path);
            }
            return new Journal(path, disk, file, end);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Until the journal is closed no other stream on this file may be: closing one would give up the lock. */
    private static void lock(Path path, JournalFile file) throws IOException {
        FileLock lock = file.getChannel().tryLock();
        if (lock == null) {
            throw new VaultException(path + " is in use by another process");
        }
    }

    private static void forceFolder(Path path) throws IOException {
        try (FileChannel parent = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            parent.force(true);
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
            if (checksum(payload, 0, length) == checksum) {
                reader.record(ByteBuffer.wrap(payload));
            } else if (isWholeAt(file, at + HEADER + length, size)) {
                reader.damaged(path + " is damaged at byte " + at + " of " + size, payload);
            } else {
                return torn(path, file, at, size);
            }
            at += HEADER + length;
        }
        return at;
    }

    /** Whether a whole record begins there; the place in the file stays. */
    private static boolean isWholeAt(JournalFile file, long at, long size) throws IOException {
        if (size - at < HEADER) {
            return false;
        }
        long place = file.getFilePointer();
        try {
            file.seek(at);
            int length = file.readInt();
            int checksum = file.readInt();
            if (length < 1 || length > LONGEST || length > size - at - HEADER) {
                return false;
            }
            byte[] payload = new byte[length];
            file.readFully(payload);
            return checksum(payload, 0, length) == checksum;
        } finally {
            file.seek(place);
        }
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
        requireLength(payload);
        if (failed) {
            throw new VaultException("the vault journal failed before; restart after the disk was mended");
        }
        byte[] record = framed(payload);
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

    private static void requireLength(byte[] payload) {
        if (payload.length < 1 || payload.length > LONGEST) {
            throw new IllegalArgumentException("a record of " + payload.length + " bytes: must be 1–" + LONGEST);
        }
    }

    private static byte[] framed(byte[] payload) {
        return ByteBuffer.allocate(HEADER + payload.length)
                .putInt(payload.length)
                .putInt(checksum(payload, 0, payload.length))
                .put(payload)
                .array();
    }

    /**
     * Writes the journal anew, record by record, and puts it in the place of the old one. Whatever happens meanwhile, the old one or the new one is there.
     *
     * @param more records that follow, 1–4,096 bytes each
     * @throws VaultException if that failed; the old one is in force then
     */
    synchronized void rewrite(Rewriting rewriting, Iterable<byte[]> more) throws VaultException {
        if (failed) {
            throw new VaultException("the vault journal failed before; restart after the disk was mended");
        }
        Path part = path.resolveSibling(FILE + ".part");
        JournalFile fresh;
        long size;
        try {
            Files.deleteIfExists(part);
            fresh = disk.open(part);
        } catch (IOException e) {
            throw new VaultException("the vault journal cannot be written anew", e);
        }
        try {
            lock(part, fresh);
            size = copyTo(fresh, rewriting, more);
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            abandon(fresh, part, e);
            throw new VaultException("the vault journal cannot be written anew", e);
        }
        JournalFile old = file;
        file = fresh;
        end = size;
        try {
            old.close();
            forceFolder(path);
        } catch (IOException e) {
            failed = true;
            throw new VaultException("the vault journal was written anew, and cannot be forced to disk", e);
        }
    }

    /** All records so far, once more. Nothing is appended meanwhile. */
    synchronized void read(Reader reader) throws IOException {
        readAll(path, file, end, reader);
    }

    /** All records so far. */
    synchronized void copyTo(OutputStream out) throws IOException {
        byte[] piece = new byte[COPIED];
        file.seek(0);
        for (long left = end; left > 0; ) {
            int n = (int) Math.min(piece.length, left);
            file.readFully(piece, 0, n);
            out.write(piece, 0, n);
            left -= n;
        }
    }

    private static void abandon(JournalFile fresh, Path part, IOException cause) {
        try {
            fresh.close();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** @return the length of the new file */
    private long copyTo(JournalFile fresh, Rewriting rewriting, Iterable<byte[]> more) throws IOException {
        fresh.setLength(0);
        fresh.seek(0);
        // Not closed: that would close the file.
        BufferedOutputStream out = new BufferedOutputStream(new FileOutputStream(fresh.getFD()), 1 << 16);
        out.write(MAGIC);
        long[] size = {MAGIC.length};
        readAll(path, file, end, new Reader() {
            @Override
            public void record(ByteBuffer payload) throws IOException {
                byte[] record = new byte[payload.remaining()];
                payload.get(record);
                byte[] written = rewriting.of(record);
                if (written != null) {
                    out.write(framed(written));
                    size[0] += HEADER + written.length;
                }
            }

            /** As it is: with a checksum that is wrong again. */
            @Override
            public void damaged(String where, byte[] payload) throws IOException {
                byte[] record = framed(payload);
                record[HEADER - 1] ^= 1;
                out.write(record);
                size[0] += record.length;
            }
        });
        for (byte[] record : more) {
            requireLength(record);
            out.write(framed(record));
            size[0] += HEADER + record.length;
        }
        out.flush();
        fresh.force();
        return size[0];
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
    public synchronized void close() throws IOException {
        file.close();
    }
}
