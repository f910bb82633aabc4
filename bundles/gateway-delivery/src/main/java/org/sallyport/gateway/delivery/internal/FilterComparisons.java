package org.sallyport.gateway.delivery.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.sallyport.gateway.api.delivery.RouteDirectory.Comparison;

/** Takes a filter apart (OSGi Core 3.2.7), so that people see which of its comparisons holds. Pure. */
final class FilterComparisons {

    private FilterComparisons() {}

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

    private static List<String> values(@org.jspecify.annotations.Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        return value instanceof Object[] many
                ? Arrays.stream(many).map(String::valueOf).toList()
                : List.of(value.toString());
    }
}
