package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.StoreFullException;

/** The files of the packs: {@code <day>/<uuid>.pack}. A pack's id is its path below this folder. Immutable. */
final class PackFolder {

    private static final String SUFFIX = ".pack";

    private final Path root;
    private final long minFree;
    private final Clock clock;

    /** @param minFree bytes of the disk that are left free */
    PackFolder(Path root, long minFree, Clock clock) {
        this.root = root;
        this.minFree = minFree;
        this.clock = clock;
    }

    /** Makes a new pack; its folder entries are on stable storage on return. */
    Pack create() throws IOException {
        checkRoom(0);
        String day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
        Path folder = root.resolve(day);
        if (!Files.isDirectory(folder)) {
            DataFolder.privateFolder(folder);
            force(root);
        }
        String id = day + "/" + UUID.randomUUID() + SUFFIX;
        FileChannel channel = FileChannel.open(
                root.resolve(id),
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            force(folder);
            return new Pack(id, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** @throws StoreFullException if the disk has no room for so many bytes more */
    void checkRoom(long bytes) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        if (free - bytes < minFree) {
            throw new StoreFullException("disk of " + root + " has " + free / (1 << 20) + " MiB free; "
                    + minFree / (1 << 20) + " MiB are kept free (min-free, org.sallyport.store.cfg)");
        }
    }

    FileChannel open(String id) throws IOException {
        return FileChannel.open(path(id), StandardOpenOption.READ);
    }

    FileChannel openForRepair(String id) throws IOException {
        return FileChannel.open(path(id), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Ids come from the index: one that is none of ours is refused. */
    private Path path(String id) throws IOException {
        if (!id.matches("\\d{4}-\\d{2}-\\d{2}/[0-9a-f-]{36}\\.pack")) {
            throw new IOException("no pack id");
        }
        return root.resolve(id);
    }

    /** All packs, oldest day first. */
    List<String> all() throws IOException {
        try (Stream<Path> files = Files.walk(root, 2)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
