package org.sallyport.ith.connector.internal;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code multipart/form-data} (RFC 7578, RFC 2046 5.1.1) and takes nothing that is not exactly that: no preamble, no epilogue, no LWS. */
final class ReceivedForm {

    /** @param headers as they stand */
    record Part(List<String> headers, byte[] content) {

        String name() {
            String disposition = headers.get(0);
            String start = "Content-Disposition: form-data; name=\"";
            if (!disposition.startsWith(start)) {
                throw new AssertionError("not a form's part: " + disposition);
            }
            return disposition.substring(start.length(), disposition.indexOf('"', start.length()));
        }

        String text() {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(java.nio.ByteBuffer.wrap(content))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new AssertionError("not UTF-8", e);
            }
        }
    }

    private final String bytes;
    private int position;

    private ReceivedForm(String bytes) {
        this.bytes = bytes;
    }

    static List<Part> parse(byte[] bytes, String boundary) {
        // ISO 8859-1 maps each byte to one character and back.
        ReceivedForm form = new ReceivedForm(new String(bytes, StandardCharsets.ISO_8859_1));
        List<Part> parts = new ArrayList<>();
        form.expect("--" + boundary);
        while (form.bytes.startsWith("\r\n", form.position)) {
            form.expect("\r\n");
            parts.add(form.part("\r\n--" + boundary));
        }
        form.expect("--\r\n");
        if (form.position != form.bytes.length()) {
            throw new AssertionError("bytes after the last boundary");
        }
        return parts;
    }

    private Part part(String delimiter) {
        int headersEnd = bytes.indexOf("\r\n\r\n", position);
        int end = bytes.indexOf(delimiter, headersEnd + 2);
        if (headersEnd < 0 || end < headersEnd + 4) {
            throw new AssertionError("a part without headers or end at " + position);
        }
        List<String> headers = List.of(bytes.substring(position, headersEnd).split("\r\n", -1));
        byte[] content = bytes.substring(headersEnd + 4, end).getBytes(StandardCharsets.ISO_8859_1);
        position = end + delimiter.length();
        return new Part(headers, content);
    }

    private void expect(String text) {
        if (!bytes.startsWith(text, position)) {
            throw new AssertionError("expected " + text + " at " + position);
        }
        position += text.length();
    }
}
