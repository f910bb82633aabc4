package org.sallyport.admin.shell.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/** Karaf's log. */
final class LogFile {

    private LogFile() {}

    static Collection<String> last(int lines) throws IOException {
        Path file = Path.of(System.getProperty("karaf.log", System.getProperty("karaf.data") + "/log"), "karaf.log");
        Deque<String> last = new ArrayDeque<>(lines);
        if (!Files.exists(file)) {
            throw new IllegalStateException("there is no log " + file + ": see org.ops4j.pax.logging.cfg");
        }
        // Not Files.newBufferedReader: that gives up at the first byte that is no UTF-8.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (last.size() == lines) {
                    last.removeFirst();
                }
                last.addLast(line);
            }
        }
        return last;
    }
}
