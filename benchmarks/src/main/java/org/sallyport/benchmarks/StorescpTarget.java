package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An unmodified storescp that images are sent on to and that writes them to disk; with {@code --fork}, so that it serves associations at the same time.
 *
 * @param images where they are
 */
record StorescpTarget(Child process, int port, Path images) implements AutoCloseable {

    static final String AET = "STORESCP";

    /** @param nodelay whether dcmtk leaves Nagle's algorithm off */
    static Map<String, String> environment(boolean nodelay) {
        return nodelay ? Map.of("TCP_NODELAY", "1") : Map.of();
    }

    /** @param folder is made */
    static StorescpTarget start(Workbench bench, Path folder, boolean nodelay) throws IOException {
        int port = Readiness.freePorts(1).get(0);
        Path images = Files.createDirectories(folder.resolve("images"));
        Child child = bench.children()
                .start(
                        List.of("storescp", "--fork", "-od", images.toString(), String.valueOf(port)),
                        environment(nodelay),
                        folder,
                        folder.resolve("output"));
        StorescpTarget target = new StorescpTarget(child, port, images);
        Readiness.await("storescp", child, () -> Readiness.echoes(new Receiver(child, AET, port)));
        return target;
    }

    @Override
    public void close() {
        process.stop();
    }
}
