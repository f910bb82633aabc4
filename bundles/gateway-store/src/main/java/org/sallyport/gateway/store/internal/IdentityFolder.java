package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

/**
 * The files with the identity of instances that are no longer here: {@code <day>/<uuid>.identity}. A file's name is its path below this folder. It
 * appears by a rename, whole and on stable storage, and never changes. Immutable.
 */
class IdentityFolder {

    private static final String SUFFIX = ".identity";
    private static final String PART = ".part";
    private static final Pattern NAME = Pattern.compile("\\d{4}-\\d{2}-\\d{2}/[0-9a-f-]{36}\\.identity");

    private final Path root;
    private final Clock clock;

    /** Removes what a crash left half written. */
    IdentityFolder(Path root, Clock clock) throws IOException {
        this.root = root;
        this.clock = clock;
        try (Stream<Path> files = Files.walk(root, 2)) {
            for (Path left : files.filter(file -> file.toString().endsWith(SUFFIX + PART))
                    .toList()) {
                Files.delete(left);
            }
        }
    }

    /** A new file, under a name that counts for nothing until {@link #appear}. */
    IdentityFileBuilder create() throws IOException {
        String day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
        Path folder = root.resolve(day);
        if (!Files.isDirectory(folder)) {
            DataFolder.privateFolder(folder);
            PackFolder.force(root);
        }
        UUID id = UUID.randomUUID();
        String name = day + "/" + id + SUFFIX;
        FileChannel channel = FileChannel.open(
                root.resolve(name + PART),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            return new IdentityFileBuilder(id, name, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The file as it is on disk, before or after it appeared. */
    IdentityFileReader openUnfinished(String name) throws IOException {
        return reader(Path.of(path(name) + PART), name);
    }

    IdentityFileReader open(String name) throws IOException {
        return reader(path(name), name);
    }

    private static IdentityFileReader reader(Path path, String name) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new IdentityFileReader(name, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Its content was forced: gives it its name, on stable storage on return. */
    void appear(String name) throws IOException {
        Path path = path(name);
        Files.move(Path.of(path + PART), path, StandardCopyOption.ATOMIC_MOVE);
        PackFolder.force(parent(path));
    }

    /** Removes a file that nothing refers to, finished or not. */
    void remove(String name) throws IOException {
        Path path = path(name);
        Files.deleteIfExists(Path.of(path + PART));
        Files.deleteIfExists(path);
    }

    boolean has(String name) throws IOException {
        return Files.exists(path(name));
    }

    long length(String name) throws IOException {
        return Files.size(path(name));
    }

    List<String> all() throws IOException {
        try (Stream<Path> files = Files.walk(root, 2)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    /** Names come from the index: one that is none of ours is refused. */
    private Path path(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IOException("no name of an identity file");
        }
        return root.resolve(name);
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " has no folder");
        }
        return parent;
    }
}
