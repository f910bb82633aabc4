package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: one JSON object a line, each with an HMAC over itself and its predecessor's, so that nobody without the vault's key can change,
 * remove or insert a record unseen. Guarded by its monitor.
 */
@Component(service = AuditLog.class)
public final class FileAuditLog implements AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger(FileAuditLog.class);

    static final String FILE = "audit.log";
    private static final int LONGEST_FIELD = 500;
    private static final String HASH = "hash";

    private final Path file;
    private final Hmac key;
    private final Clock clock;
    private final ObjectMapper json = new ObjectMapper();
    private final FileChannel channel;
    private long number;
    private String lastHash = "";
    private long end;

    @Activate
    public FileAuditLog(@Reference KeyHolder keys) throws IOException {
        this(DataFolder.of("vault"), keys.keys(), Clock.systemUTC());
    }

    FileAuditLog(Path folder, VaultKeys keys, Clock clock) throws IOException {
        this.file = folder.resolve(FILE);
        this.key = keys.auditKey();
        this.clock = clock;
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        cutTornLine();
        readLast();
    }

    @Deactivate
    void close() throws IOException {
        channel.close();
    }

    private void cutTornLine() throws IOException {
        long size = channel.size();
        long keep = size;
        ByteBuffer one = ByteBuffer.allocate(1);
        while (keep > 0) {
            one.clear();
            channel.read(one, keep - 1);
            if (one.get(0) == '\n') {
                break;
            }
            keep--;
        }
        if (keep < size) {
            LOG.warn("{}: a torn record of {} bytes at its end was cut off", file, size - keep);
            channel.truncate(keep);
            channel.force(true);
        }
        end = keep;
    }

    private void readLast() throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                lastHash = hashOf(line);
            }
        }
    }

    private String hashOf(String line) {
        try {
            return json.readTree(line).path(HASH).asText();
        } catch (JsonProcessingException e) {
            LOG.error("{}: record {} is no JSON; audit:verify tells more", file, number);
            return "";
        }
    }

    @Override
    public synchronized void record(
            String action,
            String actor,
            String source,
            String subject,
            String reason,
            String outcome,
            @Nullable String detail)
            throws VaultException {
        ObjectNode record = json.createObjectNode();
        record.put("number", number + 1);
        record.put("at", clock.instant().toString());
        record.put("action", bounded(action));
        record.put("actor", bounded(actor));
        record.put("source", bounded(source));
        record.put("subject", bounded(subject));
        record.put("reason", bounded(reason));
        record.put("outcome", bounded(outcome));
        if (detail != null) {
            record.put("detail", bounded(detail));
        }
        String hash = hash(lastHash, record);
        record.put(HASH, hash);
        try {
            byte[] line = (json.writeValueAsString(record) + "\n").getBytes(StandardCharsets.UTF_8);
            ByteBuffer buffer = ByteBuffer.wrap(line);
            long at = end;
            while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
            }
            channel.force(true);
            end = at;
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be written; what should be audited is not done", e);
        }
        number++;
        lastHash = hash;
    }

    private static String bounded(String text) {
        String clean = text.length() <= LONGEST_FIELD ? text : text.substring(0, LONGEST_FIELD);
        return clean.replaceAll("\\p{Cntrl}", " ");
    }

    private String hash(String previous, ObjectNode record) {
        byte[] bytes = record.toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(key.of(previous.getBytes(StandardCharsets.US_ASCII), bytes));
    }

    @Override
    public synchronized List<Entry> newest(int limit) throws VaultException {
        if (limit < 1 || limit > 10_000) {
            throw new IllegalArgumentException("limit " + limit + ": must be 1–10000");
        }
        Deque<Entry> newest = new ArrayDeque<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (newest.size() == limit) {
                    newest.removeFirst();
                }
                newest.addLast(entry(json.readTree(line)));
            }
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be read", e);
        }
        List<Entry> list = new ArrayList<>(newest);
        Collections.reverse(list);
        return list;
    }

    private static Entry entry(JsonNode record) {
        return new Entry(
                record.path("number").asLong(),
                Instant.parse(record.path("at").asText()),
                record.path("action").asText(),
                record.path("actor").asText(),
                record.path("source").asText(),
                record.path("subject").asText(),
                record.path("reason").asText(),
                record.path("outcome").asText(),
                record.has("detail") ? record.path("detail").asText() : null,
                record.path(HASH).asText());
    }

    @Override
    public synchronized Verification verify() throws VaultException {
        long seen = 0;
        String previous = "";
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                seen++;
                if (!(parse(line) instanceof ObjectNode record)) {
                    return new Verification(seen, seen, "record " + seen + " is no JSON object");
                }
                String hash = record.path(HASH).asText();
                record.remove(HASH);
                if (record.path("number").asLong() != seen
                        || !hash(previous, record).equals(hash)) {
                    return new Verification(seen, seen, "record " + seen + " was changed, or one before it removed");
                }
                previous = hash;
            }
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be read", e);
        }
        if (seen != number || !previous.equals(lastHash)) {
            return new Verification(seen, seen + 1, "records at the end are missing: " + number + " were written");
        }
        return new Verification(seen, null, seen + " records, the chain is whole");
    }

    private @Nullable JsonNode parse(String line) {
        try {
            return json.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
