package org.sallyport.gateway.api.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of semantic versioning for a package: what was taken away needs a new major version, what was added a new minor one. */
final class Baseline {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

    private Baseline() {}

    /** @return what is wrong; empty = the version tells the truth */
    static List<String> problems(String oldVersion, Set<String> old, String newVersion, Set<String> now) {
        Set<String> removed = new TreeSet<>(old);
        removed.removeAll(now);
        Set<String> added = new TreeSet<>(now);
        added.removeAll(old);
        boolean more = added.stream().anyMatch(line -> line.startsWith(ApiSignature.TO_IMPLEMENT));
        int[] from = numbers(oldVersion);
        int[] to = numbers(newVersion);
        boolean major = to[0] > from[0];
        boolean minor = major || (to[0] == from[0] && to[1] > from[1]);
        List<String> problems = new ArrayList<>();
        if (!major && (!removed.isEmpty() || more)) {
            problems.add("version " + newVersion + " after " + oldVersion + ": needs a new major version");
        } else if (!minor && !added.isEmpty()) {
            problems.add("version " + newVersion + " after " + oldVersion + ": needs a new minor version");
        }
        if (!problems.isEmpty()) {
            removed.forEach(line -> problems.add("- " + line));
            added.forEach(line -> problems.add("+ " + line));
        }
        return problems;
    }

    private static int[] numbers(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("version " + version + ": expected three numbers");
        }
        return new int[] {
            Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))
        };
    }
}
