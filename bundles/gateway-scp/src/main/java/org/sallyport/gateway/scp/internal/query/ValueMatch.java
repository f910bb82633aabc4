package org.sallyport.gateway.scp.internal.query;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;

/** Whether a value of an attribute is one that a key asks for (PS3.4 C.2.2.2). Immutable, thread-safe; pure. */
@FunctionalInterface
public interface ValueMatch {

    /** @param value decoded and trimmed, not empty */
    boolean matches(String value);

    /** Single Value Matching (PS3.4 C.2.2.2.1) of text: case counts. */
    static ValueMatch text(String key) {
        return key::equals;
    }

    /** List of UID Matching (PS3.4 C.2.2.2.2). */
    static ValueMatch anyOf(Set<String> keys) {
        return Set.copyOf(keys)::contains;
    }

    /** Wild Card Matching (PS3.4 C.2.2.2.4): case counts. */
    static ValueMatch wildcard(String key) {
        return new Glob(key)::matches;
    }

    /** Single Value Matching of DS and IS: by their number. Empty if the key is none. */
    static Optional<ValueMatch> number(String key) {
        return parse(key)
                .map(wanted -> value -> parse(value)
                        .map(number -> number.compareTo(wanted) == 0)
                        .orElse(false));
    }

    private static Optional<BigDecimal> parse(String text) {
        // A short text of many digits in the exponent would take a lot of memory to compare.
        if (!text.matches("[+-]?(\\d{1,16}(\\.\\d{0,16})?|\\.\\d{1,16})([eE][+-]?\\d{1,3})?")) {
            return Optional.empty();
        }
        return Optional.of(new BigDecimal(text.startsWith("+") ? text.substring(1) : text));
    }
}
