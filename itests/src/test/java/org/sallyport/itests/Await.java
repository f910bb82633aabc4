package org.sallyport.itests;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, never for a time. */
final class Await {

    /** Looks by the shell cost the appliance that is looked at a good part of a core: the longer it takes, the seldomer. */
    private static final long FIRST_PAUSE_NANOS = 20_000_000;

    private static final long LONGEST_PAUSE_NANOS = 500_000_000;

    /** A condition; an exception means "not yet", and so does a command that failed. */
    interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    /** @throws AssertionError naming what was waited for, if the deadline passes */
    static void until(String what, Duration deadline, Condition condition) {
        long begin = System.nanoTime();
        long end = begin + deadline.toNanos();
        Throwable last = null;
        boolean isLast;
        do {
            // One look begins after the deadline: a machine that stood still has not looked.
            isLast = System.nanoTime() >= end;
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (Exception | Command.Failed e) {
                last = e;
            }
            long pause = Math.max(FIRST_PAUSE_NANOS, (System.nanoTime() - begin) / 8);
            LockSupport.parkNanos(Math.min(pause, LONGEST_PAUSE_NANOS));
        } while (!isLast);
        throw new AssertionError("not within " + deadline.toSeconds() + " s: " + what, last);
    }
}
