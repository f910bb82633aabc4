package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Files of sealed sheets that never change, {@code <uuid>.earlier}, each with an index at its end: keyed digests in order, and where their sheets begin. A
 * lookup is a binary search on disk: nothing is held in memory. Thread-safe.
 */
final class EarlierFolder implements Closeable {

    static final String SUFFIX = ".earlier";
    static final String PART = ".part";
    static final int MAGIC = 0x53504541; // SPEA
    static final int HEADER = 24;
    static final int ENTRY = 24;
    static final int END = 20;
    static final int LONGEST_SHEET = 1 << 20;

    private final Path folder;
    private final List<Opened> files = new CopyOnWriteArrayList<>();

    /** One of 128 bits. */
    record SheetKey(long high, long low) implements Comparable<SheetKey> {

        static SheetKey of(byte[] digest) {
            ByteBuffer bytes = ByteBuffer.wrap(digest);
            return new SheetKey(bytes.getLong(), bytes.getLong());
        }

        @Override
        public int compareTo(SheetKey other) {
            int order = Long.compareUnsigned(high, other.high);
            return order != 0 ? order : Long.compareUnsigned(low, other.low);
        }
    }

    /** Where a sealed sheet is. */
    record Found(String place, InputStream sealed) {}

    private record Opened(UUID id, Path path, long indexAt, int count) {}

    EarlierFolder(Path folder) throws IOException {
        this.folder = folder;
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.sorted().toList()) {
                if (file.toString().endsWith(SUFFIX + PART)) {
                    Files.delete(file);
                } else if (file.toString().endsWith(SUFFIX)) {
                    files.add(open(file));
                }
            }
        }
    }

    Path path() {
        return folder;
    }

    static String place(UUID file, long offset) {
        return "earlier/" + file + "/" + offset;
    }

    /** A file that has just appeared. */
    void add(Path file) throws IOException {
        files.add(open(file));
    }

    private static Opened open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer header = read(channel, 0, HEADER);
            ByteBuffer end = read(channel, size - END, END);
            long indexAt = end.getLong();
            int count = end.getInt();
            int crc = end.getInt();
            if (header.getInt() != MAGIC
                    || header.getInt() != 1
                    || end.getInt() != MAGIC
                    || count < 0
                    || indexAt != size - END - (long) ENTRY * count
                    || crc != checksum(channel, indexAt, count)) {
                throw new VaultException(file + " is damaged: restore it from a backup");
            }
            return new Opened(new UUID(header.getLong(), header.getLong()), file, indexAt, count);
        }
    }

    private static int checksum(FileChannel channel, long at, int count) throws IOException {
        CRC32C crc = new CRC32C();
        long end = at + (long) ENTRY * count;
        for (long from = at; from < end; ) {
            int length = (int) Math.min(1 << 20, end - from);
            crc.update(read(channel, from, length));
            from += length;
        }
        return (int) crc.getValue();
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (at < 0 || channel.read(bytes, at + bytes.position()) < 0) {
                throw new VaultException("a file of earlier values is cut off");
            }
        }
        return bytes.flip();
    }

    List<Found> find(SheetKey key) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Opened file : files) {
            try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ)) {
                for (int at = first(channel, file, key);
                        at < file.count && key(channel, file, at).equals(key);
                        at++) {
                    long offset = read(channel, file.indexAt + (long) ENTRY * at + 16, 8)
                            .getLong();
                    int length = read(channel, offset, 4).getInt();
                    if (length < 0 || length > LONGEST_SHEET) {
                        throw new VaultException(file.path + " is damaged: restore it from a backup");
                    }
                    found.add(new Found(
                            place(file.id, offset),
                            new ByteArrayInputStream(
                                    read(channel, offset + 4, length).array())));
                }
            }
        }
        return found;
    }

    boolean has(SheetKey key) throws IOException {
        for (Opened file : files) {
            try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ)) {
                int at = first(channel, file, key);
                if (at < file.count && key(channel, file, at).equals(key)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The first entry that is not before the key. */
    private static int first(FileChannel channel, Opened file, SheetKey key) throws IOException {
        int low = 0;
        int high = file.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key(channel, file, middle).compareTo(key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static SheetKey key(FileChannel channel, Opened file, int at) throws IOException {
        ByteBuffer bytes = read(channel, file.indexAt + (long) ENTRY * at, 16);
        return new SheetKey(bytes.getLong(), bytes.getLong());
    }

    @Override
    public void close() {
        files.clear();
    }
}
