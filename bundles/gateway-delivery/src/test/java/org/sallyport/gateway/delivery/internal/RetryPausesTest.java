package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPausesTest {

    /** Half of the jitter: none. */
    private static final double MIDDLE = 0.5;

    private final RetryPauses pauses = new RetryPauses(3, Duration.ofSeconds(5), Duration.ofMinutes(15));

    @Test
    void aFewQuickTriesThenPausesThatDoubleUpToTheCap() {
        List<Long> seconds = IntStream.rangeClosed(1, 13)
                .mapToObj(attempt -> pauses.after(attempt, MIDDLE).toSeconds())
                .toList();
        assertEquals(List.of(5L, 5L, 5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 900L, 900L, 900L), seconds);
    }

    @Test
    void eachPauseIsJitteredByAFifthAtMost() {
        assertEquals(Duration.ofSeconds(4), pauses.after(1, 0));
        assertTrue(pauses.after(1, Math.nextDown(1.0)).compareTo(Duration.ofSeconds(6)) <= 0);
        assertTrue(pauses.after(1, Math.nextDown(1.0)).compareTo(Duration.ofMillis(5_990)) > 0);
        assertEquals(Duration.ofMinutes(12), pauses.after(1_000, 0));
    }

    @Test
    void noNumberOfAttemptsOverflows() {
        assertEquals(Duration.ofMinutes(15), pauses.after(Integer.MAX_VALUE, MIDDLE));
        RetryPauses longest = new RetryPauses(0, Duration.ofHours(1), Duration.ofDays(1));
        assertEquals(Duration.ofDays(1), longest.after(Integer.MAX_VALUE, MIDDLE));
    }

    @Test
    void aFirstPauseAboveTheCapIsTheCap() {
        assertEquals(
                Duration.ofSeconds(10),
                new RetryPauses(3, Duration.ofSeconds(59), Duration.ofSeconds(10)).after(1, MIDDLE));
    }
}
