package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A section of a file as a stream; the channel stays open. Owned by one thread. */
class FileSection extends InputStream {

    private final FileChannel channel;
    private final String cutOff;
    private long at;
    private long left;

    /** @param cutOff what it means if the file ends before the section does */
    FileSection(FileChannel channel, long start, long length, String cutOff) {
        this.channel = channel;
        this.at = start;
        this.left = length;
        this.cutOff = cutOff;
    }

    long left() {
        return left;
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
            throw new IOException(cutOff);
        }
        at += n;
        left -= n;
        return n;
    }
}
