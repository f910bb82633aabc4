package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Waits for images in a folder. When the last of them came the file system tells, so that looking seldom costs no precision. Used by one thread. */
final class Arrivals {

    private static final long LOOK_MILLIS = 100;

    private final Path folder;
    private final Duration patience;

    /** @param patience how long nothing may come */
    Arrivals(Path folder, Duration patience) {
        this.folder = folder;
        this.patience = patience;
    }

    /**
     * Waits for so many files of at least so many bytes, and takes them away.
     *
     * @return when the last of them was written, milliseconds since 1970
     * @throws IOException if nothing came for too long
     */
    long await(int images, long leastBytes) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        int before = 0;
        while (true) {
            List<Path> files = files();
            if (files.size() >= images && allHave(files, leastBytes)) {
                return takeAway(files);
            }
            if (files.size() > before) {
                before = files.size();
                deadline = System.nanoTime() + patience.toNanos();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        files.size() + " of " + images + " images came, then none for " + patience.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static boolean allHave(List<Path> files, long leastBytes) throws IOException {
        for (Path file : files) {
            if (Files.size(file) < leastBytes) {
                return false;
            }
        }
        return true;
    }

    private static long takeAway(List<Path> files) throws IOException {
        Instant last = Instant.MIN;
        for (Path file : files) {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            last = written.isAfter(last) ? written : last;
        }
        for (Path file : files) {
            if (!Files.deleteIfExists(file)) {
                throw new NoSuchFileException(file.toString());
            }
        }
        return last.toEpochMilli();
    }
}
