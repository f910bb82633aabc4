package org.sallyport.gateway.deid.internal;

import java.util.Map;
import java.util.Set;

/**
 * A de-identification profile: Basic with options, and rules for single attributes that go before the tables.
 *
 * @param name as written into De-identification Method (0012,0063)
 * @param rules action by tag
 */
record Profile(String name, Set<Option> options, Map<Integer, Action> rules) {

    /** The strictest: Basic without options. */
    static final Profile BASIC = new Profile("basic", Set.of(), Map.of());

    Profile {
        options = Set.copyOf(options);
        rules = Map.copyOf(rules);
    }

    boolean has(Option option) {
        return options.contains(option);
    }

    /** Whether dates are moved. */
    boolean shiftsDates() {
        return has(Option.RETAIN_MODIFIED_DATES);
    }
}
