package org.sallyport.gateway.store.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names this appliance among those that share an index: drawn once and kept with the packs, which are what it is there for. Host names and folders are
 * equal in containers made from one image. The file is locked while this is open: two that write the same packs would cut off each other's images.
 */
final class ApplianceId implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ApplianceId.class);

    static final String FILE = "appliance-id";

    private static final int DIGITS = 16;

    /** No channel: an interrupted thread would close it, and the lock with it. */
    private final RandomAccessFile file;

    private final String id;
    private final boolean drawn;

    private ApplianceId(RandomAccessFile file, String id, boolean drawn) {
        this.file = file;
        this.id = id;
        this.drawn = drawn;
    }

    /** @throws IOException if another appliance has these packs open */
    static ApplianceId open(Path packs) throws IOException {
        Path path = packs.resolve(FILE);
        if (!Files.exists(path)) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            PackFolder.force(packs);
        }
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            if (!lock(file)) {
                throw new IOException(packs + " is in use by another appliance: each needs packs of its own");
            }
            byte[] content = new byte[(int) Math.min(file.length(), DIGITS + 1)];
            file.readFully(content);
            Optional<String> kept = id(new String(content, StandardCharsets.UTF_8));
            if (kept.isPresent()) {
                return new ApplianceId(file, kept.get(), false);
            }
            if (content.length > 0) {
                LOG.warn("{} is damaged and is drawn anew", path);
            }
            String id = UUID.randomUUID().toString().replace("-", "").substring(0, DIGITS);
            file.setLength(0);
            file.seek(0);
            file.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
            file.getFD().sync();
            return new ApplianceId(file, id, true);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static boolean lock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Of an appliance whose packs these are; empty if it cannot be read now. */
    static Optional<String> of(Path packs) {
        try (FileChannel channel = FileChannel.open(packs.resolve(FILE), StandardOpenOption.READ)) {
            java.nio.ByteBuffer content = java.nio.ByteBuffer.allocate(DIGITS + 1);
            while (content.hasRemaining() && channel.read(content) >= 0) {
                // On to the end.
            }
            return id(new String(content.array(), 0, content.position(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.debug("{} cannot be read", packs, e);
            return Optional.empty();
        }
    }

    private static Optional<String> id(String content) {
        String id = content.strip();
        return id.matches("[0-9a-f]{" + DIGITS + "}") ? Optional.of(id) : Optional.empty();
    }

    String id() {
        return id;
    }

    /** Whether the packs had none so far, or it was lost. */
    boolean isDrawn() {
        return drawn;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return id;
    }
}
