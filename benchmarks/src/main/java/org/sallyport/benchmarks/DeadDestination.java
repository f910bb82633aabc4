package org.sallyport.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Whether a dead destination delays the others. Small studies come in, five a second, and go to two PACS that work, and to a third that works as well, or
 * refuses connections, or accepts them and never answers; or there is no third. What counts is how long deliveries to the two are in the queue, from when
 * they are put in to when they have ended, as its database says. Variants take turns, each run in an appliance of its own.
 */
final class DeadDestination {

    private static final List<String> ALIVE = List.of("one", "two");
    private static final String THIRD = "third";
    private static final List<String> DESTINATIONS = List.of("one", "two", THIRD);
    private static final Shape STUDY = new Shape("mr5", org.sallyport.gateway.testkit.Modality.MR, 1, 5, 70, 0);
    private static final int FIRST_STUDY = 100;
    private static final int WARM_UP_STUDIES = 60;
    private static final long PACE_MILLIS = 200;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final double MOST = 0.95;

    private enum Variant {
        NONE,
        WORKS,
        REFUSES,
        HANGS
    }

    /** Of one run: milliseconds. */
    private record Times(double median, double ninetyFifth) {}

    private final Workbench bench;
    private final int studies;
    private final int runs;
    private final Map<Variant, List<Times>> times = new LinkedHashMap<>();
    /** Of all runs: by destination the names of its threads. */
    private final Map<Variant, Map<String, Set<String>>> threads = new LinkedHashMap<>();

    /** Of all runs the most. */
    private final Map<Variant, Long> threadsOfThird = new LinkedHashMap<>();

    DeadDestination(Workbench bench, DeliveryOptions options) {
        this.bench = bench;
        this.studies = options.quick() ? 10 : 50;
        this.runs = options.runs(7, 1);
    }

    void run() throws IOException, InterruptedException {
        for (int run = 1; run <= runs; run++) {
            for (Variant variant : Variant.values()) {
                Times figures = measure(variant);
                times.computeIfAbsent(variant, key -> new ArrayList<>()).add(figures);
                System.err.printf(
                        Locale.ROOT,
                        "run %d of %d, third destination %s: median %.0f ms, 95 %% below %.0f ms%n",
                        run,
                        runs,
                        word(variant),
                        figures.median(),
                        figures.ninetyFifth());
            }
        }
        System.err.println();
        System.err.println("Milliseconds that deliveries to two destinations that work are in the queue, medians of "
                + runs + " runs of " + ALIVE.size() * studies + " deliveries, and the range of the runs' medians.");
        System.err.printf("%-8s %8s %8s %8s %8s %18s%n", "third", "median", "min", "max", "95 %", "threads of third");
        times.forEach(this::print);
        System.err.println();
        System.err.println("Threads that work for destinations, those of all runs together, # = a number:");
        threads.forEach((variant, lanes) ->
                System.err.printf(Locale.ROOT, "%-8s %s%n", word(variant), LaneThreads.words(lanes)));
    }

    private static String word(Variant variant) {
        return variant.name().toLowerCase(Locale.ROOT);
    }

    private void print(Variant variant, List<Times> figures) {
        Statistics median = Statistics.of(figures.stream().map(Times::median).toList());
        Statistics most = Statistics.of(figures.stream().map(Times::ninetyFifth).toList());
        long ofThird = threadsOfThird.getOrDefault(variant, 0L);
        System.out.println(new JsonLine("delivery")
                .put("figure", "dead-destination")
                .put("third", word(variant))
                .put("queue_ms", median, 0)
                .put("queue_ms_95", most, 0)
                .put("deliveries", (long) ALIVE.size() * studies)
                .put("threads_of_third", ofThird)
                .put("threads", LaneThreads.words(threads.getOrDefault(variant, Map.of())))
                .put("runs", median.runs()));
        System.err.printf(
                Locale.ROOT,
                "%-8s %8.0f %8.0f %8.0f %8.0f %18d%n",
                word(variant),
                median.median(),
                median.min(),
                median.max(),
                most.median(),
                ofThird);
    }

