package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTextTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream session = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void whoIsRefusedGetsNoHalfAnObject() throws IOException {
        JsonText text = new JsonText(session, "image", "2.25.1", "part10");
        text.flush();
        assertEquals("", printed.toString(StandardCharsets.UTF_8));
    }

    @Test
    void piecesMakeOneTextAndTheSessionStaysOpen() throws IOException {
        try (JsonText text = new JsonText(session, "image", "a\"b", "part10")) {
            text.write('A');
            text.write("BCDE".getBytes(StandardCharsets.US_ASCII), 1, 2);
        }
        session.print("|");
        try (JsonText empty = new JsonText(session, "image", "x", "part10")) {
            empty.flush();
        }
        session.flush();
        assertEquals(
                "{\"image\":\"a\\\"b\",\"part10\":\"ACD\"}|{\"image\":\"x\",\"part10\":\"\"}",
                printed.toString(StandardCharsets.UTF_8));
    }
}
