package org.sallyport.gateway.testkit.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A part of a document that says what code does: it stands between the lines {@code <!-- generated: NAME -->} and {@code <!-- end: NAME -->}, and a test
 * holds it to what the code gives. All else of the document is written by people.
 */
public final class GeneratedPart {

    /** System property: {@code true} writes parts that are not what they have to be. */
    private static final String WRITE = "docs.write";

    private GeneratedPart() {}

    /**
     * Compares a part with what it has to be; with {@code -Ddocs.write=true} it is written instead.
     *
     * @param document UTF-8
     * @param lines what the code gives
     * @param test by which the part can be written, of the module that is the working directory
     * @throws AssertionError if the part is not there or is another; the message tells the command that writes it
     */
    public static void check(Path document, String name, List<String> lines, Class<?> test) throws IOException {
        String command = "mvn test -pl bundles/" + Path.of("").toAbsolutePath().getFileName() + " -am -Dtest="
                + test.getSimpleName() + " -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";
        check(document, name, lines, command, Boolean.getBoolean(WRITE));
    }

    static void check(Path document, String name, List<String> lines, String command, boolean write)
            throws IOException {
        String first = "<!-- generated: " + name + " -->";
        String last = "<!-- end: " + name + " -->";
        List<String> all = Files.readAllLines(document);
        int begin = all.indexOf(first) + 1;
        int end = all.indexOf(last);
        if (begin == 0 || end < begin) {
            throw new AssertionError(document + " has no lines " + first + " and " + last);
        }
        List<String> there = all.subList(begin, end);
        if (there.equals(lines)) {
            return;
        }
        if (!write) {
            int at = firstDifference(there, lines);
            throw new AssertionError(document + " is stale, line " + (begin + at + 1) + ": it says\n  "
                    + line(there, at) + "\nand the code\n  " + line(lines, at) + "\nTo write the part \"" + name
                    + "\" anew: " + command);
        }
        List<String> written = new ArrayList<>(all.subList(0, begin));
        written.addAll(lines);
        written.addAll(all.subList(end, all.size()));
        Files.write(document, written);
    }

    private static int firstDifference(List<String> one, List<String> other) {
        int at = 0;
        while (at < one.size() && at < other.size() && one.get(at).equals(other.get(at))) {
            at++;
        }
        return at;
    }

    private static String line(List<String> lines, int at) {
        return at < lines.size() ? lines.get(at) : "nothing more";
    }

    /** A row of a table in Markdown. */
    public static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    /** The two lines above a table's rows. Rows may be added. */
    public static List<String> table(String... columns) {
        List<String> lines = new ArrayList<>();
        lines.add(row(columns));
        lines.add("|" + String.join("", Collections.nCopies(columns.length, "---|")));
        return lines;
    }
}
