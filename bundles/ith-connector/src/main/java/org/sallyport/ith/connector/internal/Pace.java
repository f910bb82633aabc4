package org.sallyport.ith.connector.internal;

import java.time.Duration;

/**
 * Times of the WebSocket.
 *
 * @param handshake in which the first frame has to come
 * @param ping between pings of the protocol
 * @param pong in which the answer to a ping has to come
 * @param health between health updates
 * @param firstPause before the first attempt to connect again; doubled from one to the next
 * @param longestPause before an attempt
 * @param send in which a frame has to be taken by the network
 */
record Pace(
        Duration handshake,
        Duration ping,
        Duration pong,
        Duration health,
        Duration firstPause,
        Duration longestPause,
        Duration send) {

    static final Pace USUAL = new Pace(
            Duration.ofSeconds(10),
            Duration.ofSeconds(120),
            Duration.ofSeconds(300),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30));

    /**
     * @param failures in a row, from 1
     * @param chance 0 to 1: half of the pause is left to it, so that many gateways do not come back at once
     */
    Duration pause(int failures, double chance) {
        long millis = firstPause.toMillis() << Math.min(20, failures - 1);
        long most = Math.min(millis, longestPause.toMillis());
        return Duration.ofMillis((long) (most * (0.5 + chance / 2)));
    }
}
