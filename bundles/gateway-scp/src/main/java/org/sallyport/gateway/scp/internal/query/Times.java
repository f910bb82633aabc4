package org.sallyport.gateway.scp.internal.query;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values of DA, TM and DT (PS3.5 6.2) as spans: what a value with fewer digits leaves open lies between two moments. In microseconds; of DA since 1970, of
 * TM since midnight, of DT since 1970 in UTC. Pure.
 */
final class Times {

    static final long DAY = 86_400_000_000L;

    private static final long SECOND = 1_000_000L;

    private static final Pattern DATE = Pattern.compile("(\\d{4})(\\d{2})(\\d{2})|(\\d{4})\\.(\\d{2})\\.(\\d{2})");
    private static final Pattern TIME = Pattern.compile("(\\d{2})(?:(\\d{2})(?:(\\d{2})(?:\\.(\\d{1,6}))?)?)?");
    private static final Pattern DATE_TIME = Pattern.compile(
            "(\\d{4})(?:(\\d{2})(?:(\\d{2})(?:(\\d{2})(?:(\\d{2})(?:(\\d{2})(?:\\.(\\d{1,6}))?)?)?)?)?)?([+-]\\d{4})?");

    private Times() {}

    /** Both ends belong to it. */
    record Span(long first, long last) {}

    /** Empty if it is no date. Also as older objects have it, with dots. */
    static Optional<Span> date(String text) {
        Matcher m = DATE.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        int group = m.group(1) != null ? 1 : 4;
        try {
            LocalDate date = LocalDate.of(number(m, group), number(m, group + 1), number(m, group + 2));
            long first = date.toEpochDay() * DAY;
            return Optional.of(new Span(first, first + DAY - 1));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Optional<Span> time(String text) {
        Matcher m = TIME.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        int hour = number(m, 1);
        int minute = m.group(2) == null ? 0 : number(m, 2);
        int second = m.group(3) == null ? 0 : number(m, 3);
        // 60 is a leap second (PS3.5 6.2).
        if (hour > 23 || minute > 59 || second > 60) {
            return Optional.empty();
        }
        long first = ((hour * 60L + minute) * 60 + second) * SECOND + fraction(m.group(4));
        long open = m.group(2) == null ? 3_600 * SECOND : m.group(3) == null ? 60 * SECOND : openFraction(m.group(4));
        return Optional.of(new Span(first, first + open - 1));
    }

    /** @param zone of values that do not tell theirs */
    static Optional<Span> dateTime(String text, ZoneOffset zone) {
        Matcher m = DATE_TIME.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            ZoneOffset offset = m.group(8) == null ? zone : offset(m.group(8));
            int second = m.group(6) == null ? 0 : number(m, 6);
            LocalDateTime first = LocalDateTime.of(
                    number(m, 1),
                    m.group(2) == null ? 1 : number(m, 2),
                    m.group(3) == null ? 1 : number(m, 3),
                    m.group(4) == null ? 0 : number(m, 4),
                    m.group(5) == null ? 0 : number(m, 5),
                    Math.min(second, 59));
            long leap = second == 60 ? SECOND : 0;
            long begin = micros(first, offset) + fraction(m.group(7)) + leap;
            long end;
            if (m.group(6) != null) {
                end = begin + openFraction(m.group(7));
            } else {
                LocalDateTime next = m.group(2) == null
                        ? first.plusYears(1)
                        : m.group(3) == null
                                ? first.plusMonths(1)
                                : m.group(4) == null
                                        ? first.plusDays(1)
                                        : m.group(5) == null ? first.plusHours(1) : first.plusMinutes(1);
                end = micros(next, offset);
            }
            return second > 60 ? Optional.empty() : Optional.of(new Span(begin, end - 1));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** −1200 to +1400 (PS3.5 6.2). @throws DateTimeException if it is none */
    private static ZoneOffset offset(String text) {
        int hours = Integer.parseInt(text.substring(1, 3));
        int minutes = Integer.parseInt(text.substring(3));
        int sign = text.charAt(0) == '-' ? -1 : 1;
        int total = sign * (hours * 60 + minutes);
        if (minutes > 59 || total < -12 * 60 || total > 14 * 60 || sign < 0 && total == 0) {
            throw new DateTimeException("no offset from UTC");
        }
        return ZoneOffset.ofTotalSeconds(total * 60);
    }

    private static long micros(LocalDateTime time, ZoneOffset offset) {
        return time.toEpochSecond(offset) * SECOND;
    }

    private static int number(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }

    private static long fraction(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong((digits + "000000").substring(0, 6));
    }

    private static long openFraction(@Nullable String digits) {
        long open = SECOND;
        for (int i = 0; digits != null && i < digits.length(); i++) {
            open /= 10;
        }
        return open;
    }
}
