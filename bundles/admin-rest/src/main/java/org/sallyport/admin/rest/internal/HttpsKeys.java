package org.sallyport.admin.rest.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;

/**
 * The key of the HTTPS port, in the folder {@code https} of the data folder: {@value #FILE} with key and certificates under a passphrase, and the
 * certificates alone in {@value #CERTIFICATE}. All are readable by the gateway's user only. One thread writes at a time.
 */
final class HttpsKeys {

    static final String FILE = "key.p12";
    static final String CERTIFICATE = "certificate.pem";
    static final String PASSPHRASE = "passphrase";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALIAS = "https";
    private static final int LONGEST = 1 << 20;

    private final Path folder;
    private final String passphrase;

    /** @param passphrase empty = the one in the file {@value #PASSPHRASE} */
    HttpsKeys(Path folder, String passphrase) {
        this.folder = folder;
        this.passphrase = passphrase;
    }

    /**
     * Key and certificates as they are used.
     *
     * @param chain our certificate first
     */
    record Pair(PrivateKey key, List<X509Certificate> chain) {

        Pair {
            chain = List.copyOf(chain);
        }

        X509Certificate certificate() {
            return chain.get(0);
        }

        /** In memory only. */
        KeyStore store(char[] password) throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, key, password, chain.toArray(X509Certificate[]::new));
            return store;
        }

        /** Shows no key. */
        @Override
        public String toString() {
            return "Pair[" + certificate().getSubjectX500Principal() + "]";
        }
    }

    Path certificateFile() {
        return folder.resolve(CERTIFICATE);
    }

    /** @return empty if none was made or taken over yet */
    Optional<Pair> load() throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        char[] secret = secret(false);
        try {
            if (Files.size(file) > LONGEST) {
                throw new IOException("it is longer than 1 MiB");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(Files.readAllBytes(file)), secret);
            Certificate @Nullable [] chain = store.getCertificateChain(ALIAS);
            if (chain == null || !(store.getKey(ALIAS, secret) instanceof PrivateKey key)) {
                throw new IOException("it holds no key of the name " + ALIAS);
            }
            return Optional.of(new Pair(
                    key, Arrays.stream(chain).map(X509Certificate.class::cast).toList()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException(
                    file + " cannot be opened: wrong passphrase (SALLYPORT_HTTPS_PASSPHRASE, or the file " + PASSPHRASE
                            + " beside it) or damaged file; make or import the certificate again",
                    e);
        } finally {
            Arrays.fill(secret, ' ');
        }
    }

    /** Durable on return. */
    void keep(Pair pair) throws IOException {
        char[] secret = secret(true);
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            pair.store(secret).store(bytes, secret);
            DataFolder.replace(folder.resolve(FILE), bytes.toByteArray());
            DataFolder.replace(certificateFile(), pem(pair.chain()));
        } catch (GeneralSecurityException e) {
            throw new IOException("the key cannot be kept", e);
        } finally {
            Arrays.fill(secret, ' ');
        }
    }

    static byte[] pem(List<X509Certificate> chain) throws IOException {
        StringBuilder text = new StringBuilder();
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        try {
            for (X509Certificate certificate : chain) {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(base64.encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("a certificate cannot be written", e);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private char[] secret(boolean make) throws IOException {
        if (!passphrase.isEmpty()) {
            return passphrase.toCharArray();
        }
        Path file = folder.resolve(PASSPHRASE);
        if (!Files.exists(file) && make) {
            byte[] random = new byte[24];
            RANDOM.nextBytes(random);
            DataFolder.replace(file, HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
        }
        if (!Files.isRegularFile(file) || Files.size(file) > 1024) {
            throw new IOException(
                    "no passphrase for the key of HTTPS: set SALLYPORT_HTTPS_PASSPHRASE or put it into " + file);
        }
        String secret = Files.readString(file).strip();
        if (secret.isEmpty()) {
            throw new IOException("the passphrase in " + file + " is empty: it would protect nothing");
        }
        return secret.toCharArray();
    }
}
