package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What TLS needs, from files. */
final class TlsFiles {

    private static final long LONGEST = 4 << 20;

    private TlsFiles() {}

    /**
     * @param clientCertificate PKCS#12, or empty
     * @param trusted PKCS#12 ({@code .p12}, {@code .pfx}) or PEM, or empty = what Java trusts
     * @return null if neither is given
     * @throws IllegalArgumentException naming the key and the file, never a password
     */
    static @Nullable SSLContext context(
            String clientCertificate, String clientPassword, String trusted, String trustPassword) {
        if (clientCertificate.isEmpty() && trusted.isEmpty()) {
            return null;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    clientCertificate.isEmpty() ? null : keys(clientCertificate, clientPassword),
                    trusted.isEmpty() ? null : trust(trusted, trustPassword),
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "TLS cannot be set up: " + e.getClass().getSimpleName(), e);
        }
    }

    private static KeyManager[] keys(String file, String password) throws GeneralSecurityException {
        KeyStore store = pkcs12("client-certificate", file, password);
        boolean holdsKey = false;
        for (String alias : java.util.Collections.list(store.aliases())) {
            holdsKey |= store.isKeyEntry(alias);
        }
        if (!holdsKey) {
            throw new IllegalArgumentException("client-certificate: " + file + " holds no private key");
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password.toCharArray());
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(String file, String password) throws GeneralSecurityException {
        String name = file.toLowerCase(Locale.ROOT);
        KeyStore store =
                name.endsWith(".p12") || name.endsWith(".pfx") ? pkcs12("trust-store", file, password) : pem(file);
        boolean holdsCertificate = false;
        for (String alias : java.util.Collections.list(store.aliases())) {
            holdsCertificate |= store.isCertificateEntry(alias);
        }
        if (!holdsCertificate) {
            throw new IllegalArgumentException("trust-store: " + file + " holds no certificate to trust");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore pkcs12(String key, String file, String password) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = open(key, file)) {
            store.load(in, password.toCharArray());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    key + ": " + file + " cannot be opened (" + e.getClass().getSimpleName()
                            + "): is it PKCS#12, and is ." + key + "-password right?",
                    e);
        }
        return store;
    }

    private static KeyStore pem(String file) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = open("trust-store", file)) {
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + number++, certificate);
            }
        } catch (IOException | java.security.cert.CertificateException e) {
            throw new IllegalArgumentException(
                    "trust-store: " + file + " cannot be read (" + e.getClass().getSimpleName()
                            + "): must be PEM, or PKCS#12 named .p12 or .pfx",
                    e);
        }
        return store;
    }

    private static InputStream open(String key, String file) throws IOException {
        Path path = Path.of(file);
        if (Files.size(path) > LONGEST) {
            throw new IllegalArgumentException(key + ": " + file + " is larger than 4 MiB");
        }
        return Files.newInputStream(path);
    }
}
