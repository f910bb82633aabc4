package org.sallyport.dicom.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.internal.KeyFiles;
import org.sallyport.dicom.net.internal.ValidNow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 and 1.2 as BCP 195 wants it (PS3.15 B.12): authenticated encryption and forward secrecy only. The files are looked at for each new
 * association and read again when they changed; if they cannot be used then, the last ones that could stay in use and the log says so.
 * Thread-safe.
 */
public final class Tls {

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** RFC 9325 4.2. */
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    };

    /** Versions that are spoken. */
    public static List<String> protocols() {
        return List.of(PROTOCOLS);
    }

    /** Cipher suites by preference; those that the Java platform lacks are left out of a handshake. */
    public static List<String> cipherSuites() {
        return List.of(SUITES);
    }

    /** Whether an acceptor asks for the requester's certificate. */
    public enum ClientAuthentication {
        NONE,
        /** Asked for; one that is given has to be trusted. */
        OPTIONAL,
        REQUIRED
    }

    /**
     * Files and rules. Each file is PKCS#12 or PEM, told by its content, 1 MiB at most.
     *
     * @param certificate our certificate with its chain, and the key unless that lies apart; null = none, for requesters only
     * @param key PEM file with the PKCS#8 key; null = in the file of the certificate
     * @param password of the PKCS#12 file or of the encrypted PEM key; empty = none. Not copied
     * @param trusted certificates that the peer's has to be one of or be signed by; null = those of the Java platform, for requesters only
     * @param trustedPassword of a PKCS#12 file; empty = none. Not copied
     * @param clientAuthentication for acceptors
     * @param checkHostName for requesters: whether the peer's certificate has to name the host that was asked for
     */
    public record Settings(
            @Nullable Path certificate,
            @Nullable Path key,
            char[] password,
            @Nullable Path trusted,
            char[] trustedPassword,
            ClientAuthentication clientAuthentication,
            boolean checkHostName) {

        /** Shows no password. */
        @Override
        public String toString() {
            return "Settings[certificate=" + certificate + ", key=" + key + ", trusted=" + trusted
                    + ", clientAuthentication=" + clientAuthentication + ", checkHostName=" + checkHostName + "]";
        }
    }

    private record Seen(long modified, long size, @Nullable Object fileKey) {}

    private final Settings settings;

    /** Whose context is used; null = our own. */
    private final @Nullable Supplier<SSLContext> lender;

    /** Guarded by this, as is the next. */
    private SSLContext context;

    private List<Seen> seen;

    /** Guarded by this. */
    private @Nullable String problem;

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read or used; the message names the file, never a password
     */
    public Tls(Settings settings) throws IOException {
        this.settings = settings;
        this.lender = null;
        this.seen = look();
        this.context = load();
    }

    private Tls(Supplier<SSLContext> lender, boolean checkHostName) {
        this.settings =
                new Settings(null, null, new char[0], null, new char[0], ClientAuthentication.NONE, checkHostName);
        this.lender = lender;
        this.seen = List.of();
        this.context = lender.get();
    }

    /**
     * For a requester, with keys and trusted certificates that somebody else keeps.
     *
     * @param contexts asked for each new association
     * @param checkHostName whether the peer's certificate has to name the host that was asked for
     */
    public static Tls by(Supplier<SSLContext> contexts, boolean checkHostName) {
        return new Tls(contexts, checkHostName);
    }

    /** By the files as they are now: for connections other than DICOM's, whose own rules of protocols and suites it does not hold. */
    public synchronized SSLContext context() {
        if (lender != null) {
            return lender.get();
        }
        try {
            List<Seen> now = look();
            if (!now.equals(seen)) {
                // Also if they cannot be used: once is enough to say so.
                seen = now;
                context = load();
                problem = null;
                LOG.info("TLS files changed: new connections use them");
            }
        } catch (IOException e) {
            problem = "changed TLS files cannot be used; the ones read before stay in use: " + e.getMessage();
            LOG.error(problem);
        }
        return context;
    }

    /** What is wrong with files that changed, for people; null = nothing. The files are looked at. */
    public synchronized @Nullable String problem() {
        context();
        return problem;
    }

    private List<Seen> look() throws IOException {
        List<Seen> all = new ArrayList<>();
        for (Path file : Arrays.asList(settings.certificate, settings.key, settings.trusted)) {
            if (file != null) {
                if (!Files.isReadable(file)) {
                    // Looks different from one that is there, so that it is read once it is.
                    all.add(new Seen(-1, -1, null));
                    continue;
                }
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                all.add(new Seen(found.lastModifiedTime().toMillis(), found.size(), found.fileKey()));
            }
        }
        return all;
    }

    private SSLContext load() throws IOException {
        try {
            KeyManager @Nullable [] keys = null;
            if (settings.certificate != null) {
                KeyStore store = KeyFiles.key(settings.certificate, settings.key, settings.password);
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store, KeyFiles.entryPassword(settings.password));
                keys = factory.getKeyManagers();
            }
            TrustManager @Nullable [] trust = null;
            if (settings.trusted != null) {
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(KeyFiles.trusted(settings.trusted, settings.trustedPassword));
                trust = ValidNow.wrap(factory.getTrustManagers());
            }
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(keys, trust, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up from " + settings + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if an acceptor cannot work with the settings */
    void checkAcceptor() {
        if (settings.certificate == null) {
            throw new IllegalArgumentException("TLS: who accepts associations needs a certificate");
        }
        if (settings.clientAuthentication != ClientAuthentication.NONE && settings.trusted == null) {
            throw new IllegalArgumentException(
                    "TLS: to check the certificates of requesters, name the file of those that are trusted");
        }
    }

    /** Puts TLS over a connection; the handshake is still to be made. Closing it closes the connection. */
    SSLSocket asRequester(Socket connected, String host) throws IOException {
        SSLSocket socket =
                (SSLSocket) context().getSocketFactory().createSocket(connected, host, connected.getPort(), true);
        SSLParameters parameters = parameters(socket);
        if (settings.checkHostName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    SSLSocket asAcceptor(Socket accepted) throws IOException {
        // Nothing was consumed of it yet.
        SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(accepted, null, true);
        socket.setUseClientMode(false);
        SSLParameters parameters = parameters(socket);
        switch (settings.clientAuthentication) {
            case REQUIRED -> parameters.setNeedClientAuth(true);
            case OPTIONAL -> parameters.setWantClientAuth(true);
            case NONE -> {
                // As it is.
            }
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static SSLParameters parameters(SSLSocket socket) {
        List<String> supported = Arrays.asList(socket.getSupportedCipherSuites());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(
                Arrays.stream(SUITES).filter(supported::contains).toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    @Override
    public String toString() {
        return "Tls[" + settings + "]";
    }
}
