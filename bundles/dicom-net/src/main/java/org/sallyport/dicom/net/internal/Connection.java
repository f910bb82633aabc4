package org.sallyport.dicom.net.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Future;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationException.Kind;

/**
 * A TCP connection, with TLS over it or not. Owned by the association's thread; {@link #kill()} may be called from any.
 *
 * @param tcp what carries it: options of the transport are set here, since a TLS socket does not pass them on
 * @param socket what is read and written: the same, or TLS over it
 */
public record Connection(Socket tcp, Socket socket) {

    /** Closing may have to send an alert; a peer that takes nothing must not hold the thread. */
    private static final Duration CLOSING = Duration.ofSeconds(2);

    public static Connection plain(Socket socket) {
        return new Connection(socket, socket);
    }

    /**
     * Makes the handshake.
     *
     * @param most for all of it, so that a peer that sends byte after byte gains nothing
     */
    public static Connection secured(Socket tcp, SSLSocket tls, Duration most) throws IOException {
        Connection connection = new Connection(tcp, tls);
        Future<?> watch = WriteWatch.start(most.toNanos(), connection::kill);
        try {
            tcp.setTcpNoDelay(true);
            tls.setSoTimeout((int) Math.max(1, Math.min(most.toMillis(), Integer.MAX_VALUE)));
            tls.startHandshake();
            return connection;
        } catch (IOException e) {
            connection.kill();
            AssociationException failed =
                    new AssociationException(Kind.NOT_SECURED, "the TLS handshake failed: " + e.getMessage());
            failed.initCause(e);
            throw failed;
        } finally {
            watch.cancel(false);
        }
    }

    /** What the peer proved in the handshake; null = nothing, or in the clear. */
    public @Nullable X509Certificate peerCertificate() {
        if (!(socket instanceof SSLSocket tls)) {
            return null;
        }
        try {
            return tls.getSession().getPeerCertificates()[0] instanceof X509Certificate told ? told : null;
        } catch (SSLPeerUnverifiedException e) {
            // It told none.
            return null;
        }
    }

    InputStream input() throws IOException {
        return socket.getInputStream();
    }

    OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** Ends it in order; the owner's. */
    void close() throws IOException {
        if (socket.equals(tcp)) {
            tcp.close();
            return;
        }
        Future<?> watch = WriteWatch.start(CLOSING.toNanos(), this::kill);
        try {
            socket.close();
        } finally {
            watch.cancel(false);
            tcp.close();
        }
    }

    /** Ends it at once. Below TLS, whose own closing would wait for a write under way. */
    void kill() {
        try {
            tcp.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("closing a socket failed", e);
        }
    }
}
