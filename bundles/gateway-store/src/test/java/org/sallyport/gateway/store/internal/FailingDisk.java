package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Packs on a disk that fails when told, and tells what was done to it. */
final class FailingDisk extends PackFolder {

    /** Fails every force from now on. */
    volatile boolean forceFails;

    /** Fails every write from now on with this message. */
    volatile @Nullable String writeFails;

    /** Fails every truncate from now on. */
    volatile boolean truncateFails;

    final List<Channel> channels = new CopyOnWriteArrayList<>();

    FailingDisk(Path root, long minFree, Clock clock) {
        super(root, minFree, clock);
    }

    @Override
    FileChannel openNew(Path file) throws IOException {
        Channel channel = new Channel(super.openNew(file));
        channels.add(channel);
        return channel;
    }

    /** What happened to one pack, in order: {@code write}, {@code force}, {@code truncate}, {@code close}. */
    final class Channel extends FileChannel {

        private final FileChannel real;
        final List<String> done = new ArrayList<>();

        Channel(FileChannel real) {
            this.real = real;
        }

        @Override
        public int write(ByteBuffer bytes, long at) throws IOException {
            done.add("write");
            String message = writeFails;
            if (message != null) {
                throw new IOException(message);
            }
            return real.write(bytes, at);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            done.add("force");
            if (forceFails) {
                throw new IOException("Input/output error");
            }
            real.force(metaData);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            done.add("truncate");
            if (truncateFails) {
                throw new IOException("Input/output error");
            }
            real.truncate(size);
            return this;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            done.add("close");
            real.close();
        }

        @Override
        public int read(ByteBuffer to, long at) throws IOException {
            return real.read(to, at);
        }

        @Override
        public int read(ByteBuffer to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }
}
