package org.sallyport.gateway.deid.internal;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.vault.IdentityVault;

/** Values too long for memory, sealed in files that live as long as this does. Owned by one thread. */
final class SealedSpool implements BulkStore, Closeable {

    static final String SUFFIX = ".spool";

    private final IdentityVault vault;
    private final Path folder;
    private final List<Path> files = new ArrayList<>();

    SealedSpool(IdentityVault vault, Path folder) {
        this.vault = vault;
        this.folder = folder;
    }

    @Override
    public Value.Bulk store(int tag, VR vr, long length, InputStream in) throws IOException {
        String id = UUID.randomUUID().toString();
        String place = "spool/" + id;
        Path file = folder.resolve(id + SUFFIX);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        files.add(file);
        try (OutputStream to =
                        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE), 64 * 1024);
                OutputStream sealed = vault.sealHeld(place, to)) {
            in.transferTo(sealed);
        }
        return new SpooledValue(vault, file, place, length);
    }

    private record SpooledValue(IdentityVault vault, Path file, String place, long length) implements Value.Bulk {

        @Override
        public InputStream open() throws IOException {
            return vault.openOwnSpool(place, new BufferedInputStream(Files.newInputStream(file), 64 * 1024));
        }

        @Override
        public String toString() {
            return length + " bytes, spooled";
        }
    }

    @Override
    public void close() throws IOException {
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        files.clear();
    }
}
