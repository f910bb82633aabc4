package org.sallyport.gateway.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How an attempt at a delivery ended. Reasons are shown to people: plain words, no identity, at most 500 characters. */
public sealed interface DeliveryOutcome {

    /**
     * Every instance of the manifest arrived.
     *
     * @param receipt what the receiver called it (an id, a file name), for people
     */
    record Delivered(String receipt) implements DeliveryOutcome {}

    /**
     * Not now; the queue tries again, after growing pauses.
     *
     * @param pause what the receiver asked for ({@code Retry-After}); null = the queue's own pause
     */
    record Later(String reason, @Nullable Duration pause) implements DeliveryOutcome {}

    /** The receiver will never take this; the delivery is parked until a person decides. */
    record Refused(String reason) implements DeliveryOutcome {}

    /**
     * Nothing can be delivered until a person changes something (credentials). The delivery waits, and the destination
     * stops until its configuration changes or a person starts it again.
     */
    record Stopped(String reason) implements DeliveryOutcome {}

    static DeliveryOutcome delivered(String receipt) {
        return new Delivered(receipt);
    }

    static DeliveryOutcome later(String reason) {
        return new Later(reason, null);
    }

    static DeliveryOutcome refused(String reason) {
        return new Refused(reason);
    }

    static DeliveryOutcome stopped(String reason) {
        return new Stopped(reason);
    }
}
