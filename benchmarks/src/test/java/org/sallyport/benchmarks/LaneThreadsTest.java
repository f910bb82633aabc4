package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LaneThreadsTest {

    @Test
    void eachThreadIsThatOfOneDestination() {
        Map<String, Set<String>> lanes = LaneThreads.of(
                List.of(
                        "main",
                        "delivery-one",
                        "delivery-one-1",
                        "delivery-one-27",
                        "dicom-one-1",
                        "delivery-third",
                        "dicom-11112-3",
                        "dicom-11112-accept",
                        "delivery-all-2"),
                List.of("one", "third"));
        assertEquals(
                Map.of(
                        "one",
                        Set.of("delivery-one", "delivery-one-#", "dicom-one-#"),
                        "third",
                        Set.of("delivery-third"),
                        "other",
                        Set.of("delivery-all-#")),
                lanes);
        assertEquals(
                "one: delivery-one delivery-one-# dicom-one-#; other: delivery-all-#; third: delivery-third",
                LaneThreads.words(lanes));
    }
}
