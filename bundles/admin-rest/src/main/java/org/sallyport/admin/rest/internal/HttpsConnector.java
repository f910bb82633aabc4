package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.security.GeneralSecurityException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * An HTTPS port of the server that Karaf's HTTP service runs: what is registered there is served here too. TLS 1.3 and 1.2 with authenticated encryption
 * and forward secrecy only (RFC 9325). Its key is exchanged while connections run. Owned by one thread at a time.
 */
final class HttpsConnector {

    private static final String HTTP = "http/1.1";
    private static final int HEADER_BYTES = 16 << 10;
    private static final long IDLE_MILLIS = 30_000;

    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    };

    /** The key store is in memory only; Java wants a password for it all the same. */
    private static final String IN_MEMORY = "in-memory";

    private final Server server;
    private final SslContextFactory.Server tls;
    private final ServerConnector connector;

    /**
     * Opens the port.
     *
     * @throws IOException if it cannot be opened, or the key not be used
     */
    HttpsConnector(Server server, int port, HttpsKeys.Pair pair) throws IOException {
        this.server = server;
        this.tls = new SslContextFactory.Server();
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        tls.setIncludeCipherSuites(SUITES);
        tls.setRenegotiationAllowed(false);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        // Which of our names a caller uses is the caller's to check.
        http.addCustomizer(new SecureRequestCustomizer(false));
        // One thread accepts, one looks for data.
        this.connector = new ServerConnector(
                server, null, null, null, 1, 1, new SslConnectionFactory(tls, HTTP), new HttpConnectionFactory(http));
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setName("https");
        try {
            use(tls, pair);
            server.addConnector(connector);
            connector.start();
        } catch (Exception e) {
            server.removeConnector(connector);
            throw e instanceof IOException failed ? failed : new IOException("HTTPS cannot be set up", e);
        }
    }

    private static void use(SslContextFactory.Server tls, HttpsKeys.Pair pair)
            throws GeneralSecurityException, IOException {
        tls.setKeyStore(pair.store(IN_MEMORY.toCharArray()));
        tls.setKeyStorePassword(IN_MEMORY);
    }

    /** For new connections. */
    void exchange(HttpsKeys.Pair pair) throws IOException {
        try {
            tls.reload(factory -> {
                try {
                    use(tls, pair);
                } catch (GeneralSecurityException | IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (Exception e) {
            throw new IOException("the new key cannot be used; the one before stays in use", e);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    boolean isOf(Server other) {
        return server == other;
    }

    /** Ends its connections too. */
    void close() throws IOException {
        try {
            connector.stop();
        } catch (Exception e) {
            throw new IOException("the HTTPS port cannot be closed", e);
        } finally {
            server.removeConnector(connector);
        }
    }
}
