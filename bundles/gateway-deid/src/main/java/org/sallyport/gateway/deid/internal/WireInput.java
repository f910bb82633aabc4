package org.sallyport.gateway.deid.internal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What comes from the network: remembers its beginning for a diagnostic copy, and whether it was the network that failed. */
final class WireInput extends FilterInputStream {

    /** Bytes of an object that a diagnostic copy holds at most. */
    static final int KEPT = 256 * 1024;

    private final byte[] start;
    private int kept;
    private @Nullable IOException failure;

    /** @param buffer of {@value #KEPT} bytes, lent */
    WireInput(InputStream in, byte[] buffer) {
        super(in);
        this.start = buffer;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int n;
        try {
            n = in.read(to, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        if (n > 0 && kept < KEPT) {
            int take = Math.min(n, KEPT - kept);
            System.arraycopy(to, offset, start, kept, take);
            kept += take;
        }
        return n;
    }

    /** The exception that the network failed with, or null. */
    @Nullable
    IOException failure() {
        return failure;
    }

    byte[] start() {
        return Arrays.copyOf(start, kept);
    }
}
