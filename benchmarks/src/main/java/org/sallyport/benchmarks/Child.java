package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that was started here, its output going to a file. May be used by any thread. */
final class Child {

    private static final int STOP_SECONDS = 60;
    private static final int TAIL_LINES = 20;

    private final Process process;
    private final Path output;

    Child(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. @return the exit code */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Asks it to end, after a minute makes it end. */
    void stop() {
        process.destroy();
        boolean ended = false;
        try {
            ended = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.destroyForcibly().onExit().join();
        }
    }

    List<String> outputLines() throws IOException {
        // Not all programs write UTF-8; in this character set no bytes are wrong.
        return Files.readAllLines(output, StandardCharsets.ISO_8859_1);
    }

    /** The last lines of the output, for an error message. */
    String tail() throws IOException {
        List<String> lines = outputLines();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
