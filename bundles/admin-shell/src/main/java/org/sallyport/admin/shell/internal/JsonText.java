package org.sallyport.admin.shell.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Makes what is written, of any length, a text of one JSON object as it comes. It is written as it is: base64 needs no escapes. Before the first byte
 * nothing is printed, so that who is refused gets no half an object. Closing leaves the session's output open. One thread.
 */
final class JsonText extends OutputStream {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final byte[] begin;
    private boolean begun;

    /** @param key and value a member that comes first; name that of the text */
    JsonText(PrintStream out, String key, String value, String name) throws IOException {
        this.out = out;
        this.begin = ("{" + JSON.writeValueAsString(key) + ":" + JSON.writeValueAsString(value) + ","
                        + JSON.writeValueAsString(name) + ":\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (!begun) {
            begun = true;
            out.write(begin, 0, begin.length);
        }
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        write(new byte[] {'"', '}'}, 0, 2);
        out.flush();
    }
}
