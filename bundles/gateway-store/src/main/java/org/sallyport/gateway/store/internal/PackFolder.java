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
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.StoreFullException;

/** The files of the packs: {@code <day>/<uuid>.pack}. A pack's id is its path below this folder. Immutable; tests extend it by failing disks. */
class PackFolder {

    private static final String SUFFIX = ".pack";
    private static final Pattern ID = Pattern.compile("\\d{4}-\\d{2}-\\d{2}/[0-9a-f-]{36}\\.pack");

    private final Path root;
    private final long minFree;
    private final Clock clock;

    /** @param minFree bytes of the disk that are left free */
    PackFolder(Path root, long minFree, Clock clock) {
        this.root = root;
        this.minFree = minFree;
        this.clock = clock;
    }

    Path root() {
        return root;
    }

    /** A failure for lack of room is told as such. */
    static IOException told(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota exceeded")) {
            StoreFullException full = new StoreFullException("no space left for packs");
            full.initCause(e);
            return full;
        }
        return e;
    }

    /** Makes a new pack; its folder entries are on stable storage on return. */
    Pack create() throws IOException {
        checkRoom(0);
        try {
            return createNow();
        } catch (IOException e) {
            throw told(e);
        }
    }

    private Pack createNow() throws IOException {
        String day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
        Path folder = root.resolve(day);
        if (!Files.isDirectory(folder)) {
            DataFolder.privateFolder(folder);
            force(root);
        }
        String id = day + "/" + UUID.randomUUID() + SUFFIX;
        FileChannel channel = openNew(root.resolve(id));
        try {
            force(folder);
            return new Pack(id, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    FileChannel openNew(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /**
     * Asked for each image, so by the one system call that it takes: {@code Files.getFileStore} reads the table of mounts every time.
     *
     * @throws StoreFullException if the disk has no room for so many bytes more
     */
    void checkRoom(long bytes) throws IOException {
        long free = root.toFile().getUsableSpace();
        if (free == 0 && !Files.isDirectory(root)) {
            throw new IOException(root + " is not there");
        }
        if (free - bytes < minFree) {
            throw new StoreFullException("disk of " + root + " has " + free / (1 << 20) + " MiB free; "
                    + minFree / (1 << 20) + " MiB are kept free (min-free, org.sallyport.store.cfg)");
        }
    }

    boolean has(String id) throws IOException {
        return Files.exists(path(id));
    }

    FileChannel open(String id) throws IOException {
        return FileChannel.open(path(id), StandardOpenOption.READ);
    }

    FileChannel openForRepair(String id) throws IOException {
        return FileChannel.open(path(id), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Gone on stable storage on return. */
    void delete(String id) throws IOException {
        Path path = path(id);
        Files.deleteIfExists(path);
        force(root.resolve(id.substring(0, id.indexOf('/'))));
    }

    /** Ids come from the index: one that is none of ours is refused. */
    private Path path(String id) throws IOException {
        if (!ID.matcher(id).matches()) {
            throw new IOException("no pack id");
        }
        return root.resolve(id);
    }

    /** All packs, oldest day first; what else someone put there is left alone. */
    List<String> all() throws IOException {
        try (Stream<Path> files = Files.walk(root, 2)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(id -> ID.matcher(id).matches())
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
