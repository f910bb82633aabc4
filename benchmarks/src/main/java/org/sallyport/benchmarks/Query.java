package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How fast studies are found among very many, and beside Orthanc among few; and how fast images are fetched. */
public final class Query {

    private static final String USAGE = "Usage: ./bench query [--quick] [--part NAME] [--studies N]";
    private static final int MOST_STUDIES = 5_000_000;

    /** What is measured. */
    enum Part {
        SIZE,
        FIND,
        RETRIEVE
    }

    record Options(List<Part> parts, int studies, boolean quick) {

        static Options parse(List<String> line) {
            List<Part> parts = List.of(Part.values());
            int studies = 0;
            boolean quick = false;
            Arguments arguments = new Arguments(line, USAGE);
            while (arguments.hasNext()) {
                String argument = arguments.next();
                switch (argument) {
                    case "--quick" -> quick = true;
                    case "--part" -> parts = List.of(part(arguments));
                    case "--studies" -> studies = arguments.number("--studies", 1_000, MOST_STUDIES);
                    default -> throw arguments.unknown(argument);
                }
            }
            return new Options(parts, studies > 0 ? studies : quick ? 50_000 : 1_000_000, quick);
        }

        private static Part part(Arguments arguments) {
            String name = arguments.next();
            return Arrays.stream(Part.values())
                    .filter(part -> part.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> arguments.wrong("--part " + name + ": expected "
                            + Arrays.stream(Part.values())
                                    .map(part -> part.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", "))));
        }
    }

    private Query() {}

    public static void main(String[] arguments) {
        Workbench.main(() -> Options.parse(List.of(arguments)), Query::run);
    }

    private static void run(Workbench bench, Options options) throws IOException, InterruptedException {
        for (Part part : options.parts) {
            switch (part) {
                case SIZE -> atSize(bench, options.studies);
                case FIND -> new QueryBeside(bench).find(options.quick ? 200 : 2_000);
                case RETRIEVE ->
                    new QueryBeside(bench).retrieve(options.quick ? Shape.CT100 : Shape.CT500, options.quick ? 2 : 5);
            }
        }
    }

    private static void atSize(Workbench bench, int studies) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("size"));
        // Each assignment is forced to disk, which is not what is measured here.
        Path memory =
                Files.isDirectory(Path.of("/dev/shm")) ? Files.createTempDirectory(Path.of("/dev/shm"), "bench") : null;
        try {
            if (memory != null) {
                Files.createSymbolicLink(folder.resolve("vault"), memory);
            }
            process(bench, folder, studies, "fill", "-Xmx3g");
            process(bench, folder, studies, "measure", "-Xmx600m");
        } finally {
            if (memory != null) {
                Folders.delete(memory);
            }
            Folders.delete(folder);
        }
    }

    private static void process(Workbench bench, Path folder, int studies, String phase, String heap)
            throws IOException, InterruptedException {
        Child child = bench.children()
                .start(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                heap,
                                // Most of it lives for good.
                                "-Xmn96m",
                                "-XX:+UseSerialGC",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                                "-cp",
                                System.getProperty("java.class.path"),
                                QueryAtSize.class.getName(),
                                folder.toString(),
                                String.valueOf(studies),
                                phase),
                        Map.of(),
                        folder,
                        folder.resolve(phase + ".out"));
        int exit = child.await();
        child.outputLines().stream().filter(line -> line.startsWith("{")).forEach(System.out::println);
        if (exit != 0) {
            throw new IOException("the process that had to " + phase + " ended with " + exit + ":\n" + child.tail());
        }
    }
}
