package org.sallyport.dicom.net.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Buffered bytes from a socket, acknowledged at once. Owned by the association's thread. */
final class SocketInput {

    private static final int BUFFER = 128 * 1024;

    private final Socket socket;
    private final Socket tcp;
    private final InputStream in;
    private final boolean quickAck;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int limit;
    private long received;
    private boolean bounded;
    private long deadline;
    private long waitLeft = Long.MAX_VALUE;

    SocketInput(Connection connection) throws IOException {
        this.socket = connection.socket();
        this.tcp = connection.tcp();
        this.in = connection.input();
        this.quickAck = QuickAck.supports(tcp);
    }

    long received() {
        return received;
    }

    /**
     * Waits until at least one byte is there.
     *
     * @param millis at most, at least 1
     * @return false if the peer has closed the connection
     * @throws SocketTimeoutException if nothing came
     */
    boolean await(int millis) throws IOException {
        if (next < limit) {
            return true;
        }
        setTimeout(millis);
        int n = fetch(buffer, 0, BUFFER);
        next = 0;
        limit = Math.max(n, 0);
        return n > 0;
    }

    /** Whether bytes are there without waiting. */
    boolean hasBuffered() {
        return next < limit;
    }

    /** Whether bytes have arrived, asked without waiting; those of TLS may turn out to be none of the peer's own. */
    boolean hasArrived() throws IOException {
        return hasBuffered()
                || in.available() > 0
                || !socket.equals(tcp) && tcp.getInputStream().available() > 0;
    }

    private int fetch(byte[] to, int offset, int length) throws IOException {
        if (bounded) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("the peer is too slow");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        } else if (waitLeft <= 0) {
            throw new SocketTimeoutException("the peer is too slow");
        }
        long before = System.nanoTime();
        int n = in.read(to, offset, length);
        waitLeft -= System.nanoTime() - before;
        if (quickAck && n > 0) {
            QuickAck.set(tcp);
        }
        received += Math.max(n, 0);
        return n;
    }

    /** At least one byte; waits for as long as {@link #setTimeout} or {@link #setDeadline} said last. */
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

    /** From now on each wait lasts at most this long. */
    void setTimeout(int millis) throws IOException {
        setTimeout(millis, Long.MAX_VALUE);
    }

    /** From now on each wait lasts at most this long, and all together at most so many nanoseconds; what happens between waits does not count. */
    void setTimeout(int millis, long allNanos) throws IOException {
        bounded = false;
        waitLeft = allNanos;
        socket.setSoTimeout(millis);
    }

    /** From now on all waits together end at this time of {@link System#nanoTime()}. */
    void setDeadline(long nanoTime) {
        bounded = true;
        deadline = nanoTime;
    }
}
