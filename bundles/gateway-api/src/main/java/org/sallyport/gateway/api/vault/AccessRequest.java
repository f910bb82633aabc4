package org.sallyport.gateway.api.vault;

import java.util.Set;

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

    public AccessRequest {
        roles = Set.copyOf(roles);
    }
}
