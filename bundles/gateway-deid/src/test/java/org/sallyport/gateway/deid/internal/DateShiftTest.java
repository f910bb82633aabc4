package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DateShiftTest {

    @ParameterizedTest
    @CsvSource({
        "20240301, 1, 20240229",
        "20240229, 366, 20230228",
        "20240101, 1, 20231231",
        "19991231, 3650, 19900102",
        "2024.03.01, 1, 20240229",
        "00010102, 1, 00010101",
        // A DT keeps its time of day, fraction, offset and precision (PS3.5 6.2).
        "20240301101530, 1, 20240229101530",
        "20240301101530.123456, 1, 20240229101530.123456",
        "20240301101530.1+0100, 1, 20240229101530.1+0100",
        "20240301-0500, 1, 20240229-0500",
        "2024030110, 1, 2024022910",
        "202403011015, 1, 202402291015",
        "20240301235960, 1, 20240229235960",
        "202403, 1, 202402",
        "202403+0100, 1, 202402+0100",
        "2024, 1, 2023",
    })
    void aDateIsMovedAndKeepsItsForm(String date, int days, String moved) {
        assertEquals(moved, DateShift.shift(date, days));
    }

    /** Ranges belong into queries, but are seen. */
    @ParameterizedTest
    @CsvSource({
        "20240301-20240302, 1, 20240229-20240301",
        "20240301-, 1, 20240229-",
        "-20240301, 1, -20240229",
        "20240301101530-20240302, 1, 20240229101530-20240301",
        "20240301101530.5+0100-20240302101530.5+0100, 1, 20240229101530.5+0100-20240301101530.5+0100",
    })
    void bothEndsOfARangeAreMoved(String range, int days, String moved) {
        assertEquals(moved, DateShift.shift(range, days));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "DOE^JANE",
                "20240301 DOE",
                "20240301DOE",
                "20240301^DOE",
                "20240301.DOE",
                "20240301-DOE",
                "20240301-20241301",
                "2024-03-01",
                "2024/03/01",
                "20240231",
                "20241301",
                "20240001",
                "20230229",
                "00000101",
                "202",
                "20240",
                "2024030",
                "202403011",
                "2024030125",
                "202403011060",
                "20240301101561",
                "20240301101530.",
                "20240301101530.1234567",
                "20240301101530.MRN",
                "20240301101530+01",
                "20240301101530+9900",
                "20240301987654321",
                "20240301\0DOE",
                "\u0662\u0660\u0662\u0664\u0660\u0663\u0660\u0661",
                "-",
            })
    void whatIsNoDateIsRemovedNotKept(String text) {
        assertEquals("", DateShift.shift(text, 1));
    }

    @Test
    void aDateBeforeTheFirstYearIsRemoved() {
        assertEquals("", DateShift.shift("00010101", 3650));
    }

    @Test
    void eachOfSeveralValuesIsTreatedForItself() {
        assertEquals("20240229\\\\20231231", DateShift.shift("20240301\\DOE\\20240101", 1));
        assertEquals("20240229\\20231231", DateShift.shift(" 20240301 \\ 20240101", 1));
    }
}
