package org.sallyport.gateway.delivery.internal;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Spares a receiver that is down: after some failures in a row nothing is begun for a while, then one delivery on trial, until one gets through.
 * Thread-safe; permits are asked for by the dispatcher only.
 */
final class Breaker {

    private final @Nullable CircuitBreaker<Object> breaker;

    /** @param failures in a row; 0 = never break */
    Breaker(int failures, Duration pause) {
        this.breaker = failures == 0
                ? null
                : CircuitBreaker.builder()
                        .withFailureThreshold(failures)
                        .withSuccessThreshold(1)
                        .withDelay(pause)
                        .build();
    }

    /** How many may be begun beside those that run: all, one on trial, or none. */
    int most(int free, int running) {
        if (breaker == null || breaker.isClosed()) {
            return free;
        }
        boolean wait = breaker.isOpen() && breaker.getRemainingDelay().toNanos() > 0;
        return wait || running > 0 ? 0 : Math.min(1, free);
    }

    /** When the next trial may begin; zero if it is not waited for. */
    Duration remaining() {
        return breaker == null || !breaker.isOpen() ? Duration.ZERO : breaker.getRemainingDelay();
    }

    /** One has begun. */
    void begun() {
        if (breaker != null && !breaker.isClosed()) {
            breaker.tryAcquirePermit();
        }
    }

    void succeeded() {
        if (breaker != null) {
            breaker.recordSuccess();
        }
    }

    void failed() {
        if (breaker != null) {
            breaker.recordFailure();
        }
    }

    /** One ended without telling anything of the receiver; a trial that ends so was none. */
    void brokenOff() {
        if (breaker != null && breaker.isHalfOpen()) {
            breaker.open();
        }
    }

    /** By a person's word. */
    void reset() {
        if (breaker != null) {
            breaker.close();
        }
    }

    /** Why nothing or little is begun, or null. */
    @Nullable
    String problem() {
        if (breaker == null || breaker.isClosed()) {
            return null;
        }
        int failures = breaker.getConfig().getFailureThreshold();
        return (failures == 1 ? "1 delivery failed" : failures + " deliveries failed in a row")
                + "; one at a time is tried until one gets through";
    }
}
