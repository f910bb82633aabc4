package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NumberTableTest {

    private final NumberTable table = new NumberTable();
    private final Map<UUID, Integer> beside = new HashMap<>();

    private void put(UUID key, int number) {
        table.put(key, number);
        beside.put(key, number);
    }

    private void assertTheSame() {
        assertEquals(beside.size(), table.size());
        beside.forEach((key, number) -> assertEquals(number, table.get(key), key::toString));
        Map<UUID, Integer> told = new HashMap<>();
        table.forEach(told::put);
        assertEquals(beside, told);
    }

    @Test
    void holdsWhatAMapHolds() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            put(new UUID(random.nextLong(), random.nextLong()), random.nextInt(Integer.MAX_VALUE));
        }
        assertTheSame();
        beside.keySet().stream().limit(5_000).toList().forEach(key -> put(key, 0));
        assertTheSame();
        table.removeIf(number -> number % 3 == 1);
        beside.values().removeIf(number -> number % 3 == 1);
        assertTheSame();
        assertEquals(NumberTable.NONE, table.get(new UUID(1, 2)));
    }

    /** One may have chosen them; those of the same place stand one after the other, over the end too. */
    @Test
    void keysOfTheSamePlaceAreToldApart() {
        for (int i = 0; i < 500; i++) {
            put(new UUID((long) i << 32 | 0xFFFFFFFFL, (long) i << 33), i);
        }
        put(new UUID(0, 0), 1_000);
        assertTheSame();
        table.removeIf(number -> number < 250);
        beside.values().removeIf(number -> number < 250);
        assertTheSame();
    }
}
