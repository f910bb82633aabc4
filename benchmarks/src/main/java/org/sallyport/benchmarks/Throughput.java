package org.sallyport.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How fast a study goes into a folder, as a ZIP that is forced to disk, and up to the back end, which discards it; beside {@code cp} with {@code sync} of
 * the same ZIP, and {@code curl} to the same receiver. The study is delivered again and again, in turns with its peers; a delivery lasts from when it was
 * queued to when it had ended, as the queue says.
 */
final class Throughput {

    private static final int STUDY = 2;
    private static final int ASSOCIATIONS = 4;
    private static final int WARM_UPS = 5;
    private static final String FOLDER = "bench";
    private static final String BACK_END = "ith";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double MEGA = 1e6;

    private final Workbench bench;
    private final Shape shape;
    private final int runs;
    private final Map<String, List<Double>> speeds = new LinkedHashMap<>();

    Throughput(Workbench bench, DeliveryOptions options) {
        this.bench = bench;
        this.shape = options.quick() ? Shape.CT100 : Shape.CT500;
        this.runs = options.runs(7, 3);
    }

    void run() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("throughput"));
        Path zips = Files.createDirectory(folder.resolve("zips"));
        Appliance.configure(
                folder,
                "org.sallyport.destination.folder-" + FOLDER,
                "destination.name = " + FOLDER,
                "directory = " + zips);
        try (BackEndSink sink = new BackEndSink();
                Appliance appliance = Appliance.start(
                        bench,
                        folder,
                        // What was cleaned up after its upload could not be delivered again.
                        Map.of(
                                "ITH_URL",
                                sink.url(),
                                "ITH_TOKEN",
                                "bench",
                                "DICOM_STUDY_TIMEOUT",
                                "1",
                                "CLEANUP_AFTER_UPLOAD",
                                "false"))) {
            // Until its configuration came the gateway is private.
            Readiness.await(
                    "the gateway", appliance.receiver().process(), () -> Readiness.echoes(appliance.receiver()));
            Transfer.run(new OwnSender(), appliance.receiver(), shape.study(STUDY, bench.studies()), ASSOCIATIONS);
            sink.awaitUpload();
            Path zip = awaitZip(zips);
            for (int run = 1 - WARM_UPS; run <= runs; run++) {
                measure(appliance, sink, zip, run > 0);
            }
            print(Files.size(zip));
        } finally {
            Folders.delete(folder);
        }
    }

    private static Path awaitZip(Path folder) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try (var files = Files.newDirectoryStream(folder, "*.zip")) {
                for (Path file : files) {
                    return file;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IOException("no ZIP came");
    }

    /** One of each. */
    private void measure(Appliance appliance, BackEndSink sink, Path zip, boolean counts)
            throws IOException, InterruptedException {
        double megabytes = Files.size(zip) / MEGA;
        Map<String, Double> seconds = new LinkedHashMap<>();
        bench.sync();
        seconds.put("folder", deliver(appliance, FOLDER));
        Path copy = zip.resolveSibling("copy");
        Files.deleteIfExists(copy);
        bench.sync();
        seconds.put("cp", time("sh", "-c", "cp \"$0\" \"$1\" && sync \"$1\"", zip.toString(), copy.toString()));
        bench.sync();
        seconds.put("upload", deliver(appliance, BACK_END));
        sink.awaitUpload();
        seconds.put("curl", time("curl", "--silent", "--fail", "-F", "file=@" + zip, sink.url() + "/upload"));
        sink.awaitUpload();
        seconds.forEach((way, time) -> {
            System.err.printf(Locale.ROOT, "%s%s: %.0f MB/s%n", counts ? "" : "warm-up, ", way, megabytes / time);
            if (counts) {
                speeds.computeIfAbsent(way, key -> new ArrayList<>()).add(megabytes / time);
            }
        });
    }

    private double time(String... command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        bench.run(command);
        return (System.nanoTime() - start) / 1e9;
    }

    /** Delivers the study once more. @return seconds in the queue */
    private static double deliver(Appliance appliance, String destination) throws IOException, InterruptedException {
        String study = appliance.json("study:list --json").path(0).path("study").asText();
        String queued = appliance.shell("delivery:replay " + study + " " + destination);
        // … is queued for …: deliveries [17]
        String id = queued.replaceAll("(?s).*\\[(\\d+)].*", "$1").strip();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String state = "";
        while (System.nanoTime() - deadline < 0) {
            TimeUnit.SECONDS.sleep(1);
            JsonNode delivery = appliance.json("delivery:show --json " + id);
            state = delivery.path("state").asText() + " "
                    + delivery.path("reason").asText();
            if (delivery.path("state").asText().equals("DELIVERED")) {
                return Duration.between(
                                        Instant.parse(delivery.path("created").asText()),
                                        Instant.parse(delivery.path("ended").asText()))
                                .toMillis()
                        / 1e3;
            }
        }
        throw new IOException("delivery " + id + " to " + destination + " did not end: " + state);
    }

    private void print(long bytes) {
        System.err.println();
        System.err.printf(
                Locale.ROOT,
                "A study of %.0f MB, medians of %d runs; cp and curl move the same bytes.%n",
                bytes / MEGA,
                runs);
        System.err.printf("%-8s %8s %8s %8s%n", "way", "MB/s", "min", "max");
        speeds.forEach((way, values) -> {
            Statistics speed = Statistics.of(values);
            System.out.println(new JsonLine("delivery")
                    .put("figure", "throughput")
                    .put("shape", shape.name())
                    .put("way", way)
                    .put("mb_per_s", speed, 0)
                    .put("mb", bytes / MEGA, 0)
                    .put("runs", speed.runs()));
            System.err.printf(Locale.ROOT, "%-8s %8.0f %8.0f %8.0f%n", way, speed.median(), speed.min(), speed.max());
        });
    }
}
