package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLineTest {

    @Test
    void numbersKeepTheDecimalsThatWereAskedFor() {
        assertEquals(
                "{\"bench\":\"x\",\"whole\":3,\"none\":13,\"two\":1.50}",
                new JsonLine("x")
                        .put("whole", 3)
                        .put("none", 12.5, 0)
                        .put("two", 1.5, 2)
                        .toString());
    }

    @Test
    void largeNumbersAreWrittenInFull() {
        assertEquals(
                "{\"bench\":\"x\",\"bytes\":265000000}",
                new JsonLine("x").put("bytes", 2.65e8, 0).toString());
    }

    @Test
    void severalValuesAreTheirMedianAndRange() {
        assertEquals(
                "{\"bench\":\"x\",\"s\":2.0,\"s_min\":1.0,\"s_max\":9.0}",
                new JsonLine("x")
                        .put("s", Statistics.of(List.of(9.0, 1.0, 2.0)), 1)
                        .toString());
    }
}
