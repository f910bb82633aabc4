package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;

/** A section of a frame as a stream; checks its CRC-32 at the end. Owned by one thread. */
final class FrameInput extends InputStream {

    private final FileChannel channel;
    private final long crc32;
    private final CRC32 sum = new CRC32();
    private long at;
    private long left;

    /** @param crc32 unsigned; -1 = not checked here */
    FrameInput(FileChannel channel, long start, long length, long crc32) {
        this.channel = channel;
        this.at = start;
        this.left = length;
        this.crc32 = crc32;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int n = channel.read(ByteBuffer.wrap(to, offset, (int) Math.min(length, left)), at);
        if (n < 0) {
            throw new IOException("a pack is shorter than its index says");
        }
        at += n;
        left -= n;
        if (crc32 >= 0) {
            sum.update(to, offset, n);
            if (left == 0 && sum.getValue() != crc32) {
                throw new IOException("an image is damaged on disk: its CRC-32 is wrong");
            }
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
