package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which destinations a person has paused or drains, in a file; they stay so over restarts, and while they are away. Read by any thread. */
final class Modes {

    private static final Logger LOG = LoggerFactory.getLogger(Modes.class);

    static final String FILE = "destination-modes";

    enum Mode {
        PAUSED,
        DRAINING
    }

    private final Path file;
    private final Map<String, Mode> modes = new ConcurrentHashMap<>();

    Modes(Path folder) throws IOException {
        this.file = folder.resolve(FILE);
        if (Files.exists(file)) {
            new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().forEach(this::read);
        }
    }

    private void read(String line) {
        String[] words = line.strip().split(" ", -1);
        for (Mode mode : Mode.values()) {
            if (words.length == 2 && words[1].equals(mode.name())) {
                modes.put(words[0], mode);
                return;
            }
        }
        if (!line.isBlank()) {
            // Paused is what does least: a name that can still be read is not let loose by damage to its mode.
            LOG.error("{}: a line is damaged; what it names is taken as paused until destination:resume", file);
            modes.put(words[0], Mode.PAUSED);
        }
    }

    @Nullable
    Mode of(String destination) {
        return modes.get(destination);
    }

    boolean isDraining(String destination) {
        return of(destination) == Mode.DRAINING;
    }

    /**
     * @param mode null = it works as usual
     * @return whether that is a change
     */
    synchronized boolean set(String destination, @Nullable Mode mode) throws IOException {
        Map<String, Mode> changed = new TreeMap<>(modes);
        if (mode == null) {
            changed.remove(destination);
        } else {
            changed.put(destination, mode);
        }
        if (changed.equals(new TreeMap<>(modes))) {
            return false;
        }
        StringBuilder text = new StringBuilder();
        changed.forEach(
                (name, kept) -> text.append(name).append(' ').append(kept).append('\n'));
        DataFolder.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        if (mode == null) {
            modes.remove(destination);
        } else {
            modes.put(destination, mode);
        }
        return true;
    }
}
