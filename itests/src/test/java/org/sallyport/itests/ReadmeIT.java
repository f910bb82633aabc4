package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
    private static final Set<String> ELSEWHERE = Set.of("./run", "./bench ingest");

    private static final int MINUTES = 3;
    private static final String ENDED = "### ended with ";
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @Test
    void everyCommandWorks(@TempDir Path temporary) throws Exception {
        List<String> typed = fenced("console").stream()
                .filter(line -> line.startsWith("$ "))
                .map(line -> line.substring(2))
                .toList();
        List<String> commands =
                typed.stream().filter(command -> !ELSEWHERE.contains(command)).toList();
        assertTrue(typed.containsAll(ELSEWHERE), "the README has no longer all of " + ELSEWHERE);
        Path output = temporary.resolve("output");
        List<String> ends;
        try (Appliance appliance = new Appliance(temporary.resolve("data")).start()) {
            ends = run(appliance, script(commands, temporary), output);
            assertEquals(0, appliance.stop());
        }
        assertEquals(commands.stream().map(command -> "0: " + command).toList(), ends, () -> text(output));
    }

    /** One shell runs them all, so that variables last from one to the next; each one's exit code is told. */
    private static Path script(List<String> commands, Path folder) throws IOException {
        List<String> lines = new ArrayList<>(List.of("set -o pipefail"));
        for (String command : commands) {
            lines.add(command);
            lines.add("printf '\\n" + ENDED + "%s: %s\\n' $? '" + command.replace("'", "'\\''") + "'");
        }
        return Files.write(folder.resolve("commands"), lines);
    }

    /** @return exit code and command of each that ended in time */
    private static List<String> run(Appliance appliance, Path script, Path output) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString())
                .directory(Appliance.ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(appliance.environment());
        Process shell = builder.start();
        if (!shell.waitFor(MINUTES, TimeUnit.MINUTES)) {
            shell.descendants().forEach(ProcessHandle::destroy);
            shell.destroyForcibly().waitFor();
        }
        return text(output)
                .lines()
                .filter(line -> line.startsWith(ENDED))
                .map(line -> line.substring(ENDED.length()))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Lines of all fenced blocks of this kind. */
    private static List<String> fenced(String kind) {
        List<String> lines = new ArrayList<>();
        String open = null;
        for (String line : text(readme()).lines().toList()) {
            if (line.startsWith("```")) {
                open = open == null ? line.substring(3) : null;
            } else if (kind.equals(open)) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static Path readme() {
        return Appliance.ROOT.resolve("README.md");
    }

    @Test
    void theExampleShownIsTheFileThatIsCompiled() throws Exception {
        assertEquals(
                Files.readAllLines(Appliance.ROOT.resolve("docs/example/destination/Counter.java")), fenced("java"));
    }

    @Test
    void everyLinkLeadsSomewhere() throws Exception {
        List<String> dead = new ArrayList<>();
        List<Path> pages = new ArrayList<>(List.of(readme()));
        try (Stream<Path> files = Files.walk(Appliance.ROOT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            Matcher links = LINK.matcher(text(page));
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
        String readme = text(readme());
        Pattern variable = Pattern.compile("\\$\\[env:([A-Z_]+);default=([^\\]]*)\\]");
        List<String> missing = new ArrayList<>();
        for (String folder : List.of("config", "karaf-assembly/src/main/resources/etc")) {
            try (Stream<Path> files = Files.walk(Appliance.ROOT.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Matcher found = variable.matcher(text(file));
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
