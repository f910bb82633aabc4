package org.sallyport.ith.connector.internal;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The DICOM files of an archive, unpacked one behind the other into one file: pseudonymous, as they came. Immutable. */
final class InstanceSpool {

    private static final int PREAMBLE = 128;

    /** @param crc32 unsigned */
    record Item(long offset, long length, long crc32) {}

    /** @param others entries that are no DICOM files */
    record Content(List<Item> items, int others) {

        Content {
            items = List.copyOf(items);
        }
    }

    private final Path file;

    InstanceSpool(Path file) {
        this.file = file;
    }

    /**
     * Unpacks an archive, checking each entry's length and CRC-32.
     *
     * @throws ZipException saying what is wrong with the archive
     */
    Content fill(Path zip, IthSettings.Dispatching limits) throws IOException {
        ZipLimits.checkEnd(zip);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        List<Item> items = new ArrayList<>();
        int others = 0;
        long packed = Files.size(zip);
        long at = 0;
        byte[] buffer = new byte[1 << 16];
        try (ZipFile archive = new ZipFile(zip.toFile());
                OutputStream out = new BufferedOutputStream(new FileOutputStream(file.toFile()), 1 << 18)) {
            for (Enumeration<? extends ZipEntry> all = archive.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                ZipLimits.checkName(entry);
                if (entry.isDirectory()) {
                    continue;
                }
                try (InputStream in = archive.getInputStream(entry)) {
                    byte[] head = in.readNBytes(PREAMBLE + 4);
                    boolean dicom = isDicom(head);
                    CRC32 crc = new CRC32();
                    crc.update(head);
                    long length = head.length;
                    if (dicom) {
                        out.write(head);
                    }
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        length += n;
                        crc.update(buffer, 0, n);
                        ZipLimits.checkGrowth(at + length, packed, limits.largestDownload());
                        if (dicom) {
                            out.write(buffer, 0, n);
                        }
                    }
                    if (length != entry.getSize() || crc.getValue() != entry.getCrc()) {
                        throw new ZipException("an entry is damaged: its length or CRC-32 is wrong");
                    }
                    if (dicom) {
                        items.add(new Item(at, length, crc.getValue()));
                        at += length;
                        checkRoom(limits);
                    } else {
                        others++;
                    }
                }
            }
        }
        return new Content(items, others);
    }

    private static boolean isDicom(byte[] head) {
        return head.length == PREAMBLE + 4
                && head[PREAMBLE] == 'D'
                && head[PREAMBLE + 1] == 'I'
                && head[PREAMBLE + 2] == 'C'
                && head[PREAMBLE + 3] == 'M';
    }

    private void checkRoom(IthSettings.Dispatching limits) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && Files.getFileStore(folder).getUsableSpace() < limits.minFree()) {
            throw new DownloadFile.Refused("the disk has too little room for the unpacked archive");
        }
    }

    /** One file of the archive. The caller closes it. */
    InputStream open(Item item) throws IOException {
        RandomAccessFile from = new RandomAccessFile(file.toFile(), "r");
        try {
            from.seek(item.offset());
        } catch (IOException e) {
            from.close();
            throw e;
        }
        return new InputStream() {
            private long left = item.length();

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                if (left == 0) {
                    return length == 0 ? 0 : -1;
                }
                int n = from.read(to, offset, (int) Math.min(length, left));
                if (n < 0) {
                    throw new IOException("the spool of a dispatch is shorter than it was");
                }
                left -= n;
                return n;
            }

            @Override
            public void close() throws IOException {
                from.close();
            }
        };
    }
}
