package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;

/** A section of a frame as a stream; checks its CRC-32 at the end, and closes its channel. Owned by one thread. */
final class FrameInput extends FileSection {

    private final FileChannel channel;
    private final long crc32;
    private final CRC32 sum = new CRC32();

    /** @param crc32 unsigned; -1 = not checked here */
    FrameInput(FileChannel channel, long start, long length, long crc32) {
        super(channel, start, length, "a pack is shorter than its index says");
        this.channel = channel;
        this.crc32 = crc32;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int n = super.read(to, offset, length);
        if (crc32 >= 0 && n > 0) {
            sum.update(to, offset, n);
            if (left() == 0 && sum.getValue() != crc32) {
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
