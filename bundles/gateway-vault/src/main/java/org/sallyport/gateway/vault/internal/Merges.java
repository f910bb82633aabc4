package org.sallyport.gateway.vault.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which patients are the same person, as an administrator said, by their numbers. Not thread-safe: guarded by {@link JournalPseudonymizer}. */
final class Merges {

    /** In place of a number: the patient stands alone again. */
    static final int NOBODY = -1;

    /** @param into {@value #NOBODY} = split */
    record Change(Instant at, int from, int into) {}

    private final Map<Integer, Integer> into = new HashMap<>();
    private final List<Change> history = new ArrayList<>();

    /** Whose pseudonym, keys and shift new studies get. */
    int present(int patient) {
        int present = patient;
        Integer next = into.get(present);
        while (next != null) {
            present = next;
            next = into.get(present);
        }
        return present;
    }

    boolean isMerged(int patient) {
        return into.containsKey(patient);
    }

    /** Whether others are merged into it, directly. */
    boolean hasOthers(int patient) {
        return into.containsValue(patient);
    }

    boolean areSame(int one, int other) {
        return one == other || present(one) == present(other);
    }

    /** All numbers of the person. */
    Set<Integer> all(int patient) {
        int present = present(patient);
        Set<Integer> all = new HashSet<>(Set.of(present));
        for (int merged : into.keySet()) {
            if (present(merged) == present) {
                all.add(merged);
            }
        }
        return all;
    }

    /** Of two patients who are not the same; the first is not merged. */
    void put(Change change) {
        if (change.into() == NOBODY) {
            into.remove(change.from());
        } else {
            into.put(change.from(), change.into());
        }
        history.add(change);
    }

    /** Who is merged into whom now, the oldest first. */
    List<Change> inForce() {
        List<Change> changes = new ArrayList<>();
        for (Change change : history) {
            changes.removeIf(before -> before.from() == change.from());
            if (Integer.valueOf(change.into()).equals(into.get(change.from()))) {
                changes.add(change);
            }
        }
        return changes;
    }

    Merges copy() {
        Merges copy = new Merges();
        copy.into.putAll(into);
        copy.history.addAll(history);
        return copy;
    }

    /** The patient is nobody's and nobody is it, from now on. */
    void forget(int patient) {
        into.remove(patient);
        into.values().removeIf(other -> other == patient);
    }

    /** The oldest first. */
    List<Change> history() {
        return List.copyOf(history);
    }
}
