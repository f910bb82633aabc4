package org.sallyport.ith.connector.internal;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a ZIP that lies in a sealed file, in the order of its central directory (APPNOTE 4.3.12): the JDK reads plain files only. Nothing of it is
 * held but the entry at hand. Not thread-safe.
 */
final class SealedZip implements Closeable {

    /**
     * @param crc32 unsigned
     * @param packed bytes in the archive
     * @param header place of its local header, as the directory tells it
     */
    record Entry(String name, int flags, int method, long crc32, long packed, long size, long header) {

        boolean isDirectory() {
            return name.endsWith("/");
        }
    }

    private static final int CENTRAL = 46;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int ZIP64 = 1;
    private static final long IN_ZIP64 = 0xFFFFFFFFL;
    private static final int ENCRYPTED = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final String DAMAGED = "its directory is damaged";

    private final SealedFile.Reader data;
    private final SealedFile.Reader directory;
    private final ZipLimits.Directory place;
    private final InputStream records;
    private final Inflater inflater = new Inflater(true);
    private long left;
    private int entries;

    private SealedZip(SealedFile.Reader data, SealedFile.Reader directory) throws IOException {
        this.data = data;
        this.directory = directory;
        this.place = ZipLimits.directory(data);
        this.records = directory.section(place.at(), place.length());
        this.left = place.length();
    }

    /** @throws ZipException if it is no ZIP, cut off, or too large a one */
    static SealedZip open(SealedFile file) throws IOException {
        SealedFile.Reader data = file.open();
        SealedFile.Reader directory = null;
        try {
            directory = file.open();
            return new SealedZip(data, directory);
        } catch (IOException | RuntimeException e) {
            data.close();
            if (directory != null) {
                directory.close();
            }
            throw e;
        }
    }

    /** The next one, or null. */
    @Nullable
    Entry next() throws IOException {
        if (left == 0) {
            return null;
        }
        if (++entries > ZipLimits.MOST_ENTRIES) {
            throw new ZipException("it has more than " + ZipLimits.MOST_ENTRIES + " entries");
        }
        ByteBuffer record = take(CENTRAL);
        if (record.getInt(0) != CENTRAL_SIGNATURE) {
            throw new ZipException(DAMAGED);
        }
        String name = new String(take(record.getShort(28) & 0xFFFF).array(), StandardCharsets.UTF_8);
        ByteBuffer extra = take(record.getShort(30) & 0xFFFF);
        take(record.getShort(32) & 0xFFFF);
        long size = unsigned(record, 24);
        long packed = unsigned(record, 20);
        long header = unsigned(record, 42);
        if (size == IN_ZIP64 || packed == IN_ZIP64 || header == IN_ZIP64) {
            ByteBuffer large = zip64(extra);
            // Each stands there only if it has no room in the record (APPNOTE 4.5.3).
            size = size == IN_ZIP64 ? number(large) : size;
            packed = packed == IN_ZIP64 ? number(large) : packed;
            header = header == IN_ZIP64 ? number(large) : header;
        }
        return new Entry(
                name,
                record.getShort(8) & 0xFFFF,
                record.getShort(10) & 0xFFFF,
                unsigned(record, 16),
                packed,
                size,
                header);
    }

    private ByteBuffer take(int length) throws IOException {
        if (length > left) {
            throw new ZipException(DAMAGED);
        }
        left -= length;
        return ByteBuffer.wrap(records.readNBytes(length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long unsigned(ByteBuffer from, int at) {
        return from.getInt(at) & 0xFFFFFFFFL;
    }

    private static long number(ByteBuffer from) throws ZipException {
        long number = from.remaining() < Long.BYTES ? -1 : from.getLong();
        if (number < 0) {
            throw new ZipException(DAMAGED);
        }
        return number;
    }

    private static ByteBuffer zip64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = Math.min(extra.getShort() & 0xFFFF, extra.remaining());
            if (id == ZIP64) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    /** Its content, to be read before that of another one is opened. That it is as the directory says is for the caller to check. */
    InputStream open(Entry entry) throws IOException {
        if ((entry.flags() & ENCRYPTED) != 0) {
            throw new ZipException("an entry is encrypted");
        }
        long at = place.start() + entry.header();
        if (at > place.at() - LOCAL) {
            throw new ZipException(DAMAGED);
        }
        ByteBuffer local =
                ByteBuffer.wrap(data.section(at, LOCAL).readNBytes(LOCAL)).order(ByteOrder.LITTLE_ENDIAN);
        long content = at + LOCAL + (local.getShort(26) & 0xFFFF) + (local.getShort(28) & 0xFFFF);
        if (local.getInt(0) != LOCAL_SIGNATURE || entry.packed() > place.at() - content) {
            throw new ZipException("an entry is damaged: it does not lie where the directory says");
        }
        InputStream packed = data.section(content, entry.packed());
        return switch (entry.method()) {
            case STORED -> packed;
            case DEFLATED -> inflate(packed);
            default -> throw new ZipException("an entry is packed in a way that is not known: " + entry.method());
        };
    }

    private InputStream inflate(InputStream packed) {
        inflater.reset();
        // Without zlib's header one byte more is wanted than there is.
        InputStream one = new SequenceInputStream(packed, new ByteArrayInputStream(new byte[1]));
        return new InflaterInputStream(one, inflater, SealedFile.CHUNK) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                try {
                    return super.read(to, offset, length);
                } catch (EOFException e) {
                    throw new ZipException("an entry is damaged: it is cut off");
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        try (directory) {
            data.close();
        }
    }
}
