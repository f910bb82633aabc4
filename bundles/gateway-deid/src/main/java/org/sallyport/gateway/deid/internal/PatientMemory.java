package org.sallyport.gateway.deid.internal;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is known of patients whose objects came lately, by pseudonym: identifying values, in memory only, of so many patients as there is room for. The
 * map is guarded by this object's monitor, what is known of one patient by its own.
 */
final class PatientMemory {

    private static final int MOST_PATIENTS = 500;
    private static final int MOST_VALUES = 5_000;

    private final AtomicLong versions = new AtomicLong();
    /** In the order of use. */
    private final Map<String, Known> patients = new LinkedHashMap<>(64, 0.75f, true);

    /** Values to search for, with a number that no other set of values had. */
    record Snapshot(LeakPatterns patterns, long version) {}

    private static final class Known {

        private final Set<IdentityValue> values = new HashSet<>();
        private Snapshot snapshot = new Snapshot(LeakPatterns.NONE, 0);
        private boolean told;
    }

    /** Which words are common is told by the profile. */
    private synchronized Known known(String pseudonym, Profile profile) {
        Known known = patients.computeIfAbsent(pseudonym + " " + profile.hash(), key -> new Known());
        if (patients.size() > MOST_PATIENTS) {
            patients.remove(patients.keySet().iterator().next());
        }
        return known;
    }

    /** Adds values of a patient and gives all. */
    Snapshot learn(String pseudonym, Profile profile, Set<IdentityValue> values) {
        Known known = known(pseudonym, profile);
        synchronized (known) {
            if (!known.values.containsAll(values) && known.values.size() < MOST_VALUES) {
                known.values.addAll(values);
                known.snapshot = new Snapshot(LeakPatterns.of(known.values, profile), versions.incrementAndGet());
            }
            return known.snapshot;
        }
    }

    /** Whether {@link #told} was called. */
    boolean isTold(String pseudonym, Profile profile) {
        Known known = known(pseudonym, profile);
        synchronized (known) {
            return known.told;
        }
    }

    /** What the vault knows of the patient has been added. */
    void told(String pseudonym, Profile profile) {
        Known known = known(pseudonym, profile);
        synchronized (known) {
            known.told = true;
        }
    }
}
