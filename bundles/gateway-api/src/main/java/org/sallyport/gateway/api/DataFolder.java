package org.sallyport.gateway.api;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder below which everything lies that the gateway keeps: {@code $SALLYPORT_DATA}, told by the system property {@value #PROPERTY}. */
public final class DataFolder {

    public static final String PROPERTY = "sallyport.data";

    private DataFolder() {}

    /**
     * A folder of its own for a part of the gateway, made if it is missing, readable by the gateway's user only.
     *
     * @throws IllegalStateException if the system property is not set
     */
    public static Path of(String name) throws IOException {
        String root = System.getProperty(PROPERTY);
        if (root == null || root.isBlank()) {
            throw new IllegalStateException(
                    "system property " + PROPERTY + " is not set: it has to name the data folder");
        }
        return privateFolder(Path.of(root, name));
    }

    /** Makes a folder with mode 0700, with its parents, if it is missing. */
    public static Path privateFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return folder;
    }

    /**
     * Writes a small file whole, readable by the gateway's user only and on stable storage, or leaves the old one. One thread at a time for each
     * file; an interrupt of the thread does not cut it short and stays set.
     *
     * @throws IOException the old file, if there was one, is as it was
     */
    public static void replace(Path file, byte[] content) throws IOException {
        boolean interrupted = Thread.interrupted();
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            // Not a channel: an interrupt would close it.
            try (FileOutputStream out = new FileOutputStream(part.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } finally {
            // Nothing secret is left lying about if it failed.
            Files.deleteIfExists(part);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
