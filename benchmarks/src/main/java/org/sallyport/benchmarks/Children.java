package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All processes that were started here: none of them outlives {@link #close}. May be used by any thread. */
final class Children implements AutoCloseable {

    private final List<Child> running = new ArrayList<>();
    private boolean closed;

    /**
     * Starts a program.
     *
     * @param environment added to ours
     * @param folder to run in
     * @param output file for standard output and error
     * @throws IOException also after {@link #close}
     */
    synchronized Child start(List<String> command, Map<String, String> environment, Path folder, Path output)
            throws IOException {
        if (closed) {
            throw new IOException("ending: " + command.get(0) + " is not started any more");
        }
        running.removeIf(child -> !child.isAlive());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(environment);
        Child child = new Child(builder.start(), output);
        running.add(child);
        return child;
    }

    /** Ends all that still run, the youngest first. */
    @Override
    public synchronized void close() {
        closed = true;
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).stop();
        }
        running.clear();
    }
}
