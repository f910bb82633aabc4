package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast images are taken in, up to the last acknowledgement: Sallyport beside dcmtk's storescp and Orthanc, each with dcmtk's storescu and with our own
 * sender, over one and over four associations.
 *
 * <p>The systems take turns: one run of each, then again, so that whatever else the machine does meets all of them. A run starts the receiver on an empty
 * folder, sends it images untimed by our own sender to warm it up, then a study of other identities against the clock. An appliance runs for weeks, and a
 * virtual machine for Java is slow in its first minutes: Sallyport is sent more beforehand than the programs that are compiled already, and each is left alone then until it is at rest. The clock runs from
 * the start of the senders to the end of the last one. Of a pair of sender and receiver that stalls 40 ms for each image only the first images of the study
 * are timed.
 *
 * <p>Every image has to be accepted, else the benchmark fails.
 */
public final class Ingest {

    private static final int TIMED_STUDY = 2;
    /** Of studies of their own: an image that is known already is not received like a new one. */
    private static final int FIRST_WARM_UP_STUDY = 3;

    private static final Sender WARM_UP_SENDER = new OwnSender();
    private static final List<Integer> ASSOCIATIONS = List.of(1, 4);

    private final Workbench bench;
    private final IngestOptions options;

    private Ingest(Workbench bench, IngestOptions options) {
        this.bench = bench;
        this.options = options;
    }

    /** @param arguments the options */
    public static void main(String[] arguments) {
        Workbench.main(
                () -> IngestOptions.parse(List.of(arguments)), (bench, options) -> new Ingest(bench, options).run());
    }

    private void run() throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Shape shape : options.shapes()) {
            List<Result> ofShape = measure(shape);
            ofShape.forEach(result -> System.out.println(result.json()));
            results.addAll(ofShape);
        }
        System.err.println();
        System.err.println("Medians of " + options.runs()
                + " runs, each in a process of its own after a warm-up; PDUs of " + options.maxPdu() + " bytes.");
        System.err.println("CPU: of the receiver, for an image. RSS: peak of the receiver, warm-up included.");
        System.err.println(Result.TABLE_HEADER);
        results.forEach(result -> System.err.println(result.tableRow()));
    }

    private List<Result> measure(Shape shape) throws IOException, InterruptedException {
        System.err.println(shape.name() + ": generating, unless it is there");
        List<Setting> settings = settings(shape);
        Map<Setting, List<Measurement>> measured = new LinkedHashMap<>();
        for (int run = 1; run <= options.runs(); run++) {
            for (Setting setting : settings) {
                Measurement figures = measure(setting);
                measured.computeIfAbsent(setting, key -> new ArrayList<>()).add(figures);
                System.err.printf(
                        Locale.ROOT,
                        "run %d of %d, %s: %.1f images/s%n",
                        run,
                        options.runs(),
                        setting,
                        figures.imagesPerSecond());
            }
        }
        return settings.stream()
                .map(setting -> new Result(setting, options.maxPdu(), measured.getOrDefault(setting, List.of())))
                .toList();
    }

    private List<Setting> settings(Shape shape) {
        List<ReceivingSystem> systems = List.of(
                new Sallyport(bench.root(), "instance"),
                new Sallyport(bench.root(), "os"),
                new Storescp(),
                new Orthanc());
        List<Setting> settings = new ArrayList<>();
        for (int associations : ASSOCIATIONS) {
            for (Sender sender : List.of(new Storescu(bench.children(), bench.scratch()), new OwnSender())) {
                for (ReceivingSystem system : systems) {
                    settings.add(new Setting(shape, system, sender, associations));
                }
            }
        }
        return settings;
    }

    private Measurement measure(Setting setting) throws IOException, InterruptedException {
        Shape shape = setting.shape();
        List<Image> warmUp = shape.images(FIRST_WARM_UP_STUDY, setting.warmUpImages(), bench.studies());
        List<Image> timed = shape.study(TIMED_STUDY, bench.studies()).subList(0, setting.images());
        Path folder = Files.createDirectory(bench.scratch().resolve("receiver"));
        try (Receiver receiver = setting.system().start(bench.children(), folder, options.maxPdu())) {
            Transfer.run(WARM_UP_SENDER, receiver, warmUp, setting.associations());
            bench.sync();
            Readiness.awaitRest(receiver.process());
            long pid = receiver.process().pid();
            long cpuBefore = ProcessFigures.of(pid).cpuMillis();
            long start = System.nanoTime();
            Transfer.run(setting.sender(), receiver, timed, setting.associations());
            long nanos = System.nanoTime() - start;
            ProcessFigures after = ProcessFigures.of(pid);
            long bytes = timed.stream().mapToLong(Image::bytes).sum();
            return Measurement.of(timed.size(), bytes, nanos, after.cpuMillis() - cpuBefore, after.peakBytes());
        } catch (IOException e) {
            throw new IOException(setting + ": " + e.getMessage(), e);
        } finally {
            Folders.delete(folder);
        }
    }
}
