package org.sallyport.gateway.support.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyTest {

    private static Reply reply(int status, String body) {
        return new Reply(status, "text/plain", body.getBytes(StandardCharsets.UTF_8), null);
    }

    @Test
    void eachStatusMeansOneThing() {
        IntStream.range(100, 600).forEach(status -> {
            Reply reply = reply(status, "");
            assertEquals(status == 401 || status == 403, reply.refusesUs(), "us: " + status);
            assertEquals(status == 413, reply.isTooLarge(), "too large: " + status);
            assertEquals(
                    status == 408 || status == 425 || status == 429 || status >= 500,
                    reply.isTemporary(),
                    "temporary: " + status);
        });
    }

    @Test
    void itsTextIsOneShortLine() {
        assertEquals("a b c", reply(400, " a\r\n\tb\u0000\u001Bc ").text());
        assertEquals("", reply(400, "").text());
        assertEquals("x".repeat(300), reply(400, "x".repeat(300)).text());
        assertEquals("x".repeat(300) + "…", reply(400, "x".repeat(301)).text());
    }

    @Test
    void itsTextDoesNotEndInHalfACharacter() {
        String text = reply(400, "x".repeat(299) + "\uD83E\uDE7Bxxx").text();
        assertTrue(StandardCharsets.UTF_8.newEncoder().canEncode(text));
        assertEquals("x".repeat(299) + "…", text);
    }
}
