package org.sallyport.itests;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, never for a time. */
final class Await {

    private static final long LOOK_NANOS = 100_000_000;

    /** A condition; what it throws means "not yet". */
    interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    /** @throws AssertionError naming what was waited for, if the deadline passes */
    static void until(String what, Duration deadline, Condition condition) {
        long end = System.nanoTime() + deadline.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new AssertionError("not within " + deadline.toSeconds() + " s: " + what, last);
    }
}
