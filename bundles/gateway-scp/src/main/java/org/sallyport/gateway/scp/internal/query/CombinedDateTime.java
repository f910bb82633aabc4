package org.sallyport.gateway.scp.internal.query;

import java.util.List;
import java.util.Optional;
import org.sallyport.gateway.scp.internal.query.Times.Span;

/**
 * Combined date-time matching (PS3.4 C.2.2.2.5.4, negotiated by C.5.1.1): from the first date at the first time up to the last date at the last time,
 * instead of these hours of each of these days. Immutable.
 */
record CombinedDateTime(int dateTag, int timeTag, RangeMatch dates, RangeMatch times) implements Condition {

    @Override
    public boolean isMetBy(Attributes attributes) {
        Optional<Span> date = first(attributes.strings(dateTag)).flatMap(Times::date);
        if (date.isEmpty()) {
            return false;
        }
        Optional<Span> time = first(attributes.strings(timeTag)).flatMap(Times::time);
        long moment = date.get().first() + time.map(Span::first).orElse(0L);
        return begin() <= moment && moment <= end();
    }

    private static Optional<String> first(List<String> values) {
        return values.stream().findFirst().filter(value -> !value.isEmpty());
    }

    private long begin() {
        return dates.first() == Long.MIN_VALUE
                ? Long.MIN_VALUE
                : dates.first() + (times.first() == Long.MIN_VALUE ? 0 : times.first());
    }

    private long end() {
        if (dates.last() == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        // The last moment of the last day, but for what the time says.
        return times.last() == Long.MAX_VALUE ? dates.last() : dates.last() - Times.DAY + 1 + times.last();
    }
}
