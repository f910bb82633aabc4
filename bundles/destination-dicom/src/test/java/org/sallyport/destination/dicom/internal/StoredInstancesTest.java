package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoredInstancesTest {

    @Test
    void itNeverHoldsMoreThanItMayAndForgetsTheOldestDelivery() {
        StoredInstances stored = new StoredInstances(4);
        stored.add(1, "1.1");
        stored.add(1, "1.2");
        stored.add(2, "2.1");
        stored.add(1, "1.2");
        stored.add(2, "2.2");
        stored.add(2, "2.3");
        assertEquals(Set.of(), stored.of(1));
        assertEquals(Set.of("2.1", "2.2", "2.3"), stored.of(2));
        stored.add(2, "2.4");
        stored.add(2, "2.5");
        assertEquals(4, stored.of(2).size());
    }

    @Test
    void whatIsRemovedMakesRoom() {
        StoredInstances stored = new StoredInstances(2);
        stored.add(1, "1.1");
        stored.add(1, "1.2");
        stored.remove(1, List.of("1.1", "9.9"));
        stored.add(1, "1.3");
        assertEquals(Set.of("1.2", "1.3"), stored.of(1));
        stored.forget(1);
        assertTrue(stored.of(1).isEmpty());
        stored.add(2, "2.1");
        stored.add(2, "2.2");
        assertEquals(2, stored.of(2).size());
    }
}
