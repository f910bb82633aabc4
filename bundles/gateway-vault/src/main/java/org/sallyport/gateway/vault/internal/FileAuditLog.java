package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.AuditTrail;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: one JSON object a line, each with an HMAC over itself and its predecessor's, so that nobody without the vault's key can change,
 * remove or insert a record unseen. Guarded by its monitor.
 */
@Component(service = {AuditLog.class, AuditTrail.class})
public final class FileAuditLog implements AuditLog, AuditTrail {

    private static final Logger LOG = LoggerFactory.getLogger(FileAuditLog.class);

    static final String FILE = "audit.log";
    /** Tells how far the log has come, so that records cut off its end while the gateway is stopped are seen. */
    static final String LAST_FILE = "audit.last";

    private static final int BLOCK = 8192;
    /** Far above seven fields of the longest there are. */
    static final int LONGEST_LINE = 1 << 20;

    private static final int LONGEST_FIELD = 500;
    private static final String HASH = "hash";

    private final Path file;
    private final Hmac key;
    private final Clock clock;
    private final ObjectMapper json = new ObjectMapper();
    /** No channel: an interrupted thread would close it, and nothing could be audited any more. */
    private final RandomAccessFile log;

    private final AuditAnchors anchors;
    private final LastRecord last;
    /** If false the side file stays as it is: it is the evidence. */
    private final boolean tracksLast;

    private long number;
    private String lastHash = "";
    /** Of the last record; null = there is none, or it cannot be read. */
    private @Nullable LocalDate lastDay;

    private long end;

    @Activate
    public FileAuditLog(@Reference KeyHolder keys) throws IOException {
        this(DataFolder.of("vault"), keys.keys(), Clock.systemUTC());
    }

    FileAuditLog(Path folder, VaultKeys keys, Clock clock) throws IOException {
        this.file = folder.resolve(FILE);
        this.key = keys.auditKey();
        this.clock = clock;
        this.log = new RandomAccessFile(file.toFile(), "rw");
        this.anchors = new AuditAnchors(folder);
        try {
            this.last = new LastRecord(folder.resolve(LAST_FILE), key, log.length() == 0);
            cutTornLine();
            readLast();
            this.tracksLast = last.isKnown() && last.hash().equals(hashOf(last.number()));
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
        if (!tracksLast) {
            LOG.error("{}: records may have been cut off its end; audit:verify tells more", file);
        }
    }

    @Deactivate
    void close() throws IOException {
        try (last) {
            log.close();
        }
    }

    private void cutTornLine() throws IOException {
        long size = log.length();
        long keep = lineStart(size);
        if (keep < size) {
            LOG.warn("{}: a torn record of {} bytes at its end was cut off", file, size - keep);
            log.setLength(keep);
            log.getFD().sync();
        }
        end = keep;
    }

    /** The place behind the last line break before {@code upTo}. */
    private long lineStart(long upTo) throws IOException {
        byte[] block = new byte[BLOCK];
        for (long at = upTo; at > 0; ) {
            int n = (int) Math.min(BLOCK, at);
            at -= n;
            log.seek(at);
            log.readFully(block, 0, n);
            for (int i = n - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return at + i + 1;
                }
            }
        }
        return 0;
    }

    /** Bytes that are no UTF-8 are replaced, not refused: the chain tells where they are. */
    private BufferedReader lines() throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    /** From the end: the log grows for years, and the start must not wait for all of it. */
    private void readLast() throws IOException {
        if (end == 0) {
            return;
        }
        if (parse(line(lineStart(end - 1), end - 1)) instanceof ObjectNode record) {
            number = record.path("number").asLong();
            lastHash = record.path(HASH).asText();
            lastDay = day(record.path("at").asText());
        } else {
            LOG.error("{}: its last record is damaged; audit:verify tells more", file);
            number = last.number();
        }
    }

