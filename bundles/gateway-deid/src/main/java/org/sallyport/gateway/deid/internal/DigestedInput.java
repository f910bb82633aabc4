package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;

/** Digests what is read, and what is passed over, on the way. Owned by one thread. */
final class DigestedInput extends InputStream {

    private final InputStream in;
    private final CanonicalDigest digest;
    private final byte[] one = new byte[1];

    /** @param digest which knows that a value begins ({@link CanonicalDigest#mark}) */
    DigestedInput(InputStream in, CanonicalDigest digest) {
        this.in = in;
        this.digest = digest;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int n = in.read(to, offset, length);
        if (n > 0) {
            digest.update(to, offset, n);
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
