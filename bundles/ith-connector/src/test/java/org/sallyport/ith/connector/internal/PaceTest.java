package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void theUsualTimesAreThoseThatTheBackEndKnows() {
        assertEquals(Duration.ofSeconds(10), Pace.USUAL.handshake());
        assertEquals(Duration.ofMinutes(2), Pace.USUAL.ping());
        assertEquals(Duration.ofMinutes(5), Pace.USUAL.pong());
        assertEquals(Duration.ofSeconds(10), Pace.USUAL.health());
        assertEquals(Duration.ofMinutes(1), Pace.USUAL.longestPause());
    }

    private static List<Long> millis(double chance) {
        return IntStream.rangeClosed(1, 9)
                .mapToObj(failures -> Pace.USUAL.pause(failures, chance).toMillis())
                .toList();
    }

    @Test
    void thePausesDoubleUpToAMinuteAndHalfOfEachIsLeftToChance() {
        assertEquals(List.of(1000L, 2000L, 4000L, 8000L, 16_000L, 32_000L, 60_000L, 60_000L, 60_000L), millis(1));
        assertEquals(List.of(500L, 1000L, 2000L, 4000L, 8000L, 16_000L, 30_000L, 30_000L, 30_000L), millis(0));
        assertEquals(Duration.ofMinutes(1), Pace.USUAL.pause(Integer.MAX_VALUE, 1));
    }
}
