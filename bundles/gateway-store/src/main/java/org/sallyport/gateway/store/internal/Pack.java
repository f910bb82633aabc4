package org.sallyport.gateway.store.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.sallyport.gateway.api.store.StoreFullException;

/** An open pack. Owned by the thread of its session. After a failed write or force it is never written again. */
final class Pack implements Closeable {

    private final String id;
    private final FileChannel channel;
    private long end;
    private boolean failed;

    Pack(String id, FileChannel channel) {
        this.id = id;
        this.channel = channel;
    }

    String id() {
        return id;
    }

    /** Where the last committed frame ends. */
    long end() {
        return end;
    }

    boolean isUsable() {
        return !failed;
    }

    /** @throws StoreFullException if there is no room */
    void write(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        try {
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
        } catch (IOException e) {
            failed = true;
            throw PackFolder.told(e);
        }
    }

    /**
     * The commit: what was written up to {@code newEnd} is on stable storage on return.
     *
     * @throws StoreFullException if there is no room: some file systems find out only now
     */
    void commit(long newEnd, boolean force) throws IOException {
        if (force) {
            try {
                channel.force(false);
            } catch (IOException e) {
                failed = true;
                throw PackFolder.told(e);
            }
        }
        end = newEnd;
    }

    /** Cuts off what was written after the last commit. */
    void rollBack() throws IOException {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
