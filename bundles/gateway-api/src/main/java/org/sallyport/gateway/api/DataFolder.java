package org.sallyport.gateway.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
