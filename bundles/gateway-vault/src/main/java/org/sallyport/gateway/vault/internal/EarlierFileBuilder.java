package org.sallyport.gateway.vault.internal;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.EarlierFolder.SheetKey;

/** Writes one file of {@link EarlierFolder}; it appears whole or not at all. Owned by one thread. */
final class EarlierFileBuilder implements Closeable {

    private final EarlierFolder folder;
    private final UUID id = UUID.randomUUID();
    private final Path part;
    private final FileChannel channel;
    private final DataOutputStream out;
    private final List<Indexed> entries = new ArrayList<>();
    private long at = EarlierFolder.HEADER;

    private record Indexed(SheetKey key, long offset) {}

    /** Seals a sheet for the place that it gets. */
    @FunctionalInterface
    interface Sealer {
        void seal(String place, ByteArrayOutputStream to) throws IOException;
    }

    EarlierFileBuilder(EarlierFolder folder) throws IOException {
        this.folder = folder;
        this.part = folder.path().resolve(id + EarlierFolder.SUFFIX + EarlierFolder.PART);
        this.channel = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        this.out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 256 * 1024));
        out.writeInt(EarlierFolder.MAGIC);
        out.writeInt(1);
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    int size() {
        return entries.size();
    }

    void add(List<SheetKey> keys, Sealer sealer) throws IOException {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream(512);
        sealer.seal(EarlierFolder.place(id, at), sealed);
        if (sealed.size() > EarlierFolder.LONGEST_SHEET) {
            throw new VaultException("a sheet of originals is longer than " + EarlierFolder.LONGEST_SHEET + " bytes");
        }
        out.writeInt(sealed.size());
        sealed.writeTo(out);
        for (SheetKey key : keys) {
            entries.add(new Indexed(key, at));
        }
        at += 4 + sealed.size();
    }

    /** Durable and found on return. */
    void finish() throws IOException {
        entries.sort(Comparator.comparing(Indexed::key));
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(EarlierFolder.ENTRY);
        for (Indexed entry : entries) {
            bytes.clear().putLong(entry.key.high()).putLong(entry.key.low()).putLong(entry.offset);
            crc.update(bytes.array(), 0, EarlierFolder.ENTRY);
            out.write(bytes.array());
        }
        out.writeLong(at);
        out.writeInt(entries.size());
        out.writeInt((int) crc.getValue());
        out.writeInt(EarlierFolder.MAGIC);
        out.flush();
        channel.force(true);
        channel.close();
        Path file = folder.path().resolve(id + EarlierFolder.SUFFIX);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(folder.path(), StandardOpenOption.READ)) {
            parent.force(true);
        }
        folder.add(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(part);
    }
}
