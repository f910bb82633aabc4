package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of text only the words of the delivered list stay, and short numbers. */
class TextCleanerTest {

    private static final TextCleaner CLEANER = new TextCleaner(terms());

    private static TermList terms() {
        try {
            return TermList.of(Files.readString(Path.of("../../config/profiles/descriptors.terms")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String clean(String text) {
        return CLEANER.clean(text, Set.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "CT HEAD WITHOUT CONTRAST | CT HEAD WITHOUT CONTRAST",
                "t2_tse_sag 3mm | t2_tse_sag 3mm",
                "AX T1 FLAIR+C fs, 0.9 x 0.9 | AX T1 FLAIR+C fs, 0.9 x 0.9",
                "Thorax Dr. Meier | Thorax",
                "Meier, Anna: Schädel nativ | Schädel nativ",
                "MRI KNEE LEFT FOR JANE DOE 03/12/1970 | MRI KNEE LEFT FOR",
                "liver 12.03.1970 | liver",
                "liver 12 03 70 | liver",
                "liver 4711 spleen | liver spleen",
                "tel 030-4711 head | head",
                "J. D. head | head",
                "head (J.D.) | head",
                "Seen by J Smith | Seen by",
                "FL3D_VIBE | FL3D_VIBE",
                "AB12CD head | head",
                "19700312 | \"\"",
                "1970 | \"\"",
                "12A03B1970 | \"\"",
                "山田太郎 head | head",
                "5.0 mm 2.5 | 5.0 mm 2.5",
                "1.2.840.113619.2 CT | CT",
                "jane.doe@hospital.org | \"\"",
                "\\\\server\\share\\doe CT | CT"
            })
    void whatIsNotOnTheListGoes(String text, String expected) {
        assertEquals(expected, clean(text));
    }

    @Test
    void cleanTextIsTheSameText() {
        String text = " CT  Abdomen/Pelvis, 3 mm ";
        assertSame(text, clean(text));
        assertSame("", clean(""));
    }

    /** A patient may be called like a part of the body. */
    @Test
    void thePatientsOwnNameGoesThoughItIsOnTheList() {
        assertEquals("CT T2", CLEANER.clean("CT long LONG T2", Set.of("LONG")));
    }

    @Test
    void theListHoldsNoNames() {
        for (String name :
                "SMITH MÜLLER MEIER SCHMIDT JONES JOHN JANE ANNA MARY BROWN GREEN KLEIN GROSS STERN LANG WOLF"
                        .split(" ", -1)) {
            assertEquals("", clean(name), name);
        }
    }
}
