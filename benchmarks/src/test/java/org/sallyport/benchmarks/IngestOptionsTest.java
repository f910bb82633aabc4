package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IngestOptionsTest {

    private static IngestOptions parse(String line) {
        return IngestOptions.parse(line.isEmpty() ? List.of() : List.of(line.split(" ", -1)));
    }

    @Test
    void byDefaultBothShapesAreRunFiveTimesWithStockPdus() {
        assertEquals(new IngestOptions(List.of(Shape.CT500, Shape.MR5000), 5, 16_384), parse(""));
    }

    @Test
    void quickIsASmallStudyThreeTimes() {
        assertEquals(new IngestOptions(List.of(Shape.CT100), 3, 16_384), parse("--quick"));
    }

    @Test
    void theNumberOfRunsHoldsForQuickTooInAnyOrder() {
        assertEquals(1, parse("--runs 1 --quick").runs());
        assertEquals(1, parse("--quick --runs 1").runs());
    }

    @Test
    void oneShapeOnlyIfAsked() {
        assertEquals(List.of(Shape.MR5000), parse("--shape mr5000").shapes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--runs",
                "--runs 0",
                "--runs -1",
                "--runs x",
                "--runs 1001",
                "--max-pdu 131073",
                "--shape ct",
                "--fast"
            })
    void whatIsNotUnderstoodIsRefused(String line) {
        assertThrows(IllegalArgumentException.class, () -> parse(line));
    }
}
