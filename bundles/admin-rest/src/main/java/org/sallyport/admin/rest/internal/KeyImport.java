package org.sallyport.admin.rest.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/** Reads key and certificates as certificate authorities and OpenSSL give them. */
final class KeyImport {

    private static final int LONGEST = 1 << 20;
    private static final int SHORTEST_RSA = 2_048;
    private static final String PEM = "-----BEGIN ";
    private static final byte[] FITS = "do they fit?".getBytes(StandardCharsets.US_ASCII);

    private KeyImport() {}

    /** @param key null = in the file of the certificate */
    static HttpsKeys.Pair read(Path certificate, @Nullable Path key, char[] password, Clock clock) throws IOException {
        byte[] content = content(certificate);
        List<X509Certificate> certificates = new ArrayList<>();
        PrivateKey found;
        try {
            if (isPem(content)) {
                Path keyFile = key == null ? certificate : key;
                found = pem(certificate, content, password, certificates, key == null);
                if (key != null) {
                    found = pem(key, content(key), password, new ArrayList<>(), true);
                }
                if (found == null) {
                    throw new IOException(keyFile + " holds no private key");
                }
            } else {
                found = pkcs12(certificate, content, password, certificates);
            }
            return checked(certificate, found, certificates, clock);
        } catch (GeneralSecurityException e) {
            throw new IOException(certificate + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new IOException(file + " is longer than 1 MiB: it is no file of keys or certificates");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
    }

    private static boolean isPem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains(PEM);
    }

    /** @return the first key, if one is looked for; certificates are added to the list */
    private static @Nullable PrivateKey pem(
            Path file, byte[] content, char[] password, List<X509Certificate> certificates, boolean wantsKey)
            throws IOException, GeneralSecurityException {
        PrivateKey key = null;
        try (PEMParser parser = new PEMParser(new StringReader(new String(content, StandardCharsets.ISO_8859_1)))) {
            for (Object object = next(file, parser); object != null; object = next(file, parser)) {
                if (object instanceof X509CertificateHolder holder) {
                    certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
                } else if (wantsKey && key == null) {
                    key = key(file, object, password);
                }
            }
        }
        return key;
    }

    private static @Nullable Object next(Path file, PEMParser parser) throws IOException {
        try {
            return parser.readObject();
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static @Nullable PrivateKey key(Path file, Object object, char[] password) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try {
            if (object instanceof PrivateKeyInfo info) {
                return converter.getPrivateKey(info);
            }
            if (object instanceof PEMKeyPair pair) {
                return converter.getPrivateKey(pair.getPrivateKeyInfo());
            }
            if (object instanceof PKCS8EncryptedPrivateKeyInfo info) {
                return converter.getPrivateKey(info.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                        .setProvider(new BouncyCastleProvider())
                        .build(password)));
            }
            if (object instanceof PEMEncryptedKeyPair pair) {
                return converter.getPrivateKey(pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(new BouncyCastleProvider())
                                .build(password))
                        .getPrivateKeyInfo());
            }
            // Parameters of a curve, a request, a list: nothing that is needed.
            return null;
        } catch (OperatorCreationException | PKCSException | IOException e) {
            throw new IOException(
                    "the key of " + file
                            + (password.length == 0 ? " needs its passphrase" : " is not opened by the passphrase")
                            + ", or is damaged",
                    e);
        }
    }

    private static PrivateKey pkcs12(Path file, byte[] content, char[] password, List<X509Certificate> certificates)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(new ByteArrayInputStream(content), password);
        } catch (IOException e) {
            throw new IOException(file + " is neither PEM nor a PKCS#12 file that the passphrase opens", e);
        }
        for (String alias : Collections.list(store.aliases())) {
            Certificate @Nullable [] chain = store.getCertificateChain(alias);
            if (chain != null && store.getKey(alias, password) instanceof PrivateKey key) {
                Arrays.stream(chain).map(X509Certificate.class::cast).forEach(certificates::add);
                return key;
            }
        }
        throw new IOException(file + " holds no private key with its certificate");
    }

    private static HttpsKeys.Pair checked(Path file, PrivateKey key, List<X509Certificate> certificates, Clock clock)
            throws IOException, GeneralSecurityException {
        X509Certificate own = null;
        for (X509Certificate certificate : certificates) {
            if (fits(key, certificate.getPublicKey())) {
                own = certificate;
                break;
            }
        }
        if (own == null) {
            throw new IOException("no certificate in " + file + " is the one of the key");
        }
        if (own.getNotAfter().toInstant().isBefore(clock.instant())) {
            throw new IOException("the certificate in " + file + " has expired");
        }
        if (own.getPublicKey() instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SHORTEST_RSA) {
            throw new IOException("the key has " + rsa.getModulus().bitLength() + " bits: RSA needs " + SHORTEST_RSA);
        }
        return new HttpsKeys.Pair(key, chain(own, certificates));
    }

    /** Ours first, then whoever signed it, as TLS wants it (RFC 8446 4.4.2); what does not belong there is left out. */
    private static List<X509Certificate> chain(X509Certificate own, List<X509Certificate> all) {
        List<X509Certificate> chain = new ArrayList<>(List.of(own));
        List<X509Certificate> left = new ArrayList<>(all);
        left.remove(own);
        for (X509Certificate last = own; last != null; ) {
            X509Certificate current = last;
            last = left.stream()
                    .filter(next -> next.getSubjectX500Principal().equals(current.getIssuerX500Principal()))
                    .findFirst()
                    .orElse(null);
            if (last != null) {
                left.remove(last);
                chain.add(last);
            }
        }
        return chain;
    }

    private static boolean fits(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC", "ECDSA" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(FITS);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(FITS);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // Of another kind, or on another curve.
            return false;
        }
    }
}
