package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.InputStream;

/** Opens sealed segments; hands out no byte of a segment before it was authenticated. */
final class OpeningStream extends InputStream {

    private static final int SEALED = SegmentCipher.SEGMENT + SegmentCipher.TAG;

    private final InputStream from;
    private final SegmentCipher cipher;
    private byte[] plain = {};
    private int next;
    private int lookAhead;
    private boolean last;

    OpeningStream(InputStream from, SegmentCipher cipher) throws IOException {
        this.from = from;
        this.cipher = cipher;
        this.lookAhead = from.read();
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
        while (next == plain.length) {
            if (last) {
                return -1;
            }
            nextSegment();
        }
        int n = Math.min(length, plain.length - next);
        System.arraycopy(plain, next, to, offset, n);
        next += n;
        return n;
    }

    private void nextSegment() throws IOException {
        if (lookAhead < 0) {
            throw new org.sallyport.gateway.api.vault.VaultException("sealed data was cut off");
        }
        // Read as it comes: a short stream must not cost a megabyte.
        byte[] rest = from.readNBytes(SEALED - 1);
        byte[] sealed = new byte[rest.length + 1];
        sealed[0] = (byte) lookAhead;
        System.arraycopy(rest, 0, sealed, 1, rest.length);
        lookAhead = from.read();
        // Only when it has opened: a broken stream must not look like one that has ended.
        plain = cipher.open(sealed, sealed.length, lookAhead < 0);
        last = lookAhead < 0;
        next = 0;
    }

    @Override
    public void close() throws IOException {
        from.close();
    }
}
