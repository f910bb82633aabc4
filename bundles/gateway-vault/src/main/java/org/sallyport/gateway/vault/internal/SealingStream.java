package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.OutputStream;

/** Seals what is written, segment by segment; complete after {@link #close()}. The stream below is flushed, not closed. */
final class SealingStream extends OutputStream {

    private static final int FIRST = 4096;

    private final OutputStream to;
    private final SegmentCipher cipher;
    private byte[] buffer = new byte[FIRST];
    private int used;
    private boolean closed;

    SealingStream(OutputStream to, SegmentCipher cipher) {
        this.to = to;
        this.cipher = cipher;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("sealed and closed");
        }
        int from = offset;
        int rest = length;
        while (rest > 0) {
            if (used == SegmentCipher.SEGMENT) {
                // Only now is it sure that this segment is not the last.
                to.write(cipher.seal(buffer, used, false));
                used = 0;
            }
            if (used == buffer.length) {
                buffer = java.util.Arrays.copyOf(buffer, Math.min(buffer.length * 4, SegmentCipher.SEGMENT));
            }
            int n = Math.min(rest, buffer.length - used);
            System.arraycopy(bytes, from, buffer, used, n);
            used += n;
            from += n;
            rest -= n;
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            to.write(cipher.seal(buffer, used, true));
            to.flush();
        }
    }
}
