package org.sallyport.gateway.vault.internal;

import java.util.ArrayList;
import java.util.List;

/** The pseudonym keys of all generations, from the first to the present one. Immutable. */
final class Generations {

    static final int FIRST = 1;
    /** A patient costs a digest of each. */
    static final int LAST = 1_000;

    /**
     * @param pseudonymKey maps patients and UIDs
     * @param digestKey recognises equal originals
     */
    record Generation(Hmac pseudonymKey, Hmac digestKey) {}

    private final List<Generation> all;

    /** @param present {@value #FIRST}–{@value #LAST} */
    Generations(VaultKeys keys, int present) {
        List<Generation> generations = new ArrayList<>();
        for (int number = FIRST; number <= present; number++) {
            generations.add(new Generation(keys.pseudonymKey(number), keys.originalDigestKey(number)));
        }
        this.all = List.copyOf(generations);
    }

    int present() {
        return all.size();
    }

    /** @param number {@value #FIRST}–{@link #present()} */
    Generation of(int number) {
        return all.get(number - FIRST);
    }

    /** The oldest first. */
    List<Generation> all() {
        return all;
    }
}
