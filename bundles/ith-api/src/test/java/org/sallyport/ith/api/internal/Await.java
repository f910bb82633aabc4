package org.sallyport.ith.api.internal;

import java.time.Duration;

/** Waits for a condition. */
final class Await {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    static void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " did not come within " + DEADLINE);
            }
            Thread.sleep(5);
        }
    }
}
