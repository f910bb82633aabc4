package org.sallyport.gateway.delivery.internal;

import java.time.Duration;

/**
 * How long a lane waits for what.
 *
 * @param look shortest pause between looks at an empty queue; it doubles up to {@code longestLook}
 * @param grace from the interrupt of a call until it is abandoned
 * @param probe for a probe's answer
 * @param settle for calls to end when the destination goes away
 * @param quiet most that a call may make no progress before people are told
 */
record Patience(Duration look, Duration longestLook, Duration grace, Duration probe, Duration settle, Duration quiet) {

    static final Patience USUAL = new Patience(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5));
}
