package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Packs of other appliances on the same index, on storage that is shared: read here, never written. Thread-safe. */
final class NeighbourPacks {

    /** Storage that is mounted or vanishes is seen after so long. */
    private static final long KEEP_NANOS = Duration.ofSeconds(10).toNanos();

    private final List<PackFolder> folders;
    /** Guarded by this, as is the next. */
    private Set<String> appliances = Set.of();

    private long lookedAt = System.nanoTime() - KEEP_NANOS;

    NeighbourPacks(List<PackFolder> folders) {
        this.folders = folders;
    }

    /** @throws IllegalArgumentException naming what is wrong */
    static List<Path> parse(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(folder -> {
                    if (!folder.startsWith("/")) {
                        throw new IllegalArgumentException(
                                "other-packs \"" + text
                                        + "\": must be absolute paths of folders, separated by commas (org.sallyport.store.cfg)");
                    }
                    return Path.of(folder);
                })
                .toList();
    }

    /** Those whose packs can be read now. */
    synchronized Set<String> appliances() {
        if (!folders.isEmpty() && System.nanoTime() - lookedAt >= KEEP_NANOS) {
            Set<String> there = new HashSet<>();
            folders.forEach(folder -> ApplianceId.of(folder.root()).ifPresent(there::add));
            appliances = Set.copyOf(there);
            lookedAt = System.nanoTime();
        }
        return appliances;
    }

    /** @throws NoSuchFileException if none has it */
    FileChannel open(String packId) throws IOException {
        for (PackFolder folder : folders) {
            if (folder.has(packId)) {
                return folder.open(packId);
            }
        }
        throw new NoSuchFileException(packId);
    }
}
