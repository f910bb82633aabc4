package org.sallyport.dicom.net.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriteDeadlineTest {

    private static final long SHORT = Duration.ofMillis(50).toNanos();
    private static final long LONG = Duration.ofHours(1).toNanos();

    private final CountDownLatch expired = new CountDownLatch(1);
    private final WriteDeadline deadline = new WriteDeadline(expired::countDown);

    private void assertItExpires() throws InterruptedException {
        assertTrue(expired.await(30, TimeUnit.SECONDS), "the write was not ended");
    }

    @Test
    void aWriteThatLastsTooLongIsEnded() throws InterruptedException {
        deadline.begin(SHORT);
        assertItExpires();
    }

    @Test
    void aWriteThatFollowsManyOthersIsWatchedToo() throws InterruptedException {
        for (int i = 0; i < 100_000; i++) {
            deadline.begin(LONG);
            deadline.end();
        }
        deadline.begin(SHORT);
        assertItExpires();
    }

    @Test
    void aWriteThatBeginsWhenTheLastLookFoundNoneIsWatchedAgain() throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        // Long enough that a machine that stands still for a moment does not end it.
        long first = Duration.ofSeconds(2).toNanos();
        deadline.begin(first);
        deadline.end();
        // The one thread looks at the first write before it runs this.
        WriteWatch.start(2 * first, later::countDown);
        assertTrue(later.await(30, TimeUnit.SECONDS));
        assertEquals(1, expired.getCount(), "a write that had ended was ended once more");
        deadline.begin(SHORT);
        assertItExpires();
    }
}
