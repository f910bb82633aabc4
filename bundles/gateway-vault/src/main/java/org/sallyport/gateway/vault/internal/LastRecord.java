package org.sallyport.gateway.vault.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;

/**
 * The side file of the audit log. It tells how far the log has come, so that records cut off its end while the gateway is stopped are seen: number and hash
 * of the last record, with an HMAC over both, since who cuts the log must not be able to make this fit. Owned by the log.
 *
 * <p>It is written in place and not forced to disk. The log is forced before: after a power cut this may tell of an earlier record than the log has, which
 * is no cut, and never of a later one. So few bytes at the start of a file lie in one sector of the disk, which is written or not.
 */
final class LastRecord implements Closeable {

    /** What is longer than any line is overwritten whole. */
    private static final int LENGTH = 256;

    private static final byte[] PURPOSE = "last record".getBytes(StandardCharsets.US_ASCII);

    private final Path path;
    private final Hmac key;
    private boolean known;
    private long number;
    private String hash = "";
    /** No channel: an interrupted thread would close it. Null = nothing was written yet. */
    private @Nullable RandomAccessFile file;

    /** @param isFirst whether the log has no records: then the file is begun, so that it is never missing beside some */
    LastRecord(Path path, Hmac key, boolean isFirst) throws IOException {
        this.path = path;
        this.key = key;
        if (Files.exists(path)) {
            read();
        } else if (isFirst) {
            DataFolder.replace(path, bytes(0, ""));
            known = true;
        }
    }

    private void read() throws IOException {
        String line;
        try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
            byte[] start = new byte[LENGTH];
            int length = in.read(start);
            line = new String(start, 0, Math.max(length, 0), StandardCharsets.US_ASCII).strip();
        }
        String[] fields = line.split(" ", -1);
        try {
            long read = Long.parseLong(fields[0]);
            if (fields.length == 3 && line(read, fields[1]).equals(line)) {
                number = read;
                hash = fields[1];
                known = true;
            }
        } catch (NumberFormatException e) {
            known = false;
        }
    }

    /** Whether the file was there and is of this key; if not it can tell nothing. */
    boolean isKnown() {
        return known;
    }

    /** 0 = the log had none. */
    long number() {
        return number;
    }

    /** Of the record with that number. */
    String hash() {
        return hash;
    }

    void keep(long newNumber, String newHash) throws IOException {
        RandomAccessFile open = file;
        if (open == null) {
            open = new RandomAccessFile(path.toFile(), "rw");
            file = open;
        }
        open.seek(0);
        open.write(bytes(newNumber, newHash));
        number = newNumber;
        hash = newHash;
    }

    private byte[] bytes(long of, String with) {
        byte[] padded = new byte[LENGTH];
        Arrays.fill(padded, (byte) ' ');
        byte[] text = line(of, with).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, padded, 0, text.length);
        padded[LENGTH - 1] = '\n';
        return padded;
    }

    private String line(long of, String with) {
        String text = of + " " + with;
        return text + " " + HexFormat.of().formatHex(key.of(PURPOSE, text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
