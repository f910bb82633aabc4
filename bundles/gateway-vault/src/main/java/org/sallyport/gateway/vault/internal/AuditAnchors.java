package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the audit log had come at the end of each day, and with which hash: in the file {@value #FILE}, and in the log, which sites keep elsewhere. Who
 * has the vault's key could write the whole log anew; against this it shows. Guarded by {@link FileAuditLog}.
 */
final class AuditAnchors {

    static final String FILE = "audit.anchors";

    private static final Logger LOG = LoggerFactory.getLogger(AuditAnchors.class);

    private static final Pattern LINE = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d{1,18}) ([0-9a-f]{64})");
    /** Of more than a thousand years. */
    private static final long LONGEST = 64L << 20;

    private final Path file;

    AuditAnchors(Path folder) {
        this.file = folder.resolve(FILE);
    }

    /** @param day that has ended with this record */
    void add(LocalDate day, long number, String hash) {
        LOG.info("audit anchor of {}: {} records, hash {}", day, number, hash);
        String line = day + " " + number + " " + hash + "\n";
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(out.length());
            out.write(((endsALine(out) ? "" : "\n") + line).getBytes(StandardCharsets.US_ASCII));
            out.getFD().sync();
        } catch (IOException e) {
            LOG.error(
                    "{} cannot be written: that the audit log was written anew would show by the line above only",
                    file,
                    e);
        }
    }

    /** A crash may have left the beginning of one. The place in the file stays. */
    private static boolean endsALine(RandomAccessFile at) throws IOException {
        long place = at.getFilePointer();
        if (place == 0) {
            return true;
        }
        at.seek(place - 1);
        return at.read() == '\n';
    }

    /**
     * Hashes by the number of their record. A line that is no anchor, as a crash leaves one, anchors nothing.
     *
     * @throws IOException if the file cannot be read
     */
    Map<Long, String> all() throws IOException {
        Map<Long, String> all = new HashMap<>();
        if (!Files.exists(file)) {
            return all;
        }
        if (Files.size(file) > LONGEST) {
            throw new IOException(file + " is longer than " + LONGEST + " bytes");
        }
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            Matcher fields = LINE.matcher(line);
            if (fields.matches()) {
                all.put(Long.parseLong(String.valueOf(fields.group(2))), String.valueOf(fields.group(3)));
            }
        }
        return all;
    }
}
