package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells readers to type works, in its order, and what it points to is there. */
@Tag("peers")
class ReadmeIT {

    /** Not typed here: the harness starts the appliance, and measuring is no test. */
    private static final Set<String> ELSEWHERE = Set.of("./run", "./bench ingest", "./bench delivery", "./bench query");

    private static final int MINUTES = 15;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void everyCommandWorks(@TempDir Path temporary) throws Exception {
        List<String> typed = Page.typed(readme());
        List<String> commands =
                typed.stream().filter(command -> !ELSEWHERE.contains(command)).toList();
        assertTrue(typed.containsAll(ELSEWHERE), "the README has no longer all of " + ELSEWHERE);
        Path output = temporary.resolve("output");
        List<String> ends;
        try (Appliance appliance = new Appliance(temporary.resolve("data")).start()) {
            ends = Page.run(appliance, Appliance.ROOT, commands, output, MINUTES);
            assertEquals(0, appliance.stop());
        }
        assertEquals(commands.stream().map(command -> "0: " + command).toList(), ends, () -> Page.text(output));
    }

    private static Path readme() {
        return Appliance.ROOT.resolve("README.md");
    }

    @Test
    void everyLinkLeadsSomewhere() throws Exception {
        List<String> dead = new ArrayList<>();
        List<Path> pages = new ArrayList<>(List.of(readme()));
        try (Stream<Path> files = Files.walk(Appliance.ROOT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            Matcher links = LINK.matcher(Page.text(page));
            while (links.find()) {
                if (!Files.exists(page.resolveSibling(links.group(1)))) {
                    dead.add(page.getFileName() + ": " + links.group(1));
                }
            }
        }
        assertEquals(List.of(), dead);
    }

    /** The table of settings has every variable that a shipped file reads, with its default. */
    @Test
    void everyVariableOfTheSettingsIsInTheTable() throws Exception {
        String readme = Page.text(readme());
        Pattern variable = Pattern.compile("\\$\\[env:([A-Z_]+);default=([^\\]]*)\\]");
        List<String> missing = new ArrayList<>();
        for (String folder : List.of("config", "karaf-assembly/src/main/resources/etc")) {
            try (Stream<Path> files = Files.walk(Appliance.ROOT.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher found = variable.matcher(Page.text(file));
                    while (found.find()) {
                        String name = "`" + found.group(1) + "`";
                        String value = found.group(2);
                        if (readme.lines()
                                .noneMatch(line -> line.startsWith("|")
                                        && line.contains(name)
                                        && (value.isEmpty() || line.contains("`" + value + "`")))) {
                            missing.add(name + " = " + value);
                        }
                    }
                }
            }
        }
        assertAll(
                () -> assertEquals(List.of(), missing),
                () -> assertTrue(readme.contains("`SALLYPORT_DATA`"), "what ./run reads itself"));
    }
}
