package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.sallyport.gateway.api.DataFolder;

/** A small file that is replaced whole, on stable storage, or not at all. One thread writes at a time. */
final class KeptFile {

    private static final long LONGEST = 1 << 20;

    private final Path file;

    KeptFile(Path file) {
        this.file = file;
    }

    Optional<byte[]> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > LONGEST) {
            throw new IOException(file + " is larger than 1 MiB");
        }
        return Optional.of(Files.readAllBytes(file));
    }

    synchronized void write(byte[] content) throws IOException {
        DataFolder.replace(file, content);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
