package org.sallyport.gateway.api.node;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** How the back end knows this gateway, and whom it lets ask it. Present exactly when a back end is configured. Thread-safe. */
public interface BackEndRegistration {

    /** What the last good configuration says; empty before the first one ever. */
    Optional<Profile> profile();

    /** The gateway's address as the back end is told it. */
    String address() throws IOException;

    /** Id of a node of the back end → whether it answered C-ECHO when it was asked last. Those not asked yet are left out. */
    Map<String, Boolean> reachability();

    /**
     * Asks the back end whether it lets a person ask this gateway, as the person: with the bearer token that came with the request. Takes five seconds at
     * most; remembers nothing.
     *
     * @param token RFC 6750 2.1, 8192 characters at most; goes to the back end only, and into no text
     * @throws IOException if the back end does not say: it cannot be reached, is too slow, or fails
     * @throws InterruptedException if interrupted; the question is broken off
     */
    boolean admits(String token) throws IOException, InterruptedException;

    /**
     * @param name of this gateway, for people
     * @param deidentifies whether studies go there without identity
     */
    record Profile(String proxyId, String workspaceId, String name, boolean deidentifies) {}
}
