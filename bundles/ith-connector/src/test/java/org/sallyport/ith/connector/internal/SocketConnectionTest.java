package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What waits in memory has a limit: the client is asked for no more then, and the back end has to wait. */
class SocketConnectionTest {

    private static final int ENDLESS = 10_000;

    private final AtomicInteger asked = new AtomicInteger();
    private final WebSocket socket = FakeGateway.partly(WebSocket.class, Map.of("request", given -> {
        asked.incrementAndGet();
        return null;
    }));
    private final SocketConnection connection = new SocketConnection();

    private void comes(String frame) {
        assertNull(connection.onText(socket, frame, true), "it has been taken when this returns");
    }

    /** @return how many came until no more were asked for */
    private int sendAllThatIsAskedFor(String frame) {
        connection.onOpen(socket);
        int came = 0;
        while (came < asked.get() && came < ENDLESS) {
            comes(frame);
            came++;
        }
        return came;
    }

    @Test
    void aThousandFramesWait() throws Exception {
        assertEquals(SocketConnection.MOST_QUEUED, sendAllThatIsAskedFor("{}"));
        assertNotNull(connection.take(Duration.ZERO));
        assertEquals(SocketConnection.MOST_QUEUED + 1, asked.get());
    }

    /** Large ones count by their length, until they are recorded. */
    @Test
    void aFewMebibytesWait() throws Exception {
        assertEquals(5, sendAllThatIsAskedFor("{\"type\":\"" + "x".repeat(1_000_000) + "\"}"));
        for (int i = 0; i < 5; i++) {
            assertNotNull(connection.take(Duration.ZERO));
        }
        assertNull(connection.take(Duration.ZERO));
        assertEquals(5, asked.get(), "the owner has them still");
        connection.done();
        assertEquals(6, asked.get());
        comes("{}");
        assertEquals(7, asked.get());
    }
}
