package org.sallyport.dicom.net.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** Buffered bytes from a socket, acknowledged at once. Owned by the association's thread. */
final class SocketInput {

    private static final int BUFFER = 128 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final boolean quickAck;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int limit;
    private long received;

    SocketInput(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.quickAck = QuickAck.supports(socket);
    }

    long received() {
        return received;
    }

    /**
     * Waits until at least one byte is there.
     *
     * @param millis at most, at least 1
     * @return false if the peer has closed the connection
     * @throws java.net.SocketTimeoutException if nothing came
     */
    boolean await(int millis) throws IOException {
        if (next < limit) {
            return true;
        }
        socket.setSoTimeout(millis);
        int n = fetch(buffer, 0, BUFFER);
        next = 0;
        limit = Math.max(n, 0);
        return n > 0;
    }

    private int fetch(byte[] to, int offset, int length) throws IOException {
        int n = in.read(to, offset, length);
        if (quickAck && n > 0) {
            QuickAck.set(socket);
        }
        received += Math.max(n, 0);
        return n;
    }

    /** At least one byte; each wait lasts at most as long as the last {@link #await} or {@link #setTimeout} said. */
    int read(byte[] to, int offset, int length) throws IOException {
        if (next == limit) {
            if (length >= BUFFER / 2) {
                int n = fetch(to, offset, length);
                if (n < 0) {
                    throw new EOFException("connection closed");
                }
                return n;
            }
            int n = fetch(buffer, 0, BUFFER);
            if (n < 0) {
                throw new EOFException("connection closed");
            }
            next = 0;
            limit = n;
        }
        int n = Math.min(length, limit - next);
        System.arraycopy(buffer, next, to, offset, n);
        next += n;
        return n;
    }

    void readFully(byte[] to, int offset, int length) throws IOException {
        int have = 0;
        while (have < length) {
            have += read(to, offset + have, length - have);
        }
    }

    void setTimeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }
}
