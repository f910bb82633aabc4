package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.ZipException;

/** What an archive may be, before and while it is opened. Pure but for the file. */
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
     * Where the central directory lies.
     *
     * @param start of the archive within the file: what the archive tells of places counts from there
     * @param at within the file
     * @param length in bytes
     */
    record Directory(long start, long at, long length) {}

    /**
     * Looks at the end of central directory record (APPNOTE 4.3.16; Zip64: 4.3.14).
     *
     * @throws ZipException if it is no ZIP, cut off, or has too many entries
     */
    static Directory directory(SealedFile.Reader file) throws IOException {
        int length = (int) Math.min(file.length(), END + LOCATOR + (long) LONGEST_COMMENT);
        ByteBuffer tail = read(file, file.length() - length, length);
        for (int at = length - END; at >= 0; at--) {
            if (tail.getInt(at) == END_SIGNATURE) {
                return directory(file, tail, at, file.length() - length + at);
            }
        }
        throw new ZipException("it is no ZIP, or cut off");
    }

    /** @param end place of the record that {@code tail} has at {@code at} */
    private static Directory directory(SealedFile.Reader file, ByteBuffer tail, int at, long end) throws IOException {
        long entries = tail.getShort(at + 10) & 0xFFFF;
        long length = tail.getInt(at + 12) & 0xFFFFFFFFL;
        long told = tail.getInt(at + 16) & 0xFFFFFFFFL;
        long behind = end;
        if (at >= LOCATOR && tail.getInt(at - LOCATOR) == LOCATOR_SIGNATURE) {
            behind = tail.getLong(at - LOCATOR + 8);
            if (behind < 0 || behind > file.length() - END64) {
                throw new ZipException("its Zip64 records are damaged");
            }
            ByteBuffer record = read(file, behind, END64);
            if (record.getInt(0) != END64_SIGNATURE) {
                throw new ZipException("its Zip64 records are damaged");
            }
            entries = record.getLong(32);
            length = record.getLong(40);
            told = record.getLong(48);
        }
        if (entries < 0 || entries > MOST_ENTRIES || length < 0 || length > LARGEST_DIRECTORY) {
            throw new ZipException("it has more than " + MOST_ENTRIES + " entries or too large a directory");
        }
        long place = behind - length;
        if (told < 0 || told > place) {
            throw new ZipException("its directory is damaged");
        }
        return new Directory(place - told, place, length);
    }

    private static ByteBuffer read(SealedFile.Reader file, long from, int length) throws IOException {
        return ByteBuffer.wrap(file.section(from, length).readNBytes(length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * No entry's name is ever used as a path; one that would climb says that the archive is hostile.
     *
     * @throws ZipException if so
     */
    static void checkName(String told) throws ZipException {
        String name = told.replace('\\', '/');
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
