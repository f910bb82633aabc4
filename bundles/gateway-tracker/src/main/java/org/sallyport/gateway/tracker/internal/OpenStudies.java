package org.sallyport.gateway.tracker.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The studies that are being received, and until when to wait for more. Times are those of {@link System#nanoTime()}: steps of the clock
 * change nothing. Not thread-safe.
 */
final class OpenStudies {

    private static final class Entry {
        private final Set<Long> sessions = new HashSet<>(2);
        private long dueAt;
    }

    private final long timeout;
    private final Map<String, Entry> studies = new HashMap<>();

    OpenStudies(Duration timeout) {
        this.timeout = timeout.toNanos();
    }

    /** An instance came on a session that is open. */
    void received(String study, long session, long now) {
        Entry entry = studies.computeIfAbsent(study, key -> new Entry());
        entry.sessions.add(session);
        entry.dueAt = now + timeout;
    }

    /** Found waiting in the index, with no session that we know of; does not prolong the wait for one we know. */
    void found(String study, long now) {
        studies.computeIfAbsent(study, key -> {
            Entry entry = new Entry();
            entry.dueAt = now + timeout;
            return entry;
        });
    }

    void sessionClosed(String study, long session) {
        Entry entry = studies.get(study);
        if (entry != null) {
            entry.sessions.remove(session);
        }
    }

    /** Studies for which no image came in time and no session is open; they are forgotten, unless {@link #failed} brings them back. */
    List<String> takeDue(long now) {
        List<String> due = new ArrayList<>();
        studies.forEach((study, entry) -> {
            if (entry.sessions.isEmpty() && now - entry.dueAt >= 0) {
                due.add(study);
            }
        });
        due.forEach(studies::remove);
        return due;
    }

    /** Completing failed: tried again after a pause that grows to five minutes, and not before images that came meanwhile are due. */
    void failed(String study, int failures, long now) {
        long again = now
                + Duration.ofSeconds(Math.min(300, 1L << Math.min(failures, 9))).toNanos();
        Entry entry = studies.get(study);
        if (entry == null) {
            entry = new Entry();
            entry.dueAt = again;
            studies.put(study, entry);
        } else if (again - entry.dueAt > 0) {
            entry.dueAt = again;
        }
    }

    int size() {
        return studies.size();
    }
}
