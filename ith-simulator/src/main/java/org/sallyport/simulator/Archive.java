package org.sallyport.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Unpacks an uploaded ZIP, checking every entry's name, length and CRC-32 (APPNOTE 4.4.7). */
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
                // ZipFile itself looks at neither.
                CRC32 sum = new CRC32();
                long length;
                try (InputStream in = new CheckedInputStream(file.getInputStream(entry), sum)) {
                    length = Files.copy(in, target);
                }
                if (length != entry.getSize() || sum.getValue() != entry.getCrc()) {
                    throw new IOException("entry \"" + entry.getName() + "\" is damaged: length or CRC-32 differs");
                }
                files.add(target);
            }
        }
        return files;
    }
}
