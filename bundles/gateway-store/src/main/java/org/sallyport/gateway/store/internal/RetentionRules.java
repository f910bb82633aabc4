package org.sallyport.gateway.store.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * What the settings say. Immutable.
 *
 * @param after by destination: how long after its delivery was confirmed an image may go; a destination that is not among them lets nothing go
 * @param keepFor how long after it was received an image stays in any case
 * @param keep studies that always stay; null = none
 */
record RetentionRules(
        Map<String, Duration> after,
        Duration keepFor,
        @Nullable Filter keep,
        Duration interval) {

    /** Of the ITH back end; its name is fixed. */
    static final String UPLOAD = "ith";

    private static final Pattern TIME = Pattern.compile("(\\d{1,6})([smhd])");
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Set<String> YES = Set.of("true", "yes", "1", "on");
    private static final Set<String> NO = Set.of("false", "no", "0", "off");

    RetentionRules {
        after = Map.copyOf(after);
    }

    /** @throws IllegalArgumentException if a value is wrong; it names the key and the way out */
    static RetentionRules of(RetentionConfiguration configuration) {
        Map<String, Duration> after = new HashMap<>();
        String upload = configuration.cleanup$_$after$_$upload().strip().toLowerCase(java.util.Locale.ROOT);
        if (YES.contains(upload)) {
            after.put(UPLOAD, Duration.ZERO);
        } else if (!NO.contains(upload)) {
            throw wrong("cleanup-after-upload (CLEANUP_AFTER_UPLOAD)", upload, "true or false");
        }
        for (String entry : configuration.cleanup$_$after().split(",", -1)) {
            if (!entry.isBlank()) {
                String[] parts = entry.strip().split("=", -1);
                if (parts.length != 2 || !NAME.matcher(parts[0].strip()).matches()) {
                    throw wrong("cleanup-after", entry.strip(), "NAME=TIME, for example pacs=7d");
                }
                after.put(parts[0].strip(), duration("cleanup-after", parts[1]));
            }
        }
        if (configuration.interval() < 1 || configuration.interval() > 86_400) {
            throw wrong("interval", String.valueOf(configuration.interval()), "1–86400 seconds");
        }
        return new RetentionRules(
                after,
                duration("keep-for", configuration.keep$_$for()),
                filter(configuration.keep()),
                Duration.ofSeconds(configuration.interval()));
    }

    private static @Nullable Filter filter(String text) {
        try {
            return text.isBlank() ? null : FrameworkUtil.createFilter(text.strip());
        } catch (InvalidSyntaxException e) {
            throw wrong("keep", text.strip(), "an OSGi filter, for example (Modality=MG)");
        }
    }

    private static Duration duration(String key, String text) {
        Matcher time = TIME.matcher(text.strip());
        if (!time.matches()) {
            throw wrong(key, text.strip(), "a number with s, m, h or d, for example 7d");
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static IllegalArgumentException wrong(String key, String value, String allowed) {
        return new IllegalArgumentException(
                key + " \"" + value + "\": must be " + allowed + " (org.sallyport.retention.cfg)");
    }

    /** How long after it was confirmed a delivery there lets its images go; empty = never. */
    Optional<Duration> after(String destination) {
        return Optional.ofNullable(after.get(destination));
    }
}
