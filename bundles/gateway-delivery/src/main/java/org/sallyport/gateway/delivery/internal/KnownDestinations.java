package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations that have been configured, each with its last filter, in a file: a study that is complete while one of them is away or misconfigured is
 * queued for it all the same. A line is a name, a space, {@code original} and a space if its studies are ordered so, and the filter, which is empty for every
 * study. Guarded by its monitor.
 */
final class KnownDestinations {

    private static final Logger LOG = LoggerFactory.getLogger(KnownDestinations.class);

    static final String FILE = "destinations";

    private static final String ORIGINAL = "original ";

    private final Path file;
    private final Map<String, Route> routes = new TreeMap<>();

    KnownDestinations(Path folder) throws IOException {
        this.file = folder.resolve(FILE);
        if (Files.exists(file)) {
            // Bytes that are no UTF-8 are replaced, not refused: one damaged line must not cost the others.
            new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().forEach(this::read);
        }
    }

    private void read(String line) {
        int space = line.indexOf(' ');
        String rest = space < 0 ? "" : line.substring(space + 1);
        boolean original = rest.startsWith(ORIGINAL);
        Route route = Route.of(Map.of(
                Destination.NAME,
                space < 0 ? line : line.substring(0, space),
                Destination.IDENTITY,
                original ? ORIGINAL.strip() : "",
                Destination.FILTER,
                original ? rest.substring(ORIGINAL.length()) : rest));
        if (route.problem() != null) {
            LOG.error("{}: a destination is not remembered: {}", file, route.problem());
        } else {
            routes.put(route.name(), route);
        }
    }

    /** Keeps a destination whose filter could be read. */
    synchronized void remember(Route route) throws IOException {
        Route known = routes.put(route.name(), route);
        if (known == null || !line(known).equals(line(route))) {
            write();
        }
    }

    /** @return false if there is none of that name */
    synchronized boolean forget(String name) throws IOException {
        Route known = routes.remove(name);
        if (known == null) {
            return false;
        }
        try {
            write();
        } catch (IOException e) {
            routes.put(name, known);
            throw e;
        }
        return true;
    }

    synchronized boolean has(String name) {
        return routes.containsKey(name);
    }

    synchronized List<Route> routes() {
        return List.copyOf(routes.values());
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder();
        routes.values().forEach(route -> text.append(line(route)).append('\n'));
        DataFolder.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String line(Route route) {
        // A line break in a filter stands in a value only, where nothing that is compared with it has one.
        String identity = route.identity() == IdentityMode.ORIGINAL ? ORIGINAL : "";
        return route.name() + " " + identity + route.filterText().replaceAll("[\\r\\n]", " ");
    }
}
