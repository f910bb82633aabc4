package org.sallyport.gateway.deid.internal;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;

/**
 * SOP Instance UIDs of results that were sent out, as digests of 128 bits: an append-only file, forced, and a table in memory of some 32 bytes for
 * each. What a power cut tore is cut off. Guarded by this object's monitor.
 */
final class SentResults implements Closeable {

    private static final int ENTRY = 16;
    private static final int SMALLEST = 1 << 10;

    private final RandomAccessFile file;

    /** Open addressing; two longs for each digest, both 0 = free. */
    private long[] table = new long[2 * SMALLEST];

    private int count;

    SentResults(Path path) throws IOException {
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        // Not a channel: an interrupt would close it.
        this.file = new RandomAccessFile(path.toFile(), "rw");
        long whole = file.length() / ENTRY;
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(file.getFD()), 1 << 16));
        try {
            for (long i = 0; i < whole; i++) {
                add(in.readLong(), in.readLong());
            }
        } catch (EOFException e) {
            throw new IOException(path + " became shorter while it was read", e);
        }
        file.setLength(whole * ENTRY);
    }

    synchronized boolean contains(String sopInstanceUid) {
        byte[] digest = digest(sopInstanceUid);
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        long high = bytes.getLong();
        long low = bytes.getLong();
        int at = find(high, low);
        return table[at] == high && table[at + 1] == low;
    }

    /** Durable on return. */
    synchronized void add(Collection<String> sopInstanceUids) throws IOException {
        ByteBuffer fresh = ByteBuffer.allocate(sopInstanceUids.size() * ENTRY);
        for (String uid : sopInstanceUids) {
            if (!contains(uid)) {
                fresh.put(digest(uid), 0, ENTRY);
            }
        }
        if (fresh.position() == 0) {
            return;
        }
        file.seek(file.length());
        file.write(fresh.array(), 0, fresh.position());
        file.getFD().sync();
        fresh.flip();
        while (fresh.hasRemaining()) {
            add(fresh.getLong(), fresh.getLong());
        }
    }

    private void add(long high, long low) {
        int at = find(high, low);
        if (table[at] == high && table[at + 1] == low) {
            return;
        }
        table[at] = high;
        table[at + 1] = low;
        if (++count > table.length / 4) {
            grow();
        }
    }

    private void grow() {
        long[] old = table;
        table = new long[2 * old.length];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0 || old[i + 1] != 0) {
                int at = find(old[i], old[i + 1]);
                table[at] = old[i];
                table[at + 1] = old[i + 1];
            }
        }
    }

    private int find(long high, long low) {
        int mask = table.length / 2 - 1;
        int at = (int) (low & mask);
        while ((table[2 * at] != 0 || table[2 * at + 1] != 0) && (table[2 * at] != high || table[2 * at + 1] != low)) {
            at = at + 1 & mask;
        }
        return 2 * at;
    }

    private static byte[] digest(String uid) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(uid.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
