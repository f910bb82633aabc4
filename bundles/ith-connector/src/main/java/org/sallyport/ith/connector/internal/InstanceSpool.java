package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/** The DICOM files of an archive, unpacked one behind the other into one sealed file, as they came. Filled by one thread, then read by any. */
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

    private final SealedFile file;

    InstanceSpool(Path file) {
        this.file = new SealedFile(file);
    }

    /**
     * Unpacks an archive, checking each entry's length and CRC-32.
     *
     * @throws ZipException saying what is wrong with the archive
     */
    Content fill(SealedFile zip, IthSettings.Dispatching limits) throws IOException {
        checkDirectory(zip, limits);
        List<Item> items = new ArrayList<>();
        int others = 0;
        long at = 0;
        byte[] buffer = new byte[SealedFile.CHUNK];
        try (SealedZip archive = SealedZip.open(zip);
                SealedFile.Writer out = file.write()) {
            for (SealedZip.Entry entry = archive.next(); entry != null; entry = archive.next()) {
                if (entry.isDirectory()) {
                    continue;
                }
                try (InputStream in = archive.open(entry)) {
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
                        if (length > entry.size()) {
                            break;
                        }
                        if (dicom) {
                            out.write(buffer, 0, n);
                        }
                    }
                    if (length != entry.size() || crc.getValue() != entry.crc32()) {
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
            out.finish();
        }
        return new Content(items, others);
    }

    /** Of what an archive says of itself, before any of it is unpacked: an entry that is longer than that is left where it says it ends. */
    private static void checkDirectory(SealedFile zip, IthSettings.Dispatching limits) throws IOException {
        long unpacked = 0;
        try (SealedZip archive = SealedZip.open(zip)) {
            for (SealedZip.Entry entry = archive.next(); entry != null; entry = archive.next()) {
                ZipLimits.checkName(entry.name());
                // What is beyond any limit must not overflow.
                unpacked += Math.min(entry.size(), Long.MAX_VALUE / 2);
                ZipLimits.checkGrowth(unpacked, zip.length(), limits.largestDownload());
            }
        }
    }

    /** Who reads from it reads on. */
    void delete() throws IOException {
        file.delete();
    }

    private static boolean isDicom(byte[] head) {
        return head.length == PREAMBLE + 4
                && head[PREAMBLE] == 'D'
                && head[PREAMBLE + 1] == 'I'
                && head[PREAMBLE + 2] == 'C'
                && head[PREAMBLE + 3] == 'M';
    }

    private void checkRoom(IthSettings.Dispatching limits) throws IOException {
        Path folder = file.path().toAbsolutePath().getParent();
        if (folder != null && Files.getFileStore(folder).getUsableSpace() < limits.minFree()) {
            throw new DownloadFile.Refused("the disk has too little room for the unpacked archive");
        }
    }

    /** One file of the archive. The caller closes it. */
    InputStream open(Item item) throws IOException {
        return file.open(item.offset(), item.length());
    }
}
