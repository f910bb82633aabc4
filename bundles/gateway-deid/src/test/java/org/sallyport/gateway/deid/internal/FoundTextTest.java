package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.image.Region;

/** Which words count, and that nothing but a table of words is taken for one. */
class FoundTextTest {

    private static final String HEADER =
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    @Test
    void wordsOfThreeCharactersAndLongNumbersCount() {
        assertTrue(FoundText.isText("Doe", 70, 70));
        assertTrue(FoundText.isText("DOE^JANE", 96, 70));
        assertTrue(FoundText.isText("12.03.1957", 36, 70), "a date at half of the confidence");
        assertTrue(FoundText.isText("4711923", 40, 70));
        assertTrue(FoundText.isText("Müller", 90, 70));
        assertFalse(FoundText.isText("Doe", 69.9, 70));
        assertFalse(FoundText.isText("12.03.1957", 34, 70));
        assertFalse(FoundText.isText("1957", 50, 70));
        assertFalse(FoundText.isText("R", 99, 70), "the mark of a side");
        assertFalse(FoundText.isText("cm", 99, 70));
        assertFalse(FoundText.isText("----^..", 99, 70));
    }

    @Test
    void placesAreThoseOfTheFrame() {
        String table = HEADER + "1\t1\t0\t0\t0\t0\t0\t0\t512\t512\t-1\t\n"
                + "5\t1\t1\t1\t1\t1\t24\t80\t101\t18\t96.061943\tJANE\n"
                + "5\t1\t1\t1\t1\t2\t130\t80\t40\t18\t12.5\tDOE\n";
        assertEquals(List.of(new Region(12, 40, 50, 9)), FoundText.places(table, 2, 70));
        assertEquals(List.of(), FoundText.places(HEADER, 1, 70));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "DOE JANE",
                "#5\t1\t1\t1\t1\t1\t24\t80\t101\t18\t96",
                "#5\t1\t1\t1\t1\t1\t24\t80\t101\t18\tsure\tJANE",
                "#5\t1\t1\t1\t1\t1\tNaN\t80\t101\t18\t96\tJANE",
                "#5\t1\t1\t1\t1\t1\t-24\t80\t101\t18\t96\tJANE",
                "#5\t1\t1\t1\t1\t1\t24\t9999999999\t101\t18\t96\tJANE"
            })
    void whatIsNoTableIsADoubtThatDoesNotRepeatIt(String answer) {
        String table = answer.replace("#", HEADER);
        Doubt doubt = assertThrows(Doubt.class, () -> FoundText.places(table, 1, 70));
        assertEquals("tesseract answered something else than a table of words", doubt.reason());
    }

    @Test
    void framesAreChosenAtEqualDistances() {
        assertEquals("[0, 1]", java.util.Arrays.toString(TextCheck.chosen(2, 3)));
        assertEquals("[0, 4, 9]", java.util.Arrays.toString(TextCheck.chosen(10, 3)));
        assertEquals("[0]", java.util.Arrays.toString(TextCheck.chosen(10, 1)));
        assertEquals(Integer.MAX_VALUE - 1, TextCheck.chosen(Integer.MAX_VALUE, 1000)[999], "without running over");
    }
}
