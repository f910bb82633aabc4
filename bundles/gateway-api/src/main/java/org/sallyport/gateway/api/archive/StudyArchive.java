package org.sallyport.gateway.api.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.sallyport.gateway.api.DeliveryInstance;

/**
 * A study, or some instances of one, as a ZIP of stored entries whose length is known before the first byte is written. The same instances give the
 * same bytes at every attempt: entries stand in the manifest's order and carry a fixed time.
 *
 * <p>Entries are named {@code <study uid>/<series uid>/<SOP Instance UID>.dcm}, with {@code _} for the dots of the two folders. Zip64 records
 * are written only where the plain ones cannot hold a number. Needs one buffer and a few hundred bytes for each instance, however long the
 * instances are. Immutable and thread-safe; {@link #writeTo} may run as often as needed.
 */
public final class StudyArchive {

    /** What a ZIP field of 32 bits cannot hold any more (APPNOTE 4.4.1.4). */
    private static final long ZIP64_VALUE = 0xFFFF_FFFFL;

    private static final int ZIP64_COUNT = 0xFFFF;
    private static final int LOCAL_HEADER = 30;
    private static final int LOCAL_ZIP64_EXTRA = 20;
    private static final int CENTRAL_HEADER = 46;
    private static final int CENTRAL_ZIP64_HEADER = 4;
    private static final int CENTRAL_ZIP64_VALUE = 8;
    private static final int END_RECORD = 22;
    private static final int ZIP64_END_RECORDS = 56 + 20;

    /** Tells nothing. The JDK takes the first moment of 1980 for "earlier than a ZIP can tell" and adds an extra field; the second day needs none. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 1, 2, 0, 0);

    private static final int BUFFER = 1 << 16;
    private static final Pattern UID = Pattern.compile("[0-9]+(\\.[0-9]+)*");
    private static final int LONGEST_UID = 64;

    private final List<Item> items;
    private final long length;

    private record Item(String name, DeliveryInstance instance) {}

    /** Hears how far the writing is. Called on the writing thread after each instance; has to return at once. */
    @FunctionalInterface
    public interface Progress {

        /** @param bytesDone bytes of Part 10 files, without the ZIP's own */
        void written(int instancesDone, long bytesDone);
    }

    private StudyArchive(List<Item> items) {
        this.items = items;
        this.length = lengthOf(items);
    }

    /**
     * Plans the archive.
     *
     * @param instances in the order of the entries; at least one
     * @throws IllegalArgumentException if there is no instance, an instance occurs twice, a length is negative, or a UID is none (PS3.5 9.1): UIDs
     *     become file names
     */
    public static StudyArchive of(String studyInstanceUid, List<DeliveryInstance> instances) {
        if (instances.isEmpty()) {
            throw new IllegalArgumentException("instances: none; an archive holds at least one");
        }
        String folder = folder(studyInstanceUid, "(0020,000D)");
        Set<String> names = new HashSet<>();
        List<Item> items = instances.stream()
                .map(instance -> new Item(
                        folder + '/' + folder(instance.seriesInstanceUid(), "(0020,000E)") + '/'
                                + checked(instance.sopInstanceUid(), "(0008,0018)") + ".dcm",
                        instance))
                .toList();
        for (Item item : items) {
            if (!names.add(item.name)) {
                throw new IllegalArgumentException("entry " + item.name + ": more than once in the manifest");
            }
            if (item.instance.length() < 0) {
                throw new IllegalArgumentException("entry " + item.name + ": length " + item.instance.length());
            }
        }
        return new StudyArchive(items);
    }

    private static String folder(String uid, String tag) {
        return checked(uid, tag).replace('.', '_');
    }

    private static String checked(String uid, String tag) {
        if (uid.length() > LONGEST_UID || !UID.matcher(uid).matches()) {
            throw new IllegalArgumentException(
                    tag + " of " + uid.length() + " characters is no UID: digits and dots, at most " + LONGEST_UID);
        }
        return uid;
    }

    /** Bytes that {@link #writeTo} writes, exactly. */
    public long length() {
        return length;
    }

    /** Names of the entries, in order. */
    public List<String> entryNames() {
        return items.stream().map(Item::name).toList();
    }

    private static long lengthOf(List<Item> items) {
        long position = 0;
        long directory = 0;
        for (Item item : items) {
            int name = item.name.length();
            long size = item.instance.length();
            boolean large = size >= ZIP64_VALUE;
            int zip64Values = (large ? 2 : 0) + (position >= ZIP64_VALUE ? 1 : 0);
            directory += CENTRAL_HEADER + name;
            directory += zip64Values == 0 ? 0 : CENTRAL_ZIP64_HEADER + (long) zip64Values * CENTRAL_ZIP64_VALUE;
            position += LOCAL_HEADER + name + (large ? LOCAL_ZIP64_EXTRA : 0) + size;
        }
        boolean zip64 = items.size() >= ZIP64_COUNT || position >= ZIP64_VALUE || directory >= ZIP64_VALUE;
        return position + directory + END_RECORD + (zip64 ? ZIP64_END_RECORDS : 0);
    }

    /**
     * Writes the archive and leaves the stream open, flushed.
     *
     * @throws InterruptedIOException if the thread is interrupted; its flag stays set
     * @throws IOException if reading or writing fails, or an instance is not what the manifest says of its length and CRC-32; what was written
     *     is no whole archive then
     */
    public void writeTo(OutputStream out, Progress progress) throws IOException {
        Counted counted = new Counted(out);
        // Finished but not closed: the stream is the caller's, and a broken archive must not get an end record.
        @SuppressWarnings("resource")
        ZipOutputStream zip = new ZipOutputStream(counted);
        zip.setMethod(ZipOutputStream.STORED);
        byte[] buffer = new byte[BUFFER];
        int done = 0;
        long bytes = 0;
        for (Item item : items) {
            ZipEntry entry = new ZipEntry(item.name);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(item.instance.length());
            entry.setCompressedSize(item.instance.length());
            entry.setCrc(item.instance.crc32());
            entry.setTimeLocal(ENTRY_TIME);
            zip.putNextEntry(entry);
            copy(item, zip, buffer);
            zip.closeEntry();
            bytes += item.instance.length();
            progress.written(++done, bytes);
        }
        zip.finish();
        zip.flush();
        if (counted.count != length) {
            throw new IOException("the archive has " + counted.count + " bytes instead of " + length);
        }
    }

    private static void copy(Item item, OutputStream out, byte[] buffer) throws IOException {
        CRC32 crc = new CRC32();
        long expected = item.instance.length();
        long length = 0;
        try (InputStream in = item.instance.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while writing " + item.name);
                }
                length += n;
                if (length > expected) {
                    throw new IOException(item.name + ": longer than the " + expected + " bytes of the manifest");
                }
                crc.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        if (length != expected) {
            throw new IOException(item.name + ": " + length + " bytes instead of " + expected);
        }
        if (crc.getValue() != item.instance.crc32()) {
            throw new IOException(item.name + ": its CRC-32 is not that of the manifest");
        }
    }

    /** Counts what goes through; owned by one call of {@link #writeTo}. */
    private static final class Counted extends OutputStream {

        private final OutputStream out;
        private long count;

        Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
