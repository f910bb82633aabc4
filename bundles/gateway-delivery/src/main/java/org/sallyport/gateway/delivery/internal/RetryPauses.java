package org.sallyport.gateway.delivery.internal;

import java.time.Duration;

/**
 * How long to wait before the next attempt: a few quick tries, then pauses that double up to a cap, each with ±20 % jitter so that a receiver that
 * comes back is not overrun.
 *
 * @param quick tries at the first pause
 */
record RetryPauses(int quick, Duration first, Duration cap) {

    /**
     * @param attempt the attempt that failed, from 1
     * @param random 0 (inclusive) to 1 (exclusive)
     */
    Duration after(int attempt, double random) {
        int doublings = Math.max(0, Math.min(attempt - quick, 30));
        double millis = Math.min((double) first.toMillis() * Math.pow(2, doublings), (double) cap.toMillis());
        return Duration.ofMillis((long) (millis * (0.8 + 0.4 * random)));
    }

    /** How long a receiver that is down is left alone between trials. */
    Duration trial() {
        Duration six = first.multipliedBy(6);
        return six.compareTo(cap) < 0 ? six : cap;
    }
}
