package org.sallyport.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which threads of an appliance work for which destination, told by their names: {@code delivery-<destination>}, with a number if it is a worker, and
 * {@code dicom-<destination>-<number>}. Pure.
 */
final class LaneThreads {

    /** Where threads of the queue are put that belong to none of the destinations. */
    static final String OTHER = "other";

    private static final Pattern LANE = Pattern.compile("(delivery|dicom)-(.+?)(-\\d+)?");

    private LaneThreads() {}

    /** Names by destination, numbers written as {@code #}. */
    static Map<String, Set<String>> of(List<String> threads, Collection<String> destinations) {
        Map<String, Set<String>> lanes = new TreeMap<>();
        for (String name : threads) {
            Matcher lane = LANE.matcher(name);
            if (!lane.matches()) {
                continue;
            }
            String destination = lane.group(2);
            boolean known = destinations.contains(destination);
            // Threads of the DICOM port are called dicom-<port>-<number>.
            if (known || lane.group(1).equals("delivery")) {
                lanes.computeIfAbsent(known ? destination : OTHER, key -> new TreeSet<>())
                        .add(name.replaceFirst("-\\d+$", "-#"));
            }
        }
        return lanes;
    }

    static String words(Map<String, Set<String>> lanes) {
        return lanes.entrySet().stream()
                .map(lane -> lane.getKey() + ": " + String.join(" ", lane.getValue()))
                .collect(Collectors.joining("; "));
    }
}
