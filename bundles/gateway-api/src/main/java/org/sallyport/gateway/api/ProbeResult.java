package org.sallyport.gateway.api;

/**
 * Health of a destination.
 *
 * @param text one line for people, without identity
 */
public record ProbeResult(State state, String text) {

    public enum State {
        REACHABLE,
        UNREACHABLE,
        UNKNOWN
    }

    public static ProbeResult reachable(String text) {
        return new ProbeResult(State.REACHABLE, text);
    }

    public static ProbeResult unreachable(String text) {
        return new ProbeResult(State.UNREACHABLE, text);
    }

    public static ProbeResult unknown() {
        return new ProbeResult(State.UNKNOWN, "");
    }
}
