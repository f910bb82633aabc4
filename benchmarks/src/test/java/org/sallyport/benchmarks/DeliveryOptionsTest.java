package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.benchmarks.DeliveryOptions.Part;

class DeliveryOptionsTest {

    private static DeliveryOptions parse(String line) {
        return DeliveryOptions.parse(line.isEmpty() ? List.of() : List.of(line.split(" ", -1)));
    }

    @Test
    void byDefaultAllPartsAreRunAsOftenAsEachNeeds() {
        DeliveryOptions options = parse("");
        assertEquals(List.of(Part.FORWARD, Part.THROUGHPUT, Part.WAITING, Part.DEAD), options.parts());
        assertFalse(options.quick());
        assertEquals(7, options.runs(7, 1));
    }

    @Test
    void quickRunsLessOften() {
        assertTrue(parse("--quick").quick());
        assertEquals(1, parse("--quick").runs(7, 1));
    }

    @Test
    void theNumberOfRunsHoldsForQuickToo() {
        assertEquals(2, parse("--quick --runs 2").runs(7, 1));
    }

    @Test
    void onePartOnlyIfAsked() {
        assertEquals(List.of(Part.DEAD), parse("--part dead").parts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--part", "--part DEAD", "--part x", "--runs 0", "--fast"})
    void whatIsNotUnderstoodIsRefused(String line) {
        assertThrows(IllegalArgumentException.class, () -> parse(line));
    }
}