    private static @Nullable LocalDate day(String instant) {
        try {
            return LocalDate.ofInstant(Instant.parse(instant), ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private String line(long from, long to) throws IOException {
        byte[] line = new byte[(int) Math.min(to - from, LONGEST_LINE)];
        log.seek(from);
        log.readFully(line);
        return new String(line, StandardCharsets.UTF_8);
    }

    /** From the end, where the record is the last but one at most, unless the side file could not be written. */
    private @Nullable String hashOf(long wanted) throws IOException {
        if (wanted == 0) {
            return "";
        }
        for (long upTo = end; upTo > 0; ) {
            long start = lineStart(upTo - 1);
            if (!(parse(line(start, upTo - 1)) instanceof ObjectNode record)
                    || record.path("number").asLong() < wanted) {
                return null;
            }
            if (record.path("number").asLong() == wanted) {
                return record.path(HASH).asText();
            }
            upTo = start;
        }
        return null;
    }

    /** Behind the append: a crash between the two leaves a log that is ahead, never one that seems cut. */
    private void keepLast() {
        if (!tracksLast) {
            return;
        }
        try {
            last.keep(number, lastHash);
        } catch (IOException e) {
            // The record is in the log, which is what counts; the next one tries again.
            LOG.error("{} cannot be written: records cut off the log's end would not be seen", LAST_FILE, e);
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
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        if (lastDay != null && !today.equals(lastDay)) {
            anchors.add(lastDay, number, lastHash);
        }
        ObjectNode record = json.createObjectNode();
        record.put("number", number + 1);
        record.put("at", now.toString());
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
            byte[] line = (record + "\n").getBytes(StandardCharsets.UTF_8);
            log.seek(end);
            log.write(line);
            log.getFD().sync();
            end += line.length;
        } catch (IOException e) {
            cutBack(e);
            throw new VaultException("the audit log cannot be written; what should be audited is not done", e);
        }
        number++;
        lastHash = hash;
        lastDay = today;
        keepLast();
    }

    /** What was written of a record that does not count must not stand behind the next one. */
    private void cutBack(IOException cause) {
        try {
            log.setLength(end);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
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
        try (BufferedReader lines = lines()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (newest.size() == limit) {
                    newest.removeFirst();
                }
                newest.addLast(entry(json.readTree(line)));
            }
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new VaultException("the audit log is damaged; audit:verify tells where", e);
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be read", e);
        }
        List<Entry> list = new ArrayList<>(newest);
        Collections.reverse(list);
        return list;
    }

    private synchronized long end() {
        return end;
    }

    @Override
    public Follower follow(long after) throws IOException {
        long known;
        synchronized (this) {
            known = Math.min(after, number);
        }
        return new AuditFollower(file, known, this::end);
    }

    static Entry entry(JsonNode record) {
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
        Map<Long, String> anchored;
        try (BufferedReader lines = lines()) {
            anchored = anchors.all();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                seen++;
                // The hash covers the fields; what else a line could hold (spaces, a name twice) it must not.
                if (!(parse(line) instanceof ObjectNode record)
                        || !record.toString().equals(line)) {
                    return new Verification(seen, seen, "record " + seen + " is not as this log writes records");
                }
                String hash = record.path(HASH).asText();
                record.remove(HASH);
                if (record.path("number").asLong() != seen
                        || !hash(previous, record).equals(hash)) {
                    return new Verification(seen, seen, "record " + seen + " was changed, or one before it removed");
                }
                previous = hash;
                if (!anchored.getOrDefault(seen, hash).equals(hash)) {
                    return new Verification(
                            seen, seen, "record " + seen + " is not the one that was anchored on its day");
                }
                if (seen == last.number() && !hash.equals(last.hash())) {
                    return new Verification(seen, seen, "records were cut off before record " + seen + " was written");
                }
            }
        } catch (IOException e) {
            throw new VaultException("the audit log cannot be read", e);
        }
        if (seen != number || !previous.equals(lastHash)) {
            return new Verification(seen, seen + 1, "records at the end are missing: " + number + " were written");
        }
        if (!last.isKnown()) {
            return new Verification(
                    seen,
                    seen + 1,
                    LAST_FILE + " is missing or was changed: whether records at the end are missing cannot be told");
        }
        long anchor =
                anchored.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        if (seen < anchor) {
            return new Verification(seen, seen + 1, "records at the end are missing: " + anchor + " were anchored");
        }
        if (seen < last.number()) {
            return new Verification(
                    seen, seen + 1, "records at the end are missing: " + last.number() + " were written");
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
