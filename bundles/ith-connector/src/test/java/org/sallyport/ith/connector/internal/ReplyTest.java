package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyTest {

    @Test
    void eachStatusMeansOneThing() {
        IntStream.range(100, 600).forEach(status -> {
            Reply reply = new Reply(status, "", null);
            assertEquals(status == 200 || status == 201, reply.isOk(), "ok: " + status);
            assertEquals(status == 401 || status == 403, reply.refusesKey(), "key: " + status);
            assertEquals(status == 413, reply.isTooLarge(), "too large: " + status);
            assertEquals(
                    status == 408 || status == 425 || status == 429 || status >= 500,
                    reply.isTemporary(),
                    "temporary: " + status);
        });
    }

    @Test
    void itsTextIsOneShortLine() {
        assertEquals("a b c", new Reply(400, " a\r\n\tb\u0000\u001Bc ", null).text());
        assertEquals("", new Reply(400, "", null).text());
        assertEquals("x".repeat(300), new Reply(400, "x".repeat(300), null).text());
        assertEquals("x".repeat(300) + "…", new Reply(400, "x".repeat(301), null).text());
    }

    @Test
    void itsTextDoesNotEndInHalfACharacter() {
        String text = new Reply(400, "x".repeat(299) + "\uD83E\uDE7Bxxx", null).text();
        assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(text));
        assertEquals("x".repeat(299) + "…", text);
    }
}
