package org.sallyport.ith.migration.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.gateway.api.vault.MappingImport.Report;

/** Counts, and lists what a person should look at; pseudonyms and UIDs only. Owned by one thread. */
final class Tally {

    private static final int LONGEST = 64;

    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Map<String, List<String>> lists = new LinkedHashMap<>();

    void count(String what) {
        add(what, 1);
    }

    void add(String what, long number) {
        if (number > 0) {
            counts.merge(what, number, Long::sum);
        }
    }

    /** Counted too. */
    void list(String what, String name) {
        count(what);
        List<String> list = lists.computeIfAbsent(what, key -> new ArrayList<>());
        if (list.size() < Report.LISTED) {
            String clean = name.replaceAll("[^\\x20-\\x7E]", "?");
            list.add(clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST));
        }
    }

    Report report() {
        return new Report(counts, lists);
    }
}
