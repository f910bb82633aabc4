package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/**
 * How the queue handles a destination, from its service properties; see {@link Destination} for ranges.
 *
 * @param bandwidth bytes a second; 0 = no limit
 * @param window null = always
 * @param breaker failures in a row; 0 = none
 * @param breakerPause null = by the settings of all deliveries
 * @param giveUpAfter null = never
 * @param urgent null = none
 * @param partsInOrder whether a study's parts go one after the other
 */
record LaneSettings(
        int concurrency,
        long bandwidth,
        @Nullable TimeWindow window,
        int breaker,
        @Nullable Duration breakerPause,
        @Nullable Duration giveUpAfter,
        Duration timeLimit,
        int priority,
        @Nullable Filter urgent,
        boolean partsInOrder) {

    static final LaneSettings DEFAULT =
            new LaneSettings(1, 0, null, 5, null, null, Duration.ofHours(6), DeliveryQueue.USUAL_PRIORITY, null, false);

    private static final int MOST_WORKERS = 64;
    private static final int MOST_FAILURES = 1_000;
    private static final long LEAST_BANDWIDTH = 1_000;
    private static final long MOST_BANDWIDTH = 10_000_000_000L;
    private static final Pattern RATE = Pattern.compile("(\\d{1,11})\\s*([kKmMgG]?)");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*([smhd])");

    /** @throws IllegalArgumentException naming key, value and what is allowed */
    static LaneSettings of(Map<String, ?> properties) {
        String window = text(properties, Destination.WINDOW);
        String pause = text(properties, Destination.BREAKER_PAUSE);
        String giveUp = text(properties, Destination.GIVE_UP_AFTER);
        return new LaneSettings(
                number(properties, Destination.CONCURRENCY, DEFAULT.concurrency, 1, MOST_WORKERS),
                bandwidth(text(properties, Destination.BANDWIDTH)),
                window.isEmpty() ? null : TimeWindow.parse(Destination.WINDOW, window),
                number(properties, Destination.BREAKER, DEFAULT.breaker, 0, MOST_FAILURES),
                pause.isEmpty()
                        ? null
                        : duration(Destination.BREAKER_PAUSE, pause, Duration.ofSeconds(1), Duration.ofDays(1)),
                giveUp.isEmpty() || giveUp.equals("never")
                        ? null
                        : duration(Destination.GIVE_UP_AFTER, giveUp, Duration.ofMinutes(1), Duration.ofDays(3_650)),
                timeLimit(text(properties, Destination.TIME_LIMIT)),
                number(
                        properties,
                        Destination.PRIORITY,
                        DEFAULT.priority,
                        DeliveryQueue.LOWEST_PRIORITY,
                        DeliveryQueue.HIGHEST_PRIORITY),
                filter(Destination.URGENT, text(properties, Destination.URGENT)),
                text(properties, DestinationDirectory.PARTS_IN_ORDER).equals("yes"));
    }

    /** @param usual where none is set */
    Duration breakerPause(Duration usual) {
        return breakerPause == null ? usual : breakerPause;
    }

    private static String text(Map<String, ?> properties, String key) {
        Object value = properties.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private static int number(Map<String, ?> properties, String key, int absent, int least, int most) {
        String given = text(properties, key);
        if (given.isEmpty()) {
            return absent;
        }
        int value;
        try {
            value = Integer.parseInt(given);
        } catch (NumberFormatException e) {
            value = least - 1;
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + given + ": must be " + least + "–" + most);
        }
        return value;
    }

    private static long bandwidth(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        Matcher matcher = RATE.matcher(text);
        if (matcher.matches()) {
            long factor =
                    switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                        case "k" -> 1_000L;
                        case "m" -> 1_000_000L;
                        case "g" -> 1_000_000_000L;
                        default -> 1L;
                    };
            long number = Long.parseLong(matcher.group(1));
            if (number <= MOST_BANDWIDTH / factor && number * factor >= LEAST_BANDWIDTH) {
                return number * factor;
            }
        }
        throw new IllegalArgumentException(
                Destination.BANDWIDTH + " \"" + text + "\": must be bytes a second, 1k–10G, such as 500k or 10M");
    }

    private static Duration timeLimit(String text) {
        return text.isEmpty()
                ? DEFAULT.timeLimit
                : duration(Destination.TIME_LIMIT, text, Duration.ofSeconds(1), Duration.ofDays(7));
    }

    private static Duration duration(String key, String text, Duration least, Duration most) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration value =
                    switch (matcher.group(2)) {
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    };
            if (value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException(key + " \"" + text + "\": must be a number with s, m, h or d, from "
                + words(least) + " to " + words(most));
    }

    /** @return null if the text is empty */
    static @Nullable Filter filter(String key, String text) {
        if (text.isBlank()) {
            return null;
        }
        try {
            Filter filter = FrameworkUtil.createFilter(text);
            StudyAttributes.check(key, text, filter);
            return filter;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(key + " \"" + text + "\": " + e.getMessage(), e);
        }
    }

    /** In the largest unit that tells it exactly. */
    static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /**
     * By key, in the order in which people want them.
     *
     * @param usualPause of the breaker, where none is set
     */
    Map<String, String> inWords(Duration usualPause) {
        Map<String, String> words = new LinkedHashMap<>();
        words.put(Destination.CONCURRENCY, String.valueOf(concurrency));
        words.put(Destination.BANDWIDTH, bandwidth == 0 ? "no limit" : bandwidth + " bytes/s");
        words.put(Destination.WINDOW, window == null ? "always" : window.toString());
        words.put(Destination.BREAKER, breaker == 0 ? "none" : breaker + " failures in a row");
        words.put(Destination.BREAKER_PAUSE, breaker == 0 ? "none" : words(breakerPause(usualPause)));
        words.put(Destination.GIVE_UP_AFTER, giveUpAfter == null ? "never" : words(giveUpAfter));
        words.put(Destination.TIME_LIMIT, words(timeLimit));
        words.put(Destination.PRIORITY, String.valueOf(priority));
        words.put(Destination.URGENT, urgent == null ? "none" : urgent.toString());
        return words;
    }
}
