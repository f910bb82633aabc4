package org.sallyport.admin.rest.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Slows guessing down: an address that failed ten times waits until a minute after the last failure. Bounded. Thread-safe. */
final class FailedLogins {

    static final Duration PENALTY = Duration.ofMinutes(1);
    private static final int MOST_FAILURES = 10;
    private static final int MOST_ADDRESSES = 1_000;

    private record Failures(int count, Instant last) {}

    private final Clock clock;

    /** Guarded by this; the address that failed longest ago comes first. */
    private final Map<String, Failures> byAddress = new LinkedHashMap<>();

    FailedLogins(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean mayTry(String address) {
        Failures failures = byAddress.get(address);
        if (failures == null || failures.count < MOST_FAILURES) {
            return true;
        }
        if (clock.instant().isBefore(failures.last.plus(PENALTY))) {
            return false;
        }
        byAddress.remove(address);
        return true;
    }

    synchronized void failed(String address) {
        Failures before = byAddress.remove(address);
        byAddress.put(address, new Failures(before == null ? 1 : before.count + 1, clock.instant()));
        if (byAddress.size() > MOST_ADDRESSES) {
            byAddress.remove(byAddress.keySet().iterator().next());
        }
    }

    synchronized void succeeded(String address) {
        byAddress.remove(address);
    }
}
