package org.sallyport.gateway.scp.internal.query;

import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Function;
import org.sallyport.gateway.scp.internal.query.Times.Span;

/**
 * Range Matching (PS3.4 C.2.2.2.5) of DA, TM and DT, and single values of them (C.2.2.2.1): a single value with fewer digits asks for all that it may
 * stand for. A value matches if the moment at which it begins lies in the range. Immutable.
 */
public final class RangeMatch implements ValueMatch {

    private final Function<String, Optional<Span>> parser;
    private final long first;
    private final long last;

    private RangeMatch(Function<String, Optional<Span>> parser, long first, long last) {
        this.parser = parser;
        this.first = first;
        this.last = last;
    }

    /** Empty if it is neither a date nor a range of dates. */
    public static Optional<RangeMatch> date(String key) {
        return of(key, Times::date);
    }

    public static Optional<RangeMatch> time(String key) {
        return of(key, Times::time);
    }

    /**
     * A hyphen may begin an offset from UTC, too: then that is what it does (PS3.4 C.2.2.2.5.2).
     *
     * @param zone of values that do not tell theirs
     */
    public static Optional<RangeMatch> dateTime(String key, ZoneOffset zone) {
        return of(key, text -> Times.dateTime(text, zone));
    }

    private static Optional<RangeMatch> of(String key, Function<String, Optional<Span>> parser) {
        Optional<Span> single = parser.apply(key);
        if (single.isPresent()) {
            return Optional.of(
                    new RangeMatch(parser, single.get().first(), single.get().last()));
        }
        for (int hyphen = key.indexOf('-'); hyphen >= 0; hyphen = key.indexOf('-', hyphen + 1)) {
            String from = key.substring(0, hyphen).strip();
            String to = key.substring(hyphen + 1).strip();
            Optional<Span> begin = parser.apply(from);
            Optional<Span> end = parser.apply(to);
            if ((from.isEmpty() || begin.isPresent())
                    && (to.isEmpty() || end.isPresent())
                    && !(from.isEmpty() && to.isEmpty())) {
                return Optional.of(new RangeMatch(
                        parser,
                        begin.map(Span::first).orElse(Long.MIN_VALUE),
                        end.map(Span::last).orElse(Long.MAX_VALUE)));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean matches(String value) {
        Optional<Span> span = parser.apply(value);
        return span.isPresent() && contains(span.get().first());
    }

    boolean contains(long moment) {
        return first <= moment && moment <= last;
    }

    /** Of dates: days since 1970, bounded to what an int holds. */
    public int firstDay() {
        return day(first);
    }

    public int lastDay() {
        return day(last);
    }

    private static int day(long micros) {
        long day = Math.floorDiv(micros, Times.DAY);
        return (int) Math.max(Integer.MIN_VALUE + 1, Math.min(Integer.MAX_VALUE, day));
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    /** Days since 1970 of a date; empty if it is none. */
    public static Optional<Integer> dayOf(String date) {
        return Times.date(date).map(span -> day(span.first()));
    }
}
