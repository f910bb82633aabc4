package org.sallyport.gateway.delivery.internal;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Hours of the day, local time: from the first minute of each span to before its last, over midnight if it ends earlier than it begins. */
record TimeWindow(List<Span> spans) {

    private static final int MOST_SPANS = 16;

    record Span(LocalTime from, LocalTime to) {

        boolean holds(LocalTime time) {
            boolean begun = !time.isBefore(from);
            boolean over = !time.isBefore(to);
            return from.isBefore(to) ? begun && !over : begun || !over;
        }
    }

    TimeWindow {
        spans = List.copyOf(spans);
    }

    /** @throws IllegalArgumentException naming key, value and what is allowed */
    static TimeWindow parse(String key, String text) {
        List<Span> spans = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String[] ends = part.strip().split("\\s*-\\s*", -1);
            try {
                Span span = new Span(LocalTime.parse(ends[0]), LocalTime.parse(ends.length == 2 ? ends[1] : ""));
                if (!span.from().equals(span.to())) {
                    spans.add(span);
                    continue;
                }
            } catch (DateTimeParseException e) {
                // Told below.
            }
            spans.clear();
            break;
        }
        if (spans.isEmpty() || spans.size() > MOST_SPANS) {
            throw new IllegalArgumentException(key + " \"" + text + "\": must be like 22:00-06:00, up to " + MOST_SPANS
                    + " separated by commas, and no end its own begin");
        }
        return new TimeWindow(spans);
    }

    boolean isOpen(LocalTime time) {
        return spans.stream().anyMatch(span -> span.holds(time));
    }

    @Override
    public String toString() {
        return spans.stream().map(span -> span.from() + "-" + span.to()).collect(Collectors.joining(", "));
    }
}
