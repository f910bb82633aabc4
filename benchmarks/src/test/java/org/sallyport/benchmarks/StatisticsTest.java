package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void theMedianOfAnOddNumberOfValuesIsTheMiddleOne() {
        assertEquals(new Statistics(5, 3, 1, 100), Statistics.of(List.of(100.0, 1.0, 3.0, 2.0, 4.0)));
    }

    @Test
    void theMedianOfAnEvenNumberOfValuesLiesBetweenTheMiddleTwo() {
        assertEquals(new Statistics(4, 2.5, 1, 9), Statistics.of(List.of(9.0, 3.0, 1.0, 2.0)));
    }

    @Test
    void oneValueIsItsOwnMedian() {
        assertEquals(new Statistics(1, 7, 7, 7), Statistics.of(List.of(7.0)));
    }

    @Test
    void equalValuesCountEach() {
        assertEquals(new Statistics(3, 2, 1, 2), Statistics.of(List.of(2.0, 2.0, 1.0)));
    }

    @Test
    void noValuesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.of(List.of()));
    }

    @Test
    void whatIsNotANumberIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.of(List.of(1.0, Double.NaN)));
    }

    @Test
    void ninetyFivePartsOfAHundredAreNotAboveThePercentile() {
        List<Double> values = java.util.stream.IntStream.rangeClosed(1, 100)
                .mapToObj(i -> (double) (101 - i))
                .toList();
        assertEquals(95, Statistics.percentile(values, 0.95));
        assertEquals(1, Statistics.percentile(values, 0));
        assertEquals(100, Statistics.percentile(values, 1));
    }

    @Test
    void thePercentileOfFewValuesIsOneOfThem() {
        assertEquals(3, Statistics.percentile(List.of(2.0, 3.0, 1.0), 0.95));
    }

    @Test
    void aPartThatIsNoneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.percentile(List.of(1.0), 1.1));
        assertThrows(IllegalArgumentException.class, () -> Statistics.percentile(List.of(), 0.5));
    }
}
