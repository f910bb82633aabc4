package org.sallyport.gateway.vault.internal;

import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * Numbers by 128-bit keys that are digests already, in a fifth of the memory of a map of objects: a vault may know millions of studies. Not thread-safe.
 */
final class NumberTable {

    static final int NONE = -1;

    private static final int SMALLEST = 16;

    private long[] high = new long[SMALLEST];
    private long[] low = new long[SMALLEST];
    /** 0 = free; else the number + 1. */
    private int[] numbers = new int[SMALLEST];

    private int size;

    /** Takes what the table holds. */
    @FunctionalInterface
    interface Visitor {
        void visit(UUID key, int number);
    }

    int size() {
        return size;
    }

    /** @return {@link #NONE} if the key is not here */
    int get(UUID key) {
        return numbers[find(key.getMostSignificantBits(), key.getLeastSignificantBits())] - 1;
    }

    /** @param number 0 or more; in place of the one that there is */
    void put(UUID key, int number) {
        // Full to three quarters at most.
        if (4 * (size + 1) > 3 * numbers.length) {
            keep(numbers.length + numbers.length / 2, each -> true);
        }
        set(key.getMostSignificantBits(), key.getLeastSignificantBits(), number + 1);
    }

    /** Takes as long as the table is large. */
    void removeIf(IntPredicate number) {
        keep(numbers.length, number.negate());
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0) {
                visitor.visit(new UUID(high[i], low[i]), numbers[i] - 1);
            }
        }
    }

    private void keep(int capacity, IntPredicate wanted) {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] old = numbers;
        high = new long[capacity];
        low = new long[capacity];
        numbers = new int[capacity];
        size = 0;
        for (int i = 0; i < old.length; i++) {
            if (old[i] != 0 && wanted.test(old[i] - 1)) {
                set(oldHigh[i], oldLow[i], old[i]);
            }
        }
    }

    private void set(long keyHigh, long keyLow, int entry) {
        int at = find(keyHigh, keyLow);
        if (numbers[at] == 0) {
            size++;
        }
        high[at] = keyHigh;
        low[at] = keyLow;
        numbers[at] = entry;
    }

    /** Where the key is, or would be put. */
    private int find(long keyHigh, long keyLow) {
        // Of a random UUID six bits are always the same; the others of either half will do.
        int at = (int) (((keyLow ^ keyHigh) & 0xFFFFFFFFL) * numbers.length >>> 32);
        while (numbers[at] != 0 && (high[at] != keyHigh || low[at] != keyLow)) {
            at = at + 1 == numbers.length ? 0 : at + 1;
        }
        return at;
    }
}
