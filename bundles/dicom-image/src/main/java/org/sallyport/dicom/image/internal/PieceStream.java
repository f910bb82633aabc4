package org.sallyport.dicom.image.internal;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A stream of pieces that are made when they are read, one in memory at a time. Owned by one thread. */
public final class PieceStream extends InputStream {

    /** Makes pieces. */
    @FunctionalInterface
    public interface Pieces {

        /** The next piece, or null after the last. */
        byte @Nullable [] next() throws IOException;
    }

    private final Pieces pieces;
    private byte @Nullable [] piece = {};
    private int at;

    public PieceStream(Pieces pieces) {
        this.pieces = pieces;
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
        while (piece != null && at == piece.length) {
            // Let go before the next one is made.
            piece = new byte[0];
            piece = pieces.next();
            at = 0;
        }
        if (piece == null) {
            return -1;
        }
        int n = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, to, offset, n);
        at += n;
        return n;
    }
}
