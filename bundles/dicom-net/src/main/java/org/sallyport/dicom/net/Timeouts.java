package org.sallyport.dicom.net;

import java.time.Duration;

/**
 * How long an association waits.
 *
 * @param acse for association messages, and for the transport to close (ARTIM, PS3.8 9.1.5)
 * @param idle for the next message
 * @param network for the next bytes in the middle of a message, and for a connection
 */
public record Timeouts(Duration acse, Duration idle, Duration network) {

    public static final Timeouts DEFAULT =
            new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(60));

    public Timeouts {
        if (acse.isNegative()
                || acse.isZero()
                || idle.isNegative()
                || idle.isZero()
                || network.isNegative()
                || network.isZero()) {
            throw new IllegalArgumentException("time-outs have to be positive");
        }
    }
}
