package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.MappingExchange;

/** Reads whom mappings are encrypted to, and the key of who takes them over. */
final class RecipientFiles {

    private static final int LONGEST = 1 << 20;
    private static final int LEAST_BITS = 2_048;
    private static final int MOST_BITS = 16_384;
    private static final String PEM = "-----BEGIN ";

    private RecipientFiles() {}

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

    /** @param files PEM or DER; who issued them is not looked at: that they are named is the officer's word */
    static List<X509Certificate> certificates(List<Path> files, Instant now) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        for (Path file : files) {
            byte[] content = content(file);
            try {
                for (Certificate one : CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(content))) {
                    all.add(checked(file, (X509Certificate) one, now));
                }
            } catch (CertificateException e) {
                throw new IOException(file + ": must hold certificates in PEM or DER and nothing else", e);
            }
        }
        if (all.isEmpty() || all.size() > MappingExchange.MOST_RECIPIENTS) {
            throw new IllegalArgumentException(
                    all.size() + " certificates: must be 1–" + MappingExchange.MOST_RECIPIENTS);
        }
        return all;
    }

    private static X509Certificate checked(Path file, X509Certificate certificate, Instant now) throws IOException {
        int bits = certificate.getPublicKey() instanceof RSAPublicKey key
                ? key.getModulus().bitLength()
                : 0;
        if (bits < LEAST_BITS || bits > MOST_BITS) {
            throw new IOException(file + ": its key must be RSA of " + LEAST_BITS + "–" + MOST_BITS + " bits");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())
                || now.isAfter(certificate.getNotAfter().toInstant())) {
            throw new IOException(file + ": it is valid from "
                    + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant() + ": ask its owner for a new one");
        }
        return certificate;
    }

    /** @param file PEM (PKCS#8 or PKCS#1) or PKCS#12 */
    static PrivateKey key(Path file, char[] passphrase) throws IOException {
        byte[] content = content(file);
        String text = new String(content, StandardCharsets.ISO_8859_1);
        PrivateKey key = text.contains(PEM) ? pem(file, text, passphrase) : pkcs12(file, content, passphrase);
        if (!(key instanceof RSAPrivateKey)) {
            throw new IOException(file + (key == null ? " holds no private key" : ": its key is not RSA"));
        }
        return key;
    }

    private static @Nullable PrivateKey pem(Path file, String text, char[] passphrase) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                PrivateKeyInfo info = info(object, passphrase);
                if (info != null) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
            return null;
        } catch (IOException | OperatorCreationException | PKCSException | RuntimeException e) {
            throw new IOException(
                    "the key of " + file
                            + (passphrase.length == 0 ? " needs its passphrase" : " is not opened by the passphrase")
                            + ", or is damaged",
                    e);
        }
    }

    private static @Nullable PrivateKeyInfo info(Object object, char[] passphrase)
            throws OperatorCreationException, PKCSException {
        if (object instanceof PrivateKeyInfo info) {
            return info;
        }
        if (object instanceof PEMKeyPair pair) {
            return pair.getPrivateKeyInfo();
        }
        if (object instanceof PKCS8EncryptedPrivateKeyInfo info) {
            return info.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(passphrase));
        }
        return null;
    }

    private static @Nullable PrivateKey pkcs12(Path file, byte[] content, char[] passphrase) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), passphrase);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, passphrase) instanceof PrivateKey key) {
                    return key;
                }
            }
            return null;
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException(file + " is neither PEM nor a PKCS#12 file that the passphrase opens", e);
        }
    }
}
