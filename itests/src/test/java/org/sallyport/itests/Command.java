package org.sallyport.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of the machine to its end. */
final class Command {

    private static final Duration LONGEST = Duration.ofMinutes(20);

    /** A command that had to end well did not. */
    static final class Failed extends AssertionError {

        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    /** @param output standard output and error together */
    record Result(List<String> command, int exit, String output) {

        Result ok() {
            if (exit != 0) {
                throw new Failed(String.join(" ", shortened()) + " ended with " + exit + ":\n" + output);
            }
            return this;
        }

        List<String> lines() {
            return output.lines().toList();
        }

        private List<String> shortened() {
            return command.size() <= 12 ? command : command.subList(0, 12);
        }
    }

    private Command() {}

    static Result run(String... command) throws IOException, InterruptedException {
        return run(Map.of(), Arrays.asList(command));
    }

    static Result run(List<String> command) throws IOException, InterruptedException {
        return run(Map.of(), command);
    }

    static Result run(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("command", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(Path.of("/dev/null").toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command.get(0) + " did not end within " + LONGEST);
            }
            return new Result(
                    command, process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }
}
