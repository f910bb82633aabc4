package org.sallyport.gateway.delivery.internal;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Shares a number of bytes a second among the streams of one destination: each take waits for its turn. Thread-safe. */
final class Bandwidth {

    /** What was not used may be taken at once later, up to this much time's worth. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long rate;
    private long nextNanos = System.nanoTime();

    /** @param rate bytes a second; 0 = no limit */
    Bandwidth(long rate) {
        this.rate = rate;
    }

    /** How many bytes to read at once, so that no wait is long: a tenth of a second's worth. */
    int piece(int wanted) {
        return rate == 0 ? wanted : (int) Math.min(wanted, Math.max(1, rate / 10));
    }

    /**
     * Waits until the bytes may go.
     *
     * @throws InterruptedIOException if the thread is interrupted, which it stays
     */
    void take(int bytes) throws InterruptedIOException {
        long wait = rate == 0 ? 0 : reserve(bytes, System.nanoTime());
        if (wait > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for bandwidth");
            }
        }
    }

    /** @return nanoseconds to wait */
    synchronized long reserve(int bytes, long now) {
        if (now - nextNanos > BURST_NANOS) {
            nextNanos = now - BURST_NANOS;
        }
        nextNanos += (long) (bytes * 1e9 / rate);
        return nextNanos - now;
    }
}
