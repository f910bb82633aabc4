package org.sallyport.gateway.scp.internal.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.sallyport.dicom.net.Tls;

/** A connection to an audit repository by syslog over TLS (RFC 5425). Owned by one thread, but for {@link #close}. */
final class AuditReceiver implements Closeable {

    private static final int CONNECT_MILLIS = 20_000;
    private static final int LISTEN_MILLIS = 1_000;

    private final Socket plain;
    private final SSLSocket socket;
    private final OutputStream out;

    private AuditReceiver(Socket plain, SSLSocket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    /** @throws IOException if it cannot be reached, or its certificate is not trusted */
    static AuditReceiver connect(String host, int port, Tls tls, boolean checkHost) throws IOException {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            plain.setSoTimeout(CONNECT_MILLIS);
            SSLSocket socket = (SSLSocket) tls.context().getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            if (checkHost) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.setSoTimeout(LISTEN_MILLIS);
            return new AuditReceiver(plain, socket);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** Sends one message, with its length before it (RFC 5425 4.3). */
    void send(byte[] message) throws IOException {
        out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.write(message);
        out.flush();
    }

    /**
     * Listens for a second: a receiver that goes says so by ending the connection, and no receiver says anything else.
     *
     * @throws IOException if it has gone: what was sent last may be lost
     */
    void listen() throws IOException {
        try {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("the audit repository ended the connection");
            }
        } catch (SocketTimeoutException e) {
            // It is there and silent, as it should be.
        }
    }

    @Override
    public void close() throws IOException {
        // Not by the TLS layer, which would wait for a peer that does not read.
        plain.close();
    }
}
