package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/** What an archive may be, before and while it is opened: the JDK reads its whole directory into memory. Pure but for the file. */
final class ZipLimits {

    static final int MOST_ENTRIES = 200_000;
    static final long LARGEST_DIRECTORY = 64L << 20;

    /** Beyond a quarter of a GiB an archive may not grow more than so many times: images shrink much less. */
    static final long RATIO = 500;

    static final long RATIO_FROM = 256L << 20;

    private static final int END = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int LOCATOR = 20;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int END64 = 56;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LONGEST_COMMENT = 0xFFFF;

    private ZipLimits() {}

    /**
     * Looks at the end of central directory record (APPNOTE 4.3.16; Zip64: 4.3.14).
     *
     * @throws ZipException if it is no ZIP, cut off, or has too many entries
     */
    static void checkEnd(Path zip) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(zip.toFile(), "r")) {
            int length = (int) Math.min(file.length(), END + LOCATOR + (long) LONGEST_COMMENT);
            ByteBuffer tail = read(file, file.length() - length, length);
            for (int at = length - END; at >= 0; at--) {
                if (tail.getInt(at) == END_SIGNATURE) {
                    check(file, tail, at);
                    return;
                }
            }
        }
        throw new ZipException("it is no ZIP, or cut off");
    }

    private static void check(RandomAccessFile file, ByteBuffer tail, int at) throws IOException {
        long entries = tail.getShort(at + 10) & 0xFFFF;
        long directory = tail.getInt(at + 12) & 0xFFFFFFFFL;
        if (at >= LOCATOR && tail.getInt(at - LOCATOR) == LOCATOR_SIGNATURE) {
            long end64 = tail.getLong(at - LOCATOR + 8);
            if (end64 < 0 || end64 > file.length() - END64) {
                throw new ZipException("its Zip64 records are damaged");
            }
            ByteBuffer record = read(file, end64, END64);
            if (record.getInt(0) != END64_SIGNATURE) {
                throw new ZipException("its Zip64 records are damaged");
            }
            entries = record.getLong(32);
            directory = record.getLong(40);
        }
        if (entries < 0 || entries > MOST_ENTRIES || directory < 0 || directory > LARGEST_DIRECTORY) {
            throw new ZipException("it has more than " + MOST_ENTRIES + " entries or too large a directory");
        }
    }

    private static ByteBuffer read(RandomAccessFile file, long from, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(from);
        file.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * No entry's name is ever used as a path; one that would climb says that the archive is hostile.
     *
     * @throws ZipException if so
     */
    static void checkName(ZipEntry entry) throws ZipException {
        String name = entry.getName().replace('\\', '/');
        boolean climbs = name.startsWith("/")
                || name.matches("[A-Za-z]:.*")
                || name.indexOf(0) >= 0
                || ("/" + name + "/").contains("/../");
        if (climbs) {
            throw new ZipException("an entry's name leads out of the archive");
        }
    }

    /** @throws ZipException if what was unpacked so far is more than images could be packed into */
    static void checkGrowth(long unpacked, long packed, long most) throws ZipException {
        if (unpacked > most) {
            throw new ZipException("it unpacks to more than largest-download (org.sallyport.ith.cfg)");
        }
        if (unpacked > RATIO_FROM && unpacked / RATIO > packed) {
            throw new ZipException("it unpacks to more than " + RATIO + " times its size");
        }
    }
}
