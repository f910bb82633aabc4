package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.Region;
import org.sallyport.dicom.image.TextPictures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks tesseract, a process for each picture: the picture goes to its standard input, a table comes from its standard output, and nothing is written
 * to disk. Thread-safe.
 */
final class Tesseract implements TextRecognition {

    private static final Logger LOG = LoggerFactory.getLogger(Tesseract.class);

    /** Noise of 2,000 × 2,000 pixels gives half a megabyte. */
    private static final int MOST_OUTPUT = 4 << 20;

    /** The program takes no picture with a longer side. */
    private static final int LONGEST_SIDE = 32_767;

    private static final int MOST_PIXELS = 40_000_000;

    /** Frames up to this side are doubled: letters of nine pixels become legible. */
    private static final int SMALL = 1_024;

    private static final int TRIED_SIDE = 64;

    /** Two for each picture; others are kept by what a program has started and left behind. */
    private static final int MOST_THREADS = 64;

    private static final int IDLE_SECONDS = 30;

    private final AtomicInteger number = new AtomicInteger();
    private final Path program;
    private final int seconds;
    private final int confidence;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> new Thread(task, "ocr-" + number.incrementAndGet()));

    /**
     * @param seconds that one picture may take
     * @param confidence from which a word counts, 1–100
     */
    Tesseract(Path program, int seconds, int confidence) {
        this.program = program;
        this.seconds = seconds;
        this.confidence = confidence;
    }

    /** One that cannot be asked is there all the same: it holds what it should look at, and other images go on. The log says so. */
    static TextRecognition of(OcrSettings settings) {
        Path program = settings.program();
        if (program == null) {
            return MISSING;
        }
        Tesseract tesseract = new Tesseract(program, settings.seconds(), settings.confidence());
        tesseract.problem().ifPresent(problem -> LOG.error("{}", problem));
        return tesseract;
    }

    /** Why it does not answer now, with the way out; empty = it does. Asks it about an empty picture. */
    Optional<String> problem() {
        try {
            words(new byte[TRIED_SIDE * TRIED_SIDE], TRIED_SIDE, TRIED_SIDE, 1);
            return Optional.empty();
        } catch (Doubt e) {
            return Optional.of("ocr \"" + program + "\": " + e.reason()
                    + "; objects that it should look at are held. Install it with its language eng (Debian:"
                    + " tesseract-ocr), or leave ocr empty (org.sallyport.deid.cfg)");
        }
    }

    @Override
    public List<Region> find(byte[] samples, ImagePixel image, boolean signed) {
        int longest = Math.max(image.rows(), image.columns());
        if (longest > LONGEST_SIDE || image.pixels() > MOST_PIXELS) {
            throw new Doubt("a frame of " + image.columns() + " × " + image.rows() + " is too large for tesseract");
        }
        if (!TextPictures.canBeMadeOf(image)) {
            throw new Doubt("it can be found in shades of grey and 8-bit RGB or YBR only");
        }
        int scale = longest <= SMALL ? 2 : 1;
        for (byte[] picture : TextPictures.of(samples, image, signed)) {
            List<Region> found = words(picture, image.columns(), image.rows(), scale);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private List<Region> words(byte[] picture, int width, int height, int scale) {
        Process process;
        try {
            process = start();
        } catch (IOException e) {
            throw new Doubt("tesseract cannot be started");
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            return FoundText.places(exchange(process, picture, width, height, scale, end), scale, confidence);
        } catch (TimeoutException e) {
            throw new Doubt("tesseract took more than " + seconds + " seconds");
        } catch (RejectedExecutionException e) {
            throw new Doubt("tesseract does not let go of its pipes");
        } catch (ExecutionException e) {
            throw new Doubt("tesseract did not take the picture");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Doubt("interrupted while tesseract ran");
        } finally {
            if (process.isAlive()) {
                // With what it may have started: that would hold the pipes.
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    /** Sparse text, English, a table. What it says besides could hold what it read, so nobody hears it. */
    private Process start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(program.toString(), "stdin", "stdout", "-l", "eng", "--psm", "11", "tsv");
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("LC_ALL", "C.UTF-8");
        // One thread: it is not quicker with more, and others have work to do.
        environment.put("OMP_THREAD_LIMIT", "1");
        return builder.directory(Path.of("/").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private String exchange(Process process, byte[] picture, int width, int height, int scale, long end)
            throws TimeoutException, ExecutionException, InterruptedException {
        Future<byte[]> reading = threads.submit(() -> {
            try (InputStream in = process.getInputStream()) {
                return in.readNBytes(MOST_OUTPUT + 1);
            }
        });
        Future<?> writing = threads.submit(() -> {
            try (OutputStream out = process.getOutputStream()) {
                write(out, picture, width, height, scale);
            }
            return null;
        });
        try {
            byte[] table = reading.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (table.length > MOST_OUTPUT) {
                throw new Doubt("tesseract answered more than " + (MOST_OUTPUT >> 20) + " MiB");
            }
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw new Doubt("tesseract failed with exit code " + process.exitValue());
            }
            writing.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            return new String(table, StandardCharsets.UTF_8);
        } finally {
            reading.cancel(true);
            writing.cancel(true);
        }
    }

    /** A PGM file, with each pixel repeated and smoothed if it is to be larger. */
    static void write(OutputStream out, byte[] picture, int width, int height, int scale) throws IOException {
        out.write(("P5\n" + width * scale + " " + height * scale + "\n255\n").getBytes(StandardCharsets.US_ASCII));
        if (scale == 1) {
            out.write(picture);
            return;
        }
        byte[] row = new byte[width * 2];
        for (int y = 0; y < height * 2; y++) {
            int near = y / 2 * width;
            int far = Math.max(0, Math.min(height - 1, y / 2 + (y % 2 == 0 ? -1 : 1))) * width;
            for (int x = 0; x < row.length; x++) {
                int here = x / 2;
                int beside = Math.max(0, Math.min(width - 1, here + (x % 2 == 0 ? -1 : 1)));
                // Bilinear: the centre of a new pixel lies a quarter of an old one away from the old one's.
                int sum = 9 * (picture[near + here] & 0xFF)
                        + 3 * (picture[near + beside] & 0xFF)
                        + 3 * (picture[far + here] & 0xFF)
                        + (picture[far + beside] & 0xFF);
                row[x] = (byte) (sum + 8 >> 4);
            }
            out.write(row);
        }
    }
}
