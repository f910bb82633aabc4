package org.sallyport.gateway.api.vault;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to read identity, and why.
 *
 * @param actor user or node as authenticated, 1–64 characters
 * @param roles the actor's Karaf roles ({@link Roles})
 * @param source address or {@code shell}
 * @param reason why, in the actor's words, 3–200 characters
 * @param subject what is read, in pseudonymous terms: a UID or pseudonym
 */
public record AccessRequest(String actor, Set<String> roles, String source, String reason, String subject) {

    private static final int SHORTEST_REASON = 3;
    private static final int LONGEST_REASON = 200;

    public AccessRequest {
        roles = Set.copyOf(roles);
    }

    /** Why it may not read identity, for people and the audit log; null = it may. */
    public @Nullable String refusal() {
        if (!roles.contains(Roles.PRIVACY_OFFICER)) {
            return "reading identity needs the role " + Roles.PRIVACY_OFFICER;
        }
        int length = reason.strip().length();
        return length < SHORTEST_REASON || length > LONGEST_REASON
                ? "reading identity needs a reason of " + SHORTEST_REASON + "–" + LONGEST_REASON + " characters"
                : null;
    }
}
