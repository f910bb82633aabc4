package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A page of the documentation, and what it tells readers to type. */
final class Page {

    private static final String ENDED = "### ended with ";

    private Page() {}

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What stands after a prompt in the blocks of the kind {@code console}. */
    static List<String> typed(Path page) {
        List<String> lines = new ArrayList<>();
        String open = null;
        for (String line : text(page).lines().toList()) {
            if (line.startsWith("```")) {
                open = open == null ? line.substring(3) : null;
            } else if ("console".equals(open) && line.startsWith("$ ")) {
                lines.add(line.substring(2));
            }
        }
        return lines;
    }

    /**
     * One shell runs them all, so that variables last from one to the next.
     *
     * @return exit code and command of each that ended in time
     */
    static List<String> run(Appliance appliance, Path project, List<String> commands, Path output, int minutes)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>(List.of("set -o pipefail"));
        for (String command : commands) {
            lines.add(command);
            lines.add("printf '\\n" + ENDED + "%s: %s\\n' $? '" + command.replace("'", "'\\''") + "'");
        }
        Path script = Files.write(output.resolveSibling("commands"), lines);
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString())
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(appliance.environment());
        Process shell = builder.start();
        if (!shell.waitFor(minutes, TimeUnit.MINUTES)) {
            shell.descendants().forEach(ProcessHandle::destroy);
            shell.destroyForcibly().waitFor();
        }
        return text(output)
                .lines()
                .filter(line -> line.startsWith(ENDED))
                .map(line -> line.substring(ENDED.length()))
                .toList();
    }
}
