package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.http.HttpsPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTPS port: open while there is a server and a certificate. Guarded by its monitor. */
final class Https implements HttpsPort, CertificatePage.ServerListener {

    private static final Logger LOG = LoggerFactory.getLogger(Https.class);
    private static final Duration SOON = Duration.ofDays(30);
    private static final HexFormat FINGERPRINT = HexFormat.ofDelimiter(":").withUpperCase();

    static final int OFF = -1;

    private final int port;
    private final HttpsKeys keys;
    private final Clock clock;

    private HttpsKeys.@Nullable Pair pair;
    private @Nullable Server server;
    private @Nullable HttpsConnector connector;
    private @Nullable String problem;

    /** @param port {@value #OFF} = HTTPS is off, a certificate may be made all the same; 0 = any free one */
    Https(int port, HttpsKeys keys, Clock clock) {
        this.port = port;
        this.keys = keys;
        this.clock = clock;
        try {
            pair = keys.load().orElse(null);
            warn();
        } catch (IOException e) {
            problem = e.getMessage();
            LOG.error("HTTPS: {}", e.getMessage());
        }
    }

    private void warn() {
        HttpsKeys.Pair current = pair;
        if (current == null) {
            if (port != OFF) {
                LOG.warn(
                        "HTTPS_PORT is set and there is no certificate: https:make-certificate makes one, https:import takes one over");
            }
            return;
        }
        if (current.certificate()
                .getNotAfter()
                .toInstant()
                .isBefore(clock.instant().plus(SOON))) {
            LOG.warn(
                    "the certificate of the HTTPS port expires at {}",
                    current.certificate().getNotAfter().toInstant());
        }
    }

    @Override
    public synchronized void serves(@Nullable Server current) {
        server = current;
        HttpsConnector open = connector;
        if (open != null && (current == null || !open.isOf(current))) {
            closeConnector(open);
        }
        open();
    }

    /** Says what is wrong; never throws. */
    private void open() {
        HttpsKeys.Pair current = pair;
        Server at = server;
        if (port == OFF || current == null || at == null || connector != null) {
            return;
        }
        try {
            HttpsConnector opened = new HttpsConnector(at, port, current);
            connector = opened;
            problem = null;
            LOG.info("HTTPS on port {}", opened.port());
        } catch (IOException e) {
            problem = "HTTPS_PORT " + port + " cannot be opened: " + e.getMessage();
            LOG.error(problem);
        }
    }

    private void closeConnector(HttpsConnector open) {
        connector = null;
        try {
            open.close();
        } catch (IOException e) {
            LOG.warn("{}: {}", e.getMessage(), String.valueOf(e.getCause()));
        }
    }

    @Override
    public Status make(List<String> names, int days) throws IOException {
        return use(SelfSigned.make(names, days, clock));
    }

    @Override
    public Status take(Path certificate, @Nullable Path key, char[] password) throws IOException {
        return use(KeyImport.read(certificate, key, password, clock));
    }

    private synchronized Status use(HttpsKeys.Pair next) throws IOException {
        keys.keep(next);
        pair = next;
        problem = null;
        HttpsConnector open = connector;
        if (open != null) {
            open.exchange(next);
            LOG.info("HTTPS: new connections get the new certificate");
        }
        open();
        if (port != OFF && connector == null && problem != null) {
            throw new IOException("the certificate is kept, but " + problem);
        }
        return status();
    }

    @Override
    public synchronized Status status() {
        HttpsKeys.Pair current = pair;
        String why = problem;
        if (why == null && port != OFF && connector == null) {
            why = current == null
                    ? "there is no certificate: https:make-certificate or https:import"
                    : "the HTTP service is not there";
        }
        HttpsConnector open = connector;
        return new Status(
                open != null ? open.port() : Math.max(port, 0),
                open != null,
                current == null ? null : certificate(current.certificate(), keys.certificateFile()),
                why);
    }

    private static Certificate certificate(X509Certificate certificate, Path file) {
        return new Certificate(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                names(certificate),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                fingerprint(certificate),
                file);
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream().map(name -> String.valueOf(name.get(1))).toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return FINGERPRINT.formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that is in use can be encoded", e);
        }
    }

    synchronized void close() {
        HttpsConnector open = connector;
        server = null;
        if (open != null) {
            closeConnector(open);
        }
    }
}
