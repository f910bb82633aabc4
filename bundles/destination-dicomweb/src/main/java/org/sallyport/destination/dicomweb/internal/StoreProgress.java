package org.sallyport.destination.dicomweb.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How far a delivery is, over its attempts. Kept while the gateway runs; after a restart all is sent again, and the server goes by SOP Instance UID.
 * Owned by the thread that delivers.
 */
final class StoreProgress {

    /** SOP Instance UIDs that the server has said it stored. */
    final Set<String> stored = new HashSet<>();

    /** What failed together with others goes alone. */
    final Set<String> alone = new HashSet<>();

    /** SOP Instance UID → final reason. */
    final Map<String, String> refused = new LinkedHashMap<>();

    /** SOP Instance UID → reason for now, of this attempt. */
    final Map<String, String> failed = new LinkedHashMap<>();

    int warnings;

    /** For people: how many failed, and why, most frequent reasons first come. */
    static String summary(Map<String, String> reasons) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        reasons.values().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        StringBuilder text = new StringBuilder();
        new HashMap<>(counts)
                .entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(3)
                        .forEach(entry -> text.append(text.isEmpty() ? "" : "; ")
                                .append(entry.getValue())
                                .append(" × ")
                                .append(entry.getKey()));
        return text + (counts.size() > 3 ? "; …" : "");
    }
}
