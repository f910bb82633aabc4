package org.sallyport.ith.connector.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd.CommandState;

/**
 * How a command ended.
 *
 * @param message for people and the back end, without identity; null = nothing to say
 */
record Outcome(CommandState state, @Nullable String message) {

    static Outcome done(@Nullable String message) {
        return new Outcome(CommandState.DONE, message);
    }

    static Outcome failed(String message) {
        return new Outcome(CommandState.FAILED, message);
    }
}
