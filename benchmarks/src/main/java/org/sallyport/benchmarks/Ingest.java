package org.sallyport.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * folder, sends it at least 2,000 images untimed by our own sender to warm it up (an appliance runs for weeks; a virtual machine for Java is slow in its first
 * seconds), then a study of other identities against the clock. All systems are treated alike, warm-up included. The clock runs from the start of the senders to the end of the last one.
 *
 * <p>Every image has to be accepted, else the benchmark fails. Figures go to standard output, a JSON object a line; progress and a table to standard error.
 */
public final class Ingest implements AutoCloseable {

    private static final int TIMED_STUDY = 2;
    private static final int FIRST_WARM_UP_STUDY = 3;
    /** So many at least, of studies of their own: an image that is known already is not received like a new one. */
    private static final int WARM_UP_IMAGES = 2_000;

    private static final Sender WARM_UP_SENDER = new OwnSender();
    private static final List<Integer> ASSOCIATIONS = List.of(1, 4);

    private final IngestOptions options;
    private final Path root;
    private final Path studies;
    private final Path scratch;
    private final Children children = new Children();

    private Ingest(IngestOptions options, Path root) {
        this.options = options;
        this.root = root;
        this.studies = root.resolve("target/bench/studies");
        this.scratch = root.resolve("target/bench/run");
    }

    /** @param arguments the options; system property {@code project.root}: folder of the project */
    public static void main(String[] arguments) {
        IngestOptions options;
        try {
            options = IngestOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        Path root = Path.of(System.getProperty("project.root", "."))
                .toAbsolutePath()
                .normalize();
        Ingest ingest = new Ingest(options, root);
        // Runs at the end, at a failure and at Ctrl-C.
        Runtime.getRuntime().addShutdownHook(new Thread(ingest::close, "cleaner"));
        int exit = 0;
        try {
            ingest.run();
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

    private void run() throws IOException, InterruptedException {
        Folders.delete(scratch);
        Files.createDirectories(scratch);
        List<Result> results = new ArrayList<>();
        for (Shape shape : options.shapes()) {
            List<Result> ofShape = measure(shape);
            ofShape.forEach(result -> System.out.println(result.json()));
            results.addAll(ofShape);
        }
        System.err.println();
        System.err.println("Medians of " + options.runs() + " runs, each after " + WARM_UP_IMAGES
                + " untimed images at least in the same process;" + " PDUs of " + options.maxPdu() + " bytes.");
        System.err.println("CPU: of the receiver, for an image. RSS: peak of the receiver, warm-up included.");
        System.err.println(Result.TABLE_HEADER);
        results.forEach(result -> System.err.println(result.tableRow()));
    }

    private List<Result> measure(Shape shape) throws IOException, InterruptedException {
        System.err.println(shape.name() + ": generating, unless it is there");
        List<Image> warmUp = new ArrayList<>();
        for (int study = FIRST_WARM_UP_STUDY; warmUp.size() < WARM_UP_IMAGES; study++) {
            warmUp.addAll(shape.study(study, studies));
        }
        List<Image> timed = shape.study(TIMED_STUDY, studies);
        Map<Setting, List<Measurement>> measured = new LinkedHashMap<>();
        List<Setting> settings = settings(shape);
        for (int run = 1; run <= options.runs(); run++) {
            for (Setting setting : settings) {
                Measurement figures = measure(setting, warmUp, timed);
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
        List<ReceivingSystem> systems =
                List.of(new Sallyport(root, "instance"), new Sallyport(root, "os"), new Storescp(), new Orthanc());
        List<Setting> settings = new ArrayList<>();
        for (int associations : ASSOCIATIONS) {
            for (Sender sender : List.of(new Storescu(children, scratch), new OwnSender())) {
                for (ReceivingSystem system : systems) {
                    settings.add(new Setting(shape, system, sender, associations));
                }
            }
        }
        return settings;
    }

    private Measurement measure(Setting setting, List<Image> warmUp, List<Image> timed)
            throws IOException, InterruptedException {
        Path folder = Files.createDirectory(scratch.resolve("receiver"));
        try (Receiver receiver = setting.system().start(children, folder, options.maxPdu())) {
            Transfer.run(WARM_UP_SENDER, receiver, warmUp, setting.associations());
            sync();
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

    /** Has the disk finish what earlier runs left to write: nobody is to wait for the images of others. */
    private void sync() throws IOException, InterruptedException {
        Path output = scratch.resolve("sync.out");
        if (children.start(List.of("sync"), Map.of(), scratch, output).await() != 0) {
            throw new IOException("sync failed");
        }
    }
}
