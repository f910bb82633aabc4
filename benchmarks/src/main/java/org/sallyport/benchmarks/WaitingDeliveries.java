package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * What a long queue costs an appliance that does nothing else, with Derby. One image goes the whole way into the queue of a paused PACS. The appliance is
 * stopped, and the rows of delivery, study and image are copied in its database, each copy a study of its own. Then it runs again, with the copies and
 * without, in turns: with the PACS still paused, and with one that refuses connections, where deliveries are tried. What is measured begins some time after
 * the start, and the difference is what the queue costs.
 */
final class WaitingDeliveries {

    private static final String PACS = "pacs";
    private static final double MEGA = 1e6;

    private final Workbench bench;
    private final int deliveries;
    private final int runs;
    private final int settleSeconds;
    private final int measureSeconds;

    /** @param cpuPercent of one core */
    private record Cost(double heapMegabytes, double residentMegabytes, double cpuPercent) {}

    WaitingDeliveries(Workbench bench, DeliveryOptions options) {
        this.bench = bench;
        this.deliveries = options.quick() ? 10_000 : 100_000;
        this.runs = options.runs(3, 1);
        this.settleSeconds = options.quick() ? 10 : 30;
        // Once a minute the tracker looks through all studies.
        this.measureSeconds = options.quick() ? 10 : 60;
    }

    void run() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("waiting"));
        try {
            Path without = folder.resolve("without");
            Path with = folder.resolve("with");
            fill(without);
            bench.run("cp", "-a", without.toString(), with.toString());
            System.err.println("putting " + deliveries + " deliveries into the queue");
            try (QueueDatabase database = new QueueDatabase(Appliance.data(with))) {
                database.multiply(deliveries - 1);
            }
            System.err.println();
            System.err.printf(
                    "%-12s %10s %9s %9s %9s %9s %9s %9s%n",
                    "destination", "deliveries", "heap MB", "RSS MB", "CPU %", "min", "max", "runs");
            for (boolean paused : List.of(true, false)) {
                measure(paused, without, with, folder);
            }
        } finally {
            Folders.delete(folder);
        }
    }

    /** An appliance with one delivery that waits. */
    private void fill(Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder);
        Appliance.withoutOutbox(folder);
        // Nobody listens there.
        Appliance.addPacs(folder, PACS, Readiness.freePorts(1).get(0));
        try (Appliance appliance = start(folder)) {
            appliance.shell("destination:pause " + PACS);
            List<Image> one = Shape.MR200.images(1, 1, bench.studies());
            Transfer.run(new OwnSender(), appliance.receiver(), one, 1);
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (appliance.json("delivery:list --json").isEmpty()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("no delivery was queued within two minutes");
                }
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private Appliance start(Path folder) throws IOException, InterruptedException {
        return Appliance.start(bench, folder, Map.of("DICOM_STUDY_TIMEOUT", "1"));
    }

    private void measure(boolean paused, Path without, Path with, Path folder)
            throws IOException, InterruptedException {
        Map<Path, List<Cost>> costs = new LinkedHashMap<>();
        for (int run = 1; run <= runs; run++) {
            for (Path prepared : List.of(without, with)) {
                costs.computeIfAbsent(prepared, key -> new ArrayList<>()).add(measure(paused, prepared, folder));
            }
        }
        print(paused, costs.getOrDefault(without, List.of()), costs.getOrDefault(with, List.of()));
    }

    private Cost measure(boolean paused, Path prepared, Path folder) throws IOException, InterruptedException {
        Path copy = folder.resolve("run");
        bench.run("cp", "-a", prepared.toString(), copy.toString());
        try (Appliance appliance = start(copy)) {
            if (!paused) {
                appliance.shell("destination:resume " + PACS);
            }
            TimeUnit.SECONDS.sleep(settleSeconds);
            long start = System.nanoTime();
            long cpuBefore = ProcessFigures.of(appliance.pid()).cpuMillis();
            TimeUnit.SECONDS.sleep(measureSeconds);
            ProcessFigures after = ProcessFigures.of(appliance.pid());
            double millis = (System.nanoTime() - start) / 1e6;
            return new Cost(
                    HeapFigures.usedBytes(bench, appliance.pid()) / MEGA,
                    after.residentBytes() / MEGA,
                    100 * (after.cpuMillis() - cpuBefore) / millis);
        } finally {
            Folders.delete(copy);
        }
    }

    private void print(boolean paused, List<Cost> without, List<Cost> with) {
        String state = paused ? "paused" : "unreachable";
        JsonLine line = new JsonLine("delivery")
                .put("figure", "waiting")
                .put("destination", state)
                .put("database", "derby")
                .put("deliveries", deliveries);
        put(line, "heap_mb", without, with, Cost::heapMegabytes);
        put(line, "rss_mb", without, with, Cost::residentMegabytes);
        put(line, "cpu_percent_of_core", without, with, Cost::cpuPercent);
        System.out.println(line.put("seconds", measureSeconds).put("runs", runs));
        row(state, 1, without);
        row(state, deliveries, with);
    }

    private static void put(
            JsonLine line, String name, List<Cost> without, List<Cost> with, ToDoubleFunction<Cost> figure) {
        double base = of(without, figure).median();
        double full = of(with, figure).median();
        line.put(name, full, 2).put(name + "_without", base, 2).put(name + "_extra", full - base, 2);
    }

    private static Statistics of(List<Cost> costs, ToDoubleFunction<Cost> figure) {
        return Statistics.of(costs.stream().mapToDouble(figure).boxed().toList());
    }

    private static void row(String state, int count, List<Cost> costs) {
        Statistics cpu = of(costs, Cost::cpuPercent);
        System.err.printf(
                Locale.ROOT,
                "%-12s %10d %9.1f %9.1f %9.2f %9.2f %9.2f %9d%n",
                state,
                count,
                of(costs, Cost::heapMegabytes).median(),
                of(costs, Cost::residentMegabytes).median(),
                cpu.median(),
                cpu.min(),
                cpu.max(),
                costs.size());
    }
}
