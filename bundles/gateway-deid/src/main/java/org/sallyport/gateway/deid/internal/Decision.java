package org.sallyport.gateway.deid.internal;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of an attribute, and what says so.
 *
 * @param otherwise what is done where cleaning leaves nothing or cannot be done; else the action itself
 * @param value of {@link Action#REPLACE}
 * @param by the rule, option, table or dictionary that decided, in words
 */
record Decision(Action action, Action otherwise, @Nullable String value, String by) {

    static Decision of(Action action, String by) {
        return new Decision(action, action, null, by);
    }

    /** @param otherwise where cleaning leaves nothing */
    static Decision clean(Action otherwise, String by) {
        return new Decision(Action.CLEAN, otherwise, null, by);
    }

    /** The same rule where cleaning has left nothing. */
    Decision orElse() {
        return action == otherwise ? this : new Decision(otherwise, otherwise, null, by);
    }
}
