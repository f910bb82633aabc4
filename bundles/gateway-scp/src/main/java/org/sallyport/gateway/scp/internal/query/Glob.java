package org.sallyport.gateway.scp.internal.query;

import java.util.Arrays;
import java.util.List;

/** A pattern with {@code *} for any characters, none too, and {@code ?} for one (PS3.4 C.2.2.2.4). Immutable; takes linear memory and no recursion. */
final class Glob {

    private final String pattern;

    Glob(String pattern) {
        this.pattern = pattern;
    }

    static boolean isOne(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /** The characters that every match begins with. */
    String prefix() {
        int end = 0;
        while (end < pattern.length() && pattern.charAt(end) != '*' && pattern.charAt(end) != '?') {
            end++;
        }
        return pattern.substring(0, end);
    }

    /** What every match holds: the pieces between wildcards, none of them empty. */
    List<String> literals() {
        return Arrays.stream(pattern.split("[*?]+"))
                .filter(piece -> !piece.isEmpty())
                .toList();
    }

    /** Goes back to the last asterisk only: at worst the product of both lengths. */
    boolean matches(String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int from = 0;
        while (t < text.length()) {
            char wanted = p < pattern.length() ? pattern.charAt(p) : 0;
            if (p < pattern.length() && wanted == '*') {
                star = p++;
                from = t;
            } else if (p < pattern.length() && (wanted == '?' || wanted == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
