package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the virtual machine of another process tells of itself, by jcmd of our own. */
final class HeapFigures {

    private static final Pattern GENERATION = Pattern.compile("^\\s*(?:def new|tenured) generation .*used (\\d+)K");
    private static final Pattern THREAD = Pattern.compile("^\"([^\"]+)\" ");

    private HeapFigures() {}

    /** Bytes that are in use after a full collection. */
    static long usedBytes(Workbench bench, long pid) throws IOException, InterruptedException {
        ask(bench, pid, "GC.run");
        return parseUsed(ask(bench, pid, "GC.heap_info"));
    }

    /** Names of its threads. */
    static List<String> threads(Workbench bench, long pid) throws IOException, InterruptedException {
        return parseThreads(ask(bench, pid, "Thread.print"));
    }

    /** @throws IOException if the text is not that of the serial collector, which {@code ./run} chooses */
    static long parseUsed(List<String> heapInfo) throws IOException {
        long kibibytes = 0;
        int generations = 0;
        for (String line : heapInfo) {
            Matcher matcher = GENERATION.matcher(line);
            if (matcher.find()) {
                kibibytes += Long.parseLong(matcher.group(1));
                generations++;
            }
        }
        if (generations != 2) {
            throw new IOException("jcmd GC.heap_info not understood:\n" + String.join("\n", heapInfo));
        }
        return kibibytes * 1024;
    }

    static List<String> parseThreads(List<String> dump) {
        return dump.stream()
                .map(THREAD::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    private static List<String> ask(Workbench bench, long pid, String command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(bench.scratch(), "jcmd", ".out");
        try {
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            Child child = bench.children()
                    .start(List.of(jcmd, String.valueOf(pid), command), Map.of(), bench.scratch(), output);
            if (child.await() != 0) {
                throw new IOException("jcmd " + command + " failed:\n" + child.tail());
            }
            return child.outputLines();
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
