package com.example.vendor.destination;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The receiver: a folder of images and the journal of what came. Thread-safe: files are written under names of their own and then renamed, the journal by one
 * thread at a time.
 */
final class ImageFolder {

    private static final int BUFFER = 1 << 16;
    private static final String HMAC = "HmacSHA256";

    private final Path folder;
    private final String secret;

    /** @param secret goes into the names of files; never shown */
    ImageFolder(Path folder, String secret) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.secret = secret;
    }

    boolean isWritable() {
        return Files.isDirectory(folder) && Files.isWritable(folder);
    }

    /**
     * Writes an image whole or not at all; one that is there already is replaced.
     *
     * @return the file's name
     */
    String write(String sopInstanceUid, InputStream part10, long length) throws IOException {
        // What comes from outside never names a file: a hash does.
        String name = hash(sopInstanceUid) + ".dcm";
        Path part = Files.createTempFile(folder, "incoming-", ".part");
        try {
            long written = 0;
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                // A piece at a time: an image may have gigabytes.
                byte[] buffer = new byte[BUFFER];
                for (int n = part10.read(buffer); n >= 0; n = part10.read(buffer)) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("interrupted");
                    }
                    out.write(buffer, 0, n);
                    written += n;
                }
                channel.force(true);
            }
            if (written != length) {
                throw new IOException("an image of " + length + " bytes came with " + written);
            }
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        journal(name + " " + length);
        return name;
    }

    private synchronized void journal(String line) throws IOException {
        Files.writeString(
                folder.resolve("journal"),
                Instant.now() + " " + line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Before "delivered" is said, the names of the files have to be on the disk as well. */
    void force() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private String hash(String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            // A key has at least one byte.
            mac.init(new SecretKeySpec((secret + "\n").getBytes(StandardCharsets.UTF_8), HMAC));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)), 0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
