package org.sallyport.gateway.vault.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The pseudonym keys of all generations: the vault's own, from the first to the present one, and those of other vaults, whose mappings were taken over. Immutable.
 */
final class Generations {

    static final int FIRST = 1;
    /** A patient costs a digest of each. */
    static final int LAST = 1_000;
    /** Of other vaults. */
    static final int FIRST_FOREIGN = LAST + 1;
    /** Pseudonym key and digest key of a generation, one after the other. */
    static final int KEY_BYTES = 64;

    /**
     * @param pseudonymKey maps patients and UIDs
     * @param digestKey recognises equal originals
     */
    record Generation(Hmac pseudonymKey, Hmac digestKey) {

        private static Generation of(byte[] keys) {
            return new Generation(
                    new Hmac(Arrays.copyOf(keys, KEY_BYTES / 2)),
                    new Hmac(Arrays.copyOfRange(keys, KEY_BYTES / 2, KEY_BYTES)));
        }
    }

    private final int present;
    private final List<Generation> all;

    /**
     * @param present {@value #FIRST}–{@value #LAST}
     * @param foreign {@value #KEY_BYTES} bytes each
     */
    Generations(VaultKeys keys, int present, List<byte[]> foreign) {
        List<Generation> generations = new ArrayList<>();
        for (int number = FIRST; number <= present; number++) {
            generations.add(Generation.of(keys.generation(number)));
        }
        foreign.forEach(one -> generations.add(Generation.of(one)));
        this.present = present;
        this.all = List.copyOf(generations);
    }

    static boolean isForeign(int number) {
        return number >= FIRST_FOREIGN;
    }

    /** That new patients get. */
    int present() {
        return present;
    }

    /** @param number one that the journal has come to */
    Generation of(int number) {
        return all.get(isForeign(number) ? present + number - FIRST_FOREIGN : number - FIRST);
    }

    /** The vault's own first, the oldest before the others. */
    List<Generation> all() {
        return all;
    }
}
