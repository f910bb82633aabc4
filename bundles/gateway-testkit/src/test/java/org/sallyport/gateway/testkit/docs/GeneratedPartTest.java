package org.sallyport.gateway.testkit.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedPartTest {

    private static final List<String> DOCUMENT = List.of(
            "# Title",
            "<!-- generated: one -->",
            "| a |",
            "|---|",
            "<!-- end: one -->",
            "words",
            "<!-- generated: two -->");

    @TempDir
    private Path folder;

    private Path document;

    @BeforeEach
    void write() throws IOException {
        document = Files.write(folder.resolve("document.md"), DOCUMENT);
    }

    private void check(String name, List<String> lines, boolean write) throws IOException {
        GeneratedPart.check(document, name, lines, "the command", write);
    }

    private String message(String name, String... lines) {
        return String.valueOf(assertThrows(AssertionError.class, () -> check(name, List.of(lines), false))
                .getMessage());
    }

    @Test
    void whatIsTheSamePassesAndStaysAsItIs() throws Exception {
        check("one", GeneratedPart.table("a"), false);
        check("one", GeneratedPart.table("a"), true);
        assertEquals(DOCUMENT, Files.readAllLines(document));
    }

    @Test
    void aDifferenceIsToldWithItsPlaceAndTheCommand() throws Exception {
        String other = message("one", "| a |", "|:--|");
        assertTrue(other.contains("line 4: it says\n  |---|\nand the code\n  |:--|\n"), other);
        assertTrue(other.endsWith("the command"), other);
        String longer = message("one", "| a |", "|---|", "| 1 |");
        assertTrue(longer.contains("line 5: it says\n  nothing more\nand the code\n  | 1 |\n"), longer);
        assertEquals(DOCUMENT, Files.readAllLines(document));
    }

    @Test
    void onlyThePartIsWritten() throws Exception {
        check("one", List.of("other"), true);
        assertEquals(
                List.of(
                        "# Title",
                        "<!-- generated: one -->",
                        "other",
                        "<!-- end: one -->",
                        "words",
                        "<!-- generated: two -->"),
                Files.readAllLines(document));
    }

    @Test
    void aPartThatIsNotThereIsAnErrorAlsoWhereItIsToBeWritten() {
        assertThrows(AssertionError.class, () -> check("none", List.of(), true));
        assertThrows(AssertionError.class, () -> check("two", List.of(), true), "it has no end");
    }

    @Test
    void tablesAreThoseOfMarkdown() {
        List<String> table = GeneratedPart.table("a", "b");
        table.add(GeneratedPart.row("1", "2"));
        assertEquals(List.of("| a | b |", "|---|---|", "| 1 | 2 |"), table);
    }
}
