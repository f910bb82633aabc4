package org.sallyport.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where a benchmark runs: its folders, and all processes that it starts. The cleaner's thread closes it at the end, at a failure and at Ctrl-C; all else is
 * the benchmark's own thread's.
 */
final class Workbench implements AutoCloseable {

    private final Path root;
    private final Path scratch;
    private final Children children = new Children();

    /** A benchmark; what it measured goes to standard output, a JSON object a line, all else to standard error. */
    interface Benchmark<O> {
        void run(Workbench bench, O options) throws IOException, InterruptedException;
    }

    private Workbench(Path root) {
        this.root = root;
        this.scratch = root.resolve("target/bench/run");
    }

    /**
     * Runs a benchmark and ends the process: 0, 1 after a failure, 2 if the command line is wrong. System property {@code project.root}: folder of the project.
     *
     * @param options throws {@link IllegalArgumentException} with a message for the user
     */
    static <O> void main(Supplier<O> options, Benchmark<O> benchmark) {
        O parsed;
        try {
            parsed = options.get();
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        Path root = Path.of(System.getProperty("project.root", "."))
                .toAbsolutePath()
                .normalize();
        Workbench bench = new Workbench(root);
        Runtime.getRuntime().addShutdownHook(new Thread(bench::close, "cleaner"));
        int exit = 0;
        try {
            Folders.delete(bench.scratch);
            Files.createDirectories(bench.scratch);
            benchmark.run(bench, parsed);
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            exit = 1;
        } catch (InterruptedException e) {
            exit = 1;
        }
        System.exit(exit);
    }

    /** Ends all processes and deletes what they wrote. */
    @Override
    public void close() {
        children.close();
        try {
            Folders.delete(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the project. */
    Path root() {
        return root;
    }

    /** Generated studies, which are kept. */
    Path studies() {
        return root.resolve("target/bench/studies");
    }

    /** For everything else; emptied at the end. */
    Path scratch() {
        return scratch;
    }

    Children children() {
        return children;
    }

    /** Runs a program to its end. @throws IOException with the end of its output unless it ends with 0 */
    void run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(scratch, "command", ".out");
        try {
            Child child = children.start(List.of(command), Map.of(), scratch, output);
            int exit = child.await();
            if (exit != 0) {
                throw new IOException(command[0] + " ended with " + exit + ":\n" + child.tail());
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Has the disk finish what earlier runs left to write: nobody is to wait for the data of others. */
    void sync() throws IOException, InterruptedException {
        run("sync");
    }
}
