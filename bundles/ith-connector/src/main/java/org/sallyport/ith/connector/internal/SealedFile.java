package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A file for what passes through: what the back end sends may hold identity. AES-256-GCM in chunks, each bound to its number, under a key of the file's own
 * that is in memory only: what a crash leaves nobody can open. Written once, from its start to its end; read anywhere. One thread writes; then any number
 * read, each by an {@link Reader} of its own.
 */
final class SealedFile {

    /** Plain bytes of each chunk but the last. */
    static final int CHUNK = 1 << 16;

    private static final int TAG = 16;
    private static final int KEY = 32;
    private static final int NONCE = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** @param length in plain bytes */
    private record Content(SecretKeySpec key, long length) {

        /** Plain bytes of one chunk. */
        int of(long chunk) {
            return (int) Math.min(CHUNK, length - chunk * CHUNK);
        }
    }

    private final Path file;

    /** Null until all is written. */
    private volatile @Nullable Content content;

    /** Whose end counts; guarded by this. */
    private @Nullable Writer writing;

    SealedFile(Path file) {
        this.file = file;
    }

    Path path() {
        return file;
    }

    boolean isWhole() {
        return content != null;
    }

    /** In plain bytes. */
    long length() throws IOException {
        return whole().length();
    }

    private Content whole() throws IOException {
        Content known = content;
        if (known == null) {
            throw new IOException("a sealed file was not written to its end");
        }
        return known;
    }

    /** Takes the place of what was there, and of who wrote it: a thread that was given up may still do so. */
    synchronized Writer write() throws IOException {
        delete();
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        byte[] key = new byte[KEY];
        RANDOM.nextBytes(key);
        Writer writer = new Writer(new SecretKeySpec(key, "AES"));
        writing = writer;
        return writer;
    }

    Reader open() throws IOException {
        return new Reader(whole());
    }

    /** A part of it. The caller closes the stream. */
    InputStream open(long from, long length) throws IOException {
        Reader reader = open();
        return new Section(reader, from, length, reader);
    }

    /** Who reads from it reads on. */
    synchronized void delete() throws IOException {
        content = null;
        writing = null;
        Files.deleteIfExists(file);
    }

    private synchronized void appear(Writer by, Content written) throws IOException {
        if (writing != by) {
            throw new IOException("a sealed file was deleted while it was written");
        }
        content = written;
        writing = null;
    }

    private static Cipher cipher() throws IOException {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IOException("AES-GCM is not to be had", e);
        }
    }

    /** No key is used for more than one file, so that the number alone makes no nonce twice. */
    private static GCMParameterSpec nonce(long chunk) {
        byte[] nonce =
                ByteBuffer.allocate(NONCE).putLong(NONCE - Long.BYTES, chunk).array();
        return new GCMParameterSpec(TAG * 8, nonce);
    }

    /** Without {@link #finish} there is nothing to be read. Not thread-safe. */
    final class Writer extends OutputStream {

        private final SecretKeySpec key;
        private final FileChannel to;
        private final Cipher cipher = cipher();
        private final byte[] plain = new byte[CHUNK];
        private final byte[] sealed = new byte[CHUNK + TAG];
        private int used;
        private long chunk;

        private Writer(SecretKeySpec key) throws IOException {
            this.key = key;
            this.to = FileChannel.open(file, Set.of(StandardOpenOption.WRITE));
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            int done = 0;
            while (done < length) {
                if (used == CHUNK) {
                    seal();
                }
                int n = Math.min(length - done, CHUNK - used);
                System.arraycopy(bytes, offset + done, plain, used, n);
                used += n;
                done += n;
            }
        }

        private void seal() throws IOException {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, key, nonce(chunk));
                int length = cipher.doFinal(plain, 0, used, sealed, 0);
                ByteBuffer bytes = ByteBuffer.wrap(sealed, 0, length);
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            } catch (GeneralSecurityException e) {
                throw new IOException("a file cannot be sealed", e);
            }
            chunk++;
            used = 0;
        }

        /** All is there. */
        void finish() throws IOException {
            long length = chunk * CHUNK + used;
            if (used > 0) {
                seal();
            }
            appear(this, new Content(key, length));
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    /** Not thread-safe. */
    final class Reader implements Closeable {

        private final Content read;
        private final FileChannel from;
        private final Cipher cipher = cipher();
        private final byte[] plain = new byte[CHUNK];
        private final ByteBuffer sealed = ByteBuffer.allocate(CHUNK + TAG);

        /** Which chunk is open; -1 = none. */
        private long chunk = -1;

        private Reader(Content read) throws IOException {
            this.read = read;
            this.from = FileChannel.open(file, StandardOpenOption.READ);
        }

        long length() {
            return read.length();
        }

        /**
         * @param at within the file
         * @return how many bytes, at least one; -1 at the end
         * @throws IOException if what lies on the disk is not what was written
         */
        int read(long at, byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (at < 0 || at > read.length()) {
                throw new IOException("place " + at + " is outside of the file");
            }
            if (at == read.length() || length == 0) {
                return length == 0 ? 0 : -1;
            }
            long wanted = at / CHUNK;
            if (chunk != wanted) {
                openChunk(wanted);
            }
            int within = (int) (at % CHUNK);
            int n = Math.min(length, read.of(wanted) - within);
            System.arraycopy(plain, within, to, offset, n);
            return n;
        }

        private void openChunk(long number) throws IOException {
            chunk = -1;
            sealed.clear().limit(read.of(number) + TAG);
            long at = number * (CHUNK + TAG);
            while (sealed.hasRemaining()) {
                if (from.read(sealed, at + sealed.position()) < 0) {
                    throw new IOException("a sealed file was cut off on the disk");
                }
            }
            try {
                cipher.init(Cipher.DECRYPT_MODE, read.key(), nonce(number));
                cipher.doFinal(sealed.array(), 0, sealed.limit(), plain, 0);
            } catch (GeneralSecurityException e) {
                throw new IOException("a sealed file was changed on the disk", e);
            }
            chunk = number;
        }

        /** A part, read through this reader: one at a time. Closing it changes nothing. */
        InputStream section(long at, long length) {
            return new Section(this, at, length, () -> {});
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    /** Some bytes of a file that are there all. */
    private static final class Section extends InputStream {

        private final Reader reader;
        private final Closeable close;
        private long at;
        private long left;

        Section(Reader reader, long at, long length, Closeable close) {
            this.reader = reader;
            this.at = at;
            this.left = length;
            this.close = close;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int n = reader.read(at, to, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new IOException("a sealed file is shorter than it should be");
            }
            at += n;
            left -= n;
            return n;
        }

        @Override
        public void close() throws IOException {
            close.close();
        }
    }
}
