package org.sallyport.gateway.delivery.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.sallyport.gateway.api.delivery.RouteDirectory.Comparison;

/** Takes a filter apart (OSGi Core 3.2.7), so that people see which of its comparisons holds. Pure. */
final class FilterComparisons {

    private FilterComparisons() {}

    /** A comparison with a whole value, by {@code =} and without an asterisk that stands for anything. */
    record Whole(String attribute, String value) {}

    /** @param value as it stands in the filter, escaped; an asterisk alone asks whether the attribute is there */
    record Compared(String attribute, String value) {}

    static List<Compared> compared(Filter filter) {
        List<Compared> found = new ArrayList<>();
        for (String text : leaves(filter.toString())) {
            String[] sides = text.substring(1, text.length() - 1).split("~=|>=|<=|=", 2);
            found.add(new Compared(sides[0].strip(), sides[1].strip()));
        }
        return found;
    }

    static List<Whole> whole(Filter filter) {
        List<Whole> found = new ArrayList<>();
        for (String text : leaves(filter.toString())) {
            int equals = text.indexOf('=');
            String attribute = text.substring(1, equals);
            String value = unescaped(text.substring(equals + 1, text.length() - 1));
            if (value != null && !attribute.matches(".*[~<>]")) {
                found.add(new Whole(attribute.strip(), value));
            }
        }
        return found;
    }

    /** @return null if there is an asterisk that stands for anything */
    private static @Nullable String unescaped(String value) {
        StringBuilder plain = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '*') {
                return null;
            }
            if (c == '\\' && i + 1 < value.length()) {
                i++;
            }
            plain.append(value.charAt(i));
        }
        return plain.toString();
    }

    static List<Comparison> of(Filter filter, Map<String, Object> study) {
        List<Comparison> comparisons = new ArrayList<>();
        for (String text : leaves(filter.toString())) {
            String attribute = text.substring(1).split("~=|>=|<=|=", 2)[0].strip();
            comparisons.add(new Comparison(text, attribute, values(study.get(attribute)), holds(text, study)));
        }
        return comparisons;
    }

    /** Of a well-formed filter: what stands between a bracket that opens a comparison and the next that closes and is not escaped. */
    private static List<String> leaves(String filter) {
        List<String> leaves = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(') {
                begin = i;
            } else if (c == ')' && begin >= 0) {
                leaves.add(filter.substring(begin, i + 1));
                begin = -1;
            }
        }
        return leaves;
    }

    private static boolean holds(String comparison, Map<String, Object> study) {
        try {
            return FrameworkUtil.createFilter(comparison).matches(study);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("part of a filter that was taken is none", e);
        }
    }

    private static List<String> values(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof Object[] many
                ? Arrays.stream(many).map(String::valueOf).toList()
                : List.of(value.toString());
    }
}
