package org.sallyport.dicom.net.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Keys and certificates from PKCS#12 and PEM files. */
public final class KeyFiles {

    private static final int LONGEST = 1 << 20;
    private static final String PEM = "-----BEGIN ";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----", Pattern.DOTALL);

    /** The JDK wants one for a key store that holds a key; the store is in memory only. */
    private static final char[] IN_MEMORY = "in-memory".toCharArray();

    private static final byte[] FITS = "do they fit?".getBytes(StandardCharsets.US_ASCII);

    private KeyFiles() {}

    /** What the entries of {@link #key} are protected by. */
    public static char[] entryPassword(char[] password) {
        return password.length == 0 ? IN_MEMORY : password;
    }

    /**
     * Our certificate and key.
     *
     * @param key null = in the same file
     */
    public static KeyStore key(Path certificate, @Nullable Path key, char[] password)
            throws IOException, GeneralSecurityException {
        byte[] content = read(certificate);
        if (!isPem(content)) {
            KeyStore store = pkcs12(certificate, content, password);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    return store;
                }
            }
            throw new IOException(certificate + " holds no key: a PKCS#12 file with key and certificate is needed");
        }
        List<Certificate> chain = certificates(content);
        if (chain.isEmpty()) {
            throw new IOException(certificate + " holds no certificate");
        }
        Path keyFile = key == null ? certificate : key;
        PrivateKey found = privateKey(keyFile, key == null ? content : read(key), password);
        if (!fits(found, chain.get(0).getPublicKey())) {
            throw new IOException(
                    "the key of " + keyFile + " is not the one of the first certificate of " + certificate);
        }
        KeyStore store = empty();
        store.setKeyEntry("own", found, entryPassword(password), chain.toArray(Certificate[]::new));
        return store;
    }

    /** Whether what one signs the other verifies: while files are exchanged one by one, key and certificate may be of different pairs. */
    private static boolean fits(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
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

    /** The certificates that are trusted. */
    public static KeyStore trusted(Path file, char[] password) throws IOException, GeneralSecurityException {
        byte[] content = read(file);
        KeyStore store;
        if (isPem(content)) {
            store = empty();
            for (Certificate certificate : certificates(content)) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
        } else {
            store = pkcs12(file, content, password);
        }
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)) {
                return store;
            }
        }
        throw new IOException(
                file + " holds no trusted certificate: use PEM, or a PKCS#12 file made by keytool -importcert");
    }

    private static byte[] read(Path file) throws IOException {
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
        // As text that is nothing else in any encoding that PEM comes in.
        return new String(content, StandardCharsets.ISO_8859_1).contains(PEM);
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static KeyStore pkcs12(Path file, byte[] content, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(new ByteArrayInputStream(content), password);
        } catch (IOException e) {
            throw new IOException(file + " is neither PEM nor a PKCS#12 file that the password opens", e);
        }
        return store;
    }

    private static List<Certificate> certificates(byte[] content) throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> all = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(new String(content, StandardCharsets.ISO_8859_1));
        while (blocks.find()) {
            if (block(blocks, 1).equals("CERTIFICATE")) {
                all.add(factory.generateCertificate(new ByteArrayInputStream(decode(blocks))));
            }
        }
        return all;
    }

    private static PrivateKey privateKey(Path file, byte[] content, char[] password)
            throws IOException, GeneralSecurityException {
        Matcher blocks = BLOCK.matcher(new String(content, StandardCharsets.ISO_8859_1));
        while (blocks.find()) {
            switch (block(blocks, 1)) {
                case "PRIVATE KEY" -> {
                    return pkcs8(file, new PKCS8EncodedKeySpec(decode(blocks)));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return pkcs8(file, decrypt(file, decode(blocks), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                    throw new IOException(file + " holds a key in the old form of OpenSSL: turn it into PKCS#8 with"
                            + " openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
                default -> {
                    // Certificates may stand in the same file.
                }
            }
        }
        throw new IOException(file + " holds no private key (PEM, PKCS#8)");
    }

    private static PKCS8EncodedKeySpec decrypt(Path file, byte[] encrypted, char[] password) throws IOException {
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted);
            // The name of the algorithm says PBES2 only; the parameters say which.
            String algorithm = String.valueOf(info.getAlgParameters());
            SecretKeyFactory factory = SecretKeyFactory.getInstance(algorithm);
            PBEKeySpec spec = new PBEKeySpec(password);
            try {
                return info.getKeySpec(factory.generateSecret(spec));
            } finally {
                spec.clearPassword();
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException("the password does not open the key of " + file + ", or that is damaged", e);
        }
    }

    private static PrivateKey pkcs8(Path file, PKCS8EncodedKeySpec spec) throws IOException, GeneralSecurityException {
        IOException none = new IOException(file + " holds a key that is neither RSA nor EC nor Ed25519");
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Not of this kind: the JDK does not tell the kind from the encoding.
                none.addSuppressed(e);
            }
        }
        throw none;
    }

    private static String block(Matcher blocks, int group) {
        String found = blocks.group(group);
        return found == null ? "" : found;
    }

    private static byte[] decode(Matcher blocks) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(block(blocks, 2));
        } catch (IllegalArgumentException e) {
            throw new IOException("a " + block(blocks, 1) + " block is no base 64", e);
        }
    }
}
