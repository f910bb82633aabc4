package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** dcmtk's storescu, a process for each association. */
final class Storescu implements Sender {

    // Tells each answer, but not each PDU as --verbose would.
    private static final String LOGGING = """
            log4cplus.rootLogger = WARN, console
            log4cplus.logger.dcmtk.apps.storescu = INFO
            log4cplus.logger.dcmtk.apps.storescu.progress = WARN
            log4cplus.appender.console = log4cplus::ConsoleAppender
            log4cplus.appender.console.layout = log4cplus::PatternLayout
            log4cplus.appender.console.layout.ConversionPattern = %m%n
            """;
    private static final String ACCEPTED = "Received Store Response (Success)";
    // A receiver may serve one association after the other.
    private static final String PATIENCE_SECONDS = "900";

    private final Children children;
    private final Path folder;

    /** @param folder for its configuration and output */
    Storescu(Children children, Path folder) {
        this.children = children;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "storescu";
    }

    @Override
    public boolean usesNagle() {
        return true;
    }

    @Override
    public int send(Receiver receiver, List<Image> images) throws IOException, InterruptedException {
        Path configuration = Files.createTempFile(folder, "storescu", ".cfg");
        Path output = Files.createTempFile(folder, "storescu", ".out");
        try {
            Files.writeString(configuration, LOGGING);
            List<String> command = new ArrayList<>(List.of(
                    "storescu",
                    "--log-config",
                    configuration.toString(),
                    "--acse-timeout",
                    PATIENCE_SECONDS,
                    "--call",
                    receiver.aet(),
                    Receiver.HOST,
                    String.valueOf(receiver.port())));
            // Names within the folder: thousands of paths would not fit on a command line.
            for (Image image : images) {
                command.add(image.file().getFileName().toString());
            }
            Path run = images.get(0).file().toAbsolutePath().getParent();
            Child child = children.start(command, Map.of(), run == null ? Path.of("/") : run, output);
            int exit = child.await();
            if (exit != 0) {
                throw new IOException("storescu ended with " + exit + ":\n" + child.tail());
            }
            return (int) child.outputLines().stream().filter(ACCEPTED::equals).count();
        } finally {
            Files.deleteIfExists(configuration);
            Files.deleteIfExists(output);
        }
    }
}
