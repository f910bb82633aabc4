package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void aTimeIsToldInTheUnitThatPeopleWouldUse() {
        assertEquals("0 s", Words.roughly(Duration.ofMillis(999)));
        assertEquals("119 s", Words.roughly(Duration.ofSeconds(119)));
        assertEquals("2 min", Words.roughly(Duration.ofMinutes(2)));
        assertEquals("119 min", Words.roughly(Duration.ofSeconds(7_199)));
        assertEquals("2 h", Words.roughly(Duration.ofHours(2)));
    }
}
