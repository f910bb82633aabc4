package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.format.DateTimeParseException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog.Entry;
import org.sallyport.gateway.api.vault.AuditTrail;
import org.sallyport.gateway.api.vault.VaultException;

/** Reads the whole lines of {@link FileAuditLog}, by a file of its own. Owned by one thread. */
final class AuditFollower implements AuditTrail.Follower {

    private static final int BLOCK = 8192;

    private final ObjectMapper json = new ObjectMapper();
    private final RandomAccessFile in;
    private final LongSupplier end;
    private final byte[] buffer = new byte[BLOCK];
    private int filled;
    private int position;
    private long at;
    private long known;

    /**
     * @param known number of the last record that is passed over
     * @param end how far whole lines go, in bytes
     */
    AuditFollower(Path file, long known, LongSupplier end) throws IOException {
        this.in = new RandomAccessFile(file.toFile(), "r");
        this.known = known;
        this.end = end;
    }

    @Override
    public @Nullable Entry next() throws VaultException {
        long upTo = end.getAsLong();
        try {
            while (at < upTo) {
                Entry entry = FileAuditLog.entry(json.readTree(line(upTo)));
                if (entry.number() > known) {
                    known = entry.number();
                    return entry;
                }
            }
            return null;
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new VaultException("the audit log is damaged; audit:verify tells where", e);
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be read", e);
        }
    }

    private String line(long upTo) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (at < upTo && line.size() < FileAuditLog.LONGEST_LINE) {
            if (position == filled) {
                in.seek(at);
                filled = (int) Math.min(buffer.length, upTo - at);
                in.readFully(buffer, 0, filled);
                position = 0;
            }
            byte b = buffer[position++];
            at++;
            if (b == '\n') {
                break;
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
