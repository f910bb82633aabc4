package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of JSON lines, each with its CRC-32C, forced before an append returns. What a power cut tore is cut off at the next start; damage
 * inside is told, and the file kept beside. Not thread-safe: guarded by its owner.
 */
final class CommandJournal implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandJournal.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHECKSUM = 8;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path path;

    /** No channel: an interrupted thread would close it. */
    private RandomAccessFile file;

    /** @param reader takes the records that are there */
    CommandJournal(Path path, Consumer<JsonNode> reader) throws IOException {
        this.path = path;
        if (!Files.exists(path)) {
            create(path);
        }
        long whole = read(reader);
        if (whole < Files.size(path)) {
            boolean torn = Files.size(path) - whole <= LONGEST_LINE && isLastLine(whole);
            if (torn) {
                LOG.warn("{}: a torn record at its end was cut off", path);
            } else {
                Path damaged = path.resolveSibling(path.getFileName() + ".damaged");
                Files.copy(path, damaged, StandardCopyOption.REPLACE_EXISTING);
                LOG.error(
                        "{} is damaged at byte {}: commands recorded behind it are lost here; a copy is in {}",
                        path,
                        whole,
                        damaged);
            }
        }
        this.file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(whole);
        file.getFD().sync();
        file.seek(whole);
    }

    private static void create(Path path) throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        forceFolder(path);
    }

    private static void forceFolder(Path path) throws IOException {
        try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** @return where the last whole record ends */
    private long read(Consumer<JsonNode> reader) throws IOException {
        long at = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            for (byte[] line = line(in); line != null; line = line(in)) {
                JsonNode record = record(line);
                if (record == null) {
                    return at;
                }
                try {
                    reader.accept(record);
                } catch (IllegalArgumentException e) {
                    LOG.error(
                            "{}: a record at byte {} is not understood and passed over: {}", path, at, e.getMessage());
                }
                at += line.length + 1;
            }
        }
        return at;
    }

    /** @return null at the end, also of a line that does not end */
    private static byte @org.jspecify.annotations.Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toByteArray();
            }
            if (line.size() == LONGEST_LINE) {
                return null;
            }
            line.write(b);
        }
        return null;
    }

    private static @org.jspecify.annotations.Nullable JsonNode record(byte[] line) {
        if (line.length <= CHECKSUM) {
            return null;
        }
        String told = new String(line, 0, CHECKSUM, StandardCharsets.US_ASCII);
        if (!told.equals(checksum(line, CHECKSUM, line.length - CHECKSUM))) {
            return null;
        }
        try {
            return JSON.readTree(new String(line, CHECKSUM, line.length - CHECKSUM, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private boolean isLastLine(long from) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            in.skipNBytes(from);
            line(in);
            return in.read() < 0;
        }
    }

    private static String checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    private static byte[] encoded(ObjectNode record) {
        byte[] json = record.toString().getBytes(StandardCharsets.UTF_8);
        byte[] line = new byte[CHECKSUM + json.length + 1];
        byte[] checksum = checksum(json, 0, json.length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, line, 0, CHECKSUM);
        System.arraycopy(json, 0, line, CHECKSUM, json.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /** All or, after a crash, a beginning of them; durable on return if forced, else with the next that is. */
    void append(List<ObjectNode> records, boolean forced) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        records.forEach(record -> all.writeBytes(encoded(record)));
        long before = file.getFilePointer();
        try {
            file.write(all.toByteArray());
            if (forced) {
                file.getFD().sync();
            }
        } catch (IOException e) {
            // What was half written must not stand in front of what comes.
            file.setLength(before);
            file.seek(before);
            throw e;
        }
    }

    long length() throws IOException {
        return file.length();
    }

    /** Replaces the content; durable on return. */
    void rewrite(Iterable<ObjectNode> records) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileOutputStream to = new FileOutputStream(part.toFile());
                OutputStream out = new BufferedOutputStream(to, 1 << 16)) {
            for (ObjectNode record : records) {
                out.write(encoded(record));
            }
            out.flush();
            to.getFD().sync();
        }
        Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(path);
        file.close();
        file = new RandomAccessFile(path.toFile(), "rw");
        file.seek(file.length());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
