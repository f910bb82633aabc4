package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void soManyAreAllowedAtOnceAndThenOneByOne() {
        RateLimit limit = new RateLimit(4, nanos::get);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, limit.take("a"));
        }
        assertEquals(15, limit.take("a"));
        assertEquals(0, limit.take("b"), "each key by itself");
        nanos.addAndGet(Duration.ofSeconds(14).toNanos());
        assertEquals(1, limit.take("a"));
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertEquals(0, limit.look("a"));
        assertEquals(0, limit.take("a"), "looking does not count");
        nanos.addAndGet(Duration.ofDays(1).toNanos());
        for (int i = 0; i < 4; i++) {
            assertEquals(0, limit.take("a"));
        }
        assertTrue(limit.take("a") > 0, "a day's rest is worth no more than a minute's");
    }

    @Test
    void keysAreForgottenBeyondTenThousand() {
        RateLimit limit = new RateLimit(1, nanos::get);
        for (int i = 0; i < 10_500; i++) {
            limit.take("key" + i);
            limit.take("often");
        }
        assertEquals(10_000, limit.keys());
        assertTrue(limit.take("often") > 0, "the one that is used is not");
    }
}
