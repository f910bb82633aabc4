package org.sallyport.gateway.deid.internal;

import java.util.Arrays;

/** A small number for each of many studies: open addressing, at most two thirds full. Not thread-safe. */
final class StudyTable {

    private static final short NONE = -1;

    private long[] keys = new long[1024];
    private short[] values = emptied(1024);
    private int size;

    private static short[] emptied(int length) {
        short[] values = new short[length];
        Arrays.fill(values, NONE);
        return values;
    }

    /** @return -1 if there is none */
    int get(long key) {
        return values[slot(key)];
    }

    /** @param value 0 or more */
    void put(long key, short value) {
        int slot = slot(key);
        if (values[slot] == NONE) {
            size++;
        }
        keys[slot] = key;
        values[slot] = value;
        if (size * 3L > keys.length * 2L) {
            grow();
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key ^ key >>> 32) & mask;
        while (values[slot] != NONE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        short[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = emptied(keys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != NONE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
