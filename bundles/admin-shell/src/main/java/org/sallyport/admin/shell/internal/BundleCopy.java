package org.sallyport.admin.shell.internal;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/**
 * Writes an installed bundle to a jar again. Where it came from may be gone, or hold something else by now: what the framework has is what counts.
 */
final class BundleCopy {

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private BundleCopy() {}

    /** On stable storage, whole or not at all. One thread at a time for each file. */
    static void write(Bundle bundle, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (FileOutputStream out = new FileOutputStream(part.toFile())) {
                ZipOutputStream zip = new ZipOutputStream(out);
                // Readers of jars look for it at the beginning.
                entry(bundle, MANIFEST, zip);
                folder(bundle, "/", zip);
                zip.finish();
                zip.flush();
                out.getFD().sync();
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void folder(Bundle bundle, String path, ZipOutputStream zip) throws IOException {
        Enumeration<String> entries = bundle.getEntryPaths(path);
        while (entries != null && entries.hasMoreElements()) {
            String entry = entries.nextElement();
            if (entry.endsWith("/")) {
                folder(bundle, entry, zip);
            } else if (!entry.equals(MANIFEST)) {
                entry(bundle, entry, zip);
            }
        }
    }

    private static void entry(Bundle bundle, String path, ZipOutputStream zip) throws IOException {
        URL url = bundle.getEntry(path);
        if (url == null) {
            throw new IOException("bundle " + bundle.getSymbolicName() + " has no " + path);
        }
        zip.putNextEntry(new ZipEntry(path));
        try (InputStream in = url.openStream()) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }
}
