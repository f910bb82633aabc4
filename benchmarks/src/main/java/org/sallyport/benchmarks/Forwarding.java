package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * From end to end: our sender, four associations → the system, which takes the identity out → an unmodified storescp on disk. The clock runs from the first
 * C-STORE until the file system says that the last image was written at storescp; the system's wait for more images of the study is taken off. Systems take
 * turns, each run in processes of its own after a warm-up.
 */
final class Forwarding {

    private static final int ASSOCIATIONS = 4;
    private static final int TIMED_STUDY = 2;
    private static final int FIRST_WARM_UP_STUDY = 3;
    private static final int WARM_UP_STUDIES = 10;
    private static final int WARM_UP_STUDIES_OF_COMPILED = 1;
    /** Of storescp, for an image that comes slowly. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Sender SENDER = new OwnSender();

    private final Workbench bench;
    private final Shape shape;
    private final int runs;

    Forwarding(Workbench bench, DeliveryOptions options) {
        this.bench = bench;
        this.shape = options.quick() ? Shape.CT100 : Shape.CT500;
        this.runs = options.runs(5, 1);
    }

    void run() throws IOException, InterruptedException {
        List<ForwardingSystem> systems = List.of(
                new SallyportForwarding(ASSOCIATIONS), new OrthancForwarding(false), new OrthancForwarding(true));
        Map<ForwardingSystem, List<Measurement>> measured = new LinkedHashMap<>();
        for (int run = 1; run <= runs; run++) {
            for (ForwardingSystem system : systems) {
                Measurement figures = measure(system);
                measured.computeIfAbsent(system, key -> new ArrayList<>()).add(figures);
                System.err.printf(
                        Locale.ROOT,
                        "run %d of %d, %s (%s) forwards %s: %.1f images/s, %.2f CPU ms/image%n",
                        run,
                        runs,
                        system.name(),
                        system.settings(),
                        shape.name(),
                        figures.imagesPerSecond(),
                        figures.cpuMillisPerImage());
            }
        }
        System.err.println();
        System.err.println("From the first C-STORE to the last image at storescp, medians of " + runs
                + " runs. RSNA CTP cannot be had from a package registry and is not measured.");
        System.err.printf(
                "%-7s %-9s %-26s %9s %9s %9s %8s %7s %7s%n",
                "shape", "system", "settings", "images/s", "min", "max", "MB/s", "CPU ms", "RSS MB");
        measured.forEach(this::print);
    }

    private void print(ForwardingSystem system, List<Measurement> figures) {
        Statistics speed = statistics(figures, Measurement::imagesPerSecond);
        double megabytes = statistics(figures, Measurement::megabytesPerSecond).median();
        double cpu = statistics(figures, Measurement::cpuMillisPerImage).median();
        double peak = statistics(figures, Measurement::peakMegabytes).median();
        System.out.println(new JsonLine("delivery")
                .put("figure", "forward")
                .put("shape", shape.name())
                .put("system", system.name())
                .put("settings", system.settings())
                .put("sender", SENDER.name())
                .put("associations", ASSOCIATIONS)
                .put("receiver", "storescp --fork")
                .put("images_per_s", speed, 1)
                .put("mb_per_s", megabytes, 1)
                .put("cpu_ms_per_image", cpu, 2)
                .put("rss_mb", peak, 0)
                .put("idle_ms_taken_off", system.idleMillis())
                .put("runs", speed.runs())
                .put("warm_up", (long) warmUpStudies(system) * shape.images()));
        System.err.printf(
                Locale.ROOT,
                "%-7s %-9s %-26s %9.1f %9.1f %9.1f %8.1f %7.2f %7.0f%n",
                shape.name(),
                system.name(),
                system.settings(),
                speed.median(),
                speed.min(),
                speed.max(),
                megabytes,
                cpu,
                peak);
    }

    private static Statistics statistics(List<Measurement> figures, ToDoubleFunction<Measurement> figure) {
        return Statistics.of(figures.stream().mapToDouble(figure).boxed().toList());
    }

    private static int warmUpStudies(ForwardingSystem system) {
        return system.isCompiledWhileItRuns() ? WARM_UP_STUDIES : WARM_UP_STUDIES_OF_COMPILED;
    }

    private Measurement measure(ForwardingSystem system) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("forward"));
        try (StorescpTarget target = StorescpTarget.start(bench, folder.resolve("target"), system.helpsReceiver());
                ForwardingSystem.Running running =
                        system.start(bench, Files.createDirectory(folder.resolve("system")), target.port())) {
            Arrivals arrivals = new Arrivals(target.images(), PATIENCE);
            for (int i = 0; i < warmUpStudies(system); i++) {
                forward(running, FIRST_WARM_UP_STUDY + i, arrivals);
            }
            bench.sync();
            long pid = running.receiver().process().pid();
            long cpuBefore = ProcessFigures.of(pid).cpuMillis();
            long start = System.currentTimeMillis();
            long last = forward(running, TIMED_STUDY, arrivals);
            ProcessFigures after = ProcessFigures.of(pid);
            long millis = last - start - system.idleMillis();
            long bytes = shape.study(TIMED_STUDY, bench.studies()).stream()
                    .mapToLong(Image::bytes)
                    .sum();
            return Measurement.of(
                    shape.images(), bytes, millis * 1_000_000, after.cpuMillis() - cpuBefore, after.peakBytes());
        } catch (IOException e) {
            throw new IOException(system.name() + " (" + system.settings() + "): " + e.getMessage(), e);
        } finally {
            Folders.delete(folder);
        }
    }

    /** @return when the last image was written */
    private long forward(ForwardingSystem.Running running, int study, Arrivals arrivals)
            throws IOException, InterruptedException {
        Transfer.run(SENDER, running.receiver(), shape.study(study, bench.studies()), ASSOCIATIONS);
        running.forward(shape.studyInstanceUid(study));
        return arrivals.await(shape.images(), shape.pixelBytes());
    }
}
