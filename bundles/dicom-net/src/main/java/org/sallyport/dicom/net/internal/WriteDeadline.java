package org.sallyport.dicom.net.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends writes of one connection that last too long. A watch for each of them would wake the watching thread for every PDU; so one look a second at most
 * is taken while there is something to watch, and a write is ended up to a second late. Begun and ended by the association's thread.
 */
final class WriteDeadline {

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runnable expired;
    /** Whether a look is due. */
    private final AtomicBoolean watched = new AtomicBoolean();
    // Read by the watching thread.
    private volatile long deadline;
    private volatile boolean writing;

    /** @param expired ends the write; does not block */
    WriteDeadline(Runnable expired) {
        this.expired = expired;
    }

    /** @param nanos that the write may last */
    void begin(long nanos) {
        deadline = System.nanoTime() + nanos;
        writing = true;
        watch(nanos);
    }

    void end() {
        writing = false;
    }

    private void watch(long nanos) {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            lookAfter(nanos);
        }
    }

    private void lookAfter(long nanos) {
        WriteWatch.start(Math.min(nanos, LOOK_NANOS), this::look);
    }

    private void look() {
        if (writing) {
            long left = deadline - System.nanoTime();
            if (left > 0) {
                lookAfter(left);
            } else {
                watched.set(false);
                expired.run();
            }
            return;
        }
        watched.set(false);
        // A write that has begun meanwhile may have counted on this look.
        if (writing) {
            watch(deadline - System.nanoTime());
        }
    }
}
