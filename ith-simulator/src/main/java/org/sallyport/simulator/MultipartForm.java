package org.sallyport.simulator;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@code multipart/form-data} (RFC 7578, RFC 2046 5.1) and takes nothing that is not exactly that. Files are streamed to disk. */
final class MultipartForm {

    /** @param content of a field; empty for the file */
    record Part(Map<String, String> headers, String disposition, byte[] content) {}

    private static final int LONGEST_HEADER = 1_000;
    private static final int LONGEST_FIELD = 100_000;

    private final InputStream in;
    private final byte[] delimiter;
    private final List<Part> parts = new ArrayList<>();

    /** Bytes that were read of a delimiter that may turn out to be content. */
    private int matched;

    private MultipartForm(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
    }

    static List<Part> read(InputStream in, String boundary, Path file) throws IOException {
        MultipartForm form = new MultipartForm(in, boundary);
        form.expect("--" + boundary);
        while (form.partFollows()) {
            form.part(file);
        }
        if (in.read() >= 0) {
            throw new IOException("bytes after the last boundary");
        }
        return form.parts;
    }

    private void expect(String text) throws IOException {
        for (byte wanted : text.getBytes(StandardCharsets.US_ASCII)) {
            if (in.read() != wanted) {
                throw new IOException("expected " + text);
            }
        }
    }

    private boolean partFollows() throws IOException {
        int a = in.read();
        int b = in.read();
        if (a == '-' && b == '-') {
            expect("\r\n");
            return false;
        }
        if (a != '\r' || b != '\n') {
            throw new IOException("a boundary is followed by neither CRLF nor --");
        }
        return true;
    }

    private void part(Path file) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("no header: " + line);
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (headers.put(name, line.substring(colon + 1).strip()) != null) {
                throw new IOException("header " + name + " comes twice");
            }
        }
        String disposition = headers.getOrDefault("content-disposition", "");
        if (disposition.contains("filename=")) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
                content(out, Long.MAX_VALUE);
            }
            parts.add(new Part(headers, disposition, new byte[0]));
        } else {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            content(out, LONGEST_FIELD);
            parts.add(new Part(headers, disposition, out.toByteArray()));
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0 || line.size() > LONGEST_HEADER) {
                throw new IOException("a header does not end");
            }
            if (b == '\r') {
                if (in.read() != '\n') {
                    throw new IOException("CR without LF in a header");
                }
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(b);
        }
    }

    /** Copies up to the next delimiter. The delimiter begins with CR, which it does not hold again: a mismatch starts anew. */
    private void content(OutputStream out, long longest) throws IOException {
        long length = 0;
        matched = 0;
        while (matched < delimiter.length) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the body ends inside a part");
            }
            if (b == (delimiter[matched] & 0xFF)) {
                matched++;
                continue;
            }
            out.write(delimiter, 0, matched);
            length += matched;
            if (b == '\r') {
                matched = 1;
            } else {
                matched = 0;
                out.write(b);
                length++;
            }
            if (length > longest) {
                throw new IOException("a field is longer than " + longest + " bytes");
            }
        }
    }
}
