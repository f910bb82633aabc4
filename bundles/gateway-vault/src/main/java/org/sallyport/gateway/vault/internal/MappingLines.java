package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Lines, with a last one that holds their number and the SHA-256 of all before it: what was cut off or changed does not end so. */
final class MappingLines {

    /** In bytes; the UIDs of a study are the longest. */
    static final int LONGEST = 4 << 20;

    private static final String END = "end";

    private MappingLines() {}

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Owned by one thread. */
    static final class Writer implements Closeable {

        private final OutputStream to;
        private final MessageDigest digest = newDigest();
        private int lines;

        Writer(OutputStream to) {
            this.to = to;
        }

        void write(ObjectNode line) throws IOException {
            byte[] bytes = MappingCode.bytes(line);
            if (bytes.length > LONGEST) {
                throw new IOException("a line of more than " + LONGEST + " bytes");
            }
            digest.update(bytes);
            digest.update((byte) '\n');
            lines = Math.addExact(lines, 1);
            to.write(bytes);
            to.write('\n');
        }

        /** Only then it is whole. */
        void end() throws IOException {
            ObjectNode end = MappingCode.line(END).put("lines", lines).put("sha256", MappingCode.hex(digest.digest()));
            to.write(MappingCode.bytes(end));
            to.write('\n');
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    /** Takes the lines. */
    interface Taker {
        void take(JsonNode line) throws IOException;
    }

    /** @throws IOException if they are not whole; the last lines that were handed out may be wrong then */
    static void read(InputStream from, Taker taker) throws IOException {
        InputStream in = new BufferedInputStream(from, 64 * 1024);
        MessageDigest digest = newDigest();
        int lines = 0;
        while (true) {
            byte[] bytes = next(in);
            if (bytes == null) {
                throw new IOException("it is cut off");
            }
            JsonNode line = parse(bytes);
            if (line.path("kind").asText().equals(END)) {
                byte[] told = MappingCode.bytes(line, "sha256", 32);
                if (line.path("lines").asInt(-1) != lines || !MessageDigest.isEqual(told, digest.digest())) {
                    throw new IOException("it was changed or cut off");
                }
                if (in.read() >= 0) {
                    throw new IOException("something follows its end");
                }
                return;
            }
            digest.update(bytes);
            digest.update((byte) '\n');
            lines = Math.addExact(lines, 1);
            taker.take(line);
        }
    }

    private static JsonNode parse(byte[] line) throws IOException {
        try {
            return MappingCode.parse(line);
        } catch (JacksonException e) {
            // Without its message, which quotes the line.
            throw new IOException(
                    "it is damaged: a line is no JSON (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static byte @Nullable [] next(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (line.size() == LONGEST) {
                throw new IOException("a line is longer than " + LONGEST + " bytes");
            }
            line.write(b);
        }
        return line.toByteArray();
    }
}