    private Times measure(Variant variant) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("dead"));
        try (StorescpTarget one = StorescpTarget.start(bench, folder.resolve(ALIVE.get(0)), false);
                StorescpTarget two = StorescpTarget.start(bench, folder.resolve(ALIVE.get(1)), false);
                StorescpTarget three = StorescpTarget.start(bench, folder.resolve(THIRD), false);
                // Connections are made by the system and never accepted here.
                ServerSocket silent = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            Path system = Files.createDirectory(folder.resolve("system"));
            Appliance.withoutOutbox(system);
            Appliance.addPacs(system, ALIVE.get(0), one.port());
            Appliance.addPacs(system, ALIVE.get(1), two.port());
            switch (variant) {
                case NONE -> {
                    // Two destinations only.
                }
                case WORKS -> Appliance.addPacs(system, THIRD, three.port());
                // Nobody listens there.
                case REFUSES ->
                    Appliance.addPacs(system, THIRD, Readiness.freePorts(1).get(0), "concurrency = 4");
                case HANGS -> Appliance.addPacs(system, THIRD, silent.getLocalPort(), "concurrency = 4");
            }
            int delivered = variant == Variant.WORKS ? ALIVE.size() + 1 : ALIVE.size();
            try (Appliance appliance = Appliance.start(bench, system, Map.of("DICOM_STUDY_TIMEOUT", "1"))) {
                send(appliance, FIRST_STUDY, WARM_UP_STUDIES);
                awaitDelivered(appliance, delivered * WARM_UP_STUDIES);
                send(appliance, FIRST_STUDY + WARM_UP_STUDIES, studies);
                awaitDelivered(appliance, delivered * (WARM_UP_STUDIES + studies));
                noteThreads(variant, appliance);
            }
            try (QueueDatabase database = new QueueDatabase(Appliance.data(system))) {
                return times(database.deliveredMillis());
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private void send(Appliance appliance, int first, int count) throws IOException, InterruptedException {
        for (int study = first; study < first + count; study++) {
            Transfer.run(new OwnSender(), appliance.receiver(), STUDY.study(study, bench.studies()), 1);
            TimeUnit.MILLISECONDS.sleep(PACE_MILLIS);
        }
    }

    private static void awaitDelivered(Appliance appliance, int expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        int delivered = 0;
        while (delivered < expected) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(delivered + " of " + expected + " deliveries ended within three minutes");
            }
            // Seldom: the question itself costs time.
            TimeUnit.SECONDS.sleep(2);
            delivered = appliance
                    .json("delivery:list --json --state DELIVERED --limit 10000")
                    .size();
        }
    }

    private void noteThreads(Variant variant, Appliance appliance) throws IOException, InterruptedException {
        List<String> all = HeapFigures.threads(bench, appliance.pid());
        Map<String, Set<String>> known = threads.computeIfAbsent(variant, key -> new TreeMap<>());
        LaneThreads.of(all, DESTINATIONS)
                .forEach((destination, names) -> known.computeIfAbsent(destination, key -> new TreeSet<>())
                        .addAll(names));
        long ofThird = all.stream()
                .filter(name -> name.startsWith("delivery-" + THIRD) || name.startsWith("dicom-" + THIRD))
                .count();
        threadsOfThird.merge(variant, ofThird, Math::max);
    }

    /** Of the deliveries after the warm-up. */
    private Times times(Map<String, List<Double>> delivered) throws IOException {
        List<Double> millis = new ArrayList<>();
        for (String destination : ALIVE) {
            List<Double> all = delivered.getOrDefault(destination, List.of());
            if (all.size() != WARM_UP_STUDIES + studies) {
                throw new IOException(
                        all.size() + " deliveries to " + destination + " instead of " + (WARM_UP_STUDIES + studies));
            }
            millis.addAll(all.subList(WARM_UP_STUDIES, all.size()));
        }
        return new Times(Statistics.of(millis).median(), Statistics.percentile(millis, MOST));
    }
}
