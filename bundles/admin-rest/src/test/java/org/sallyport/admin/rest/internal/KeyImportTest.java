package org.sallyport.admin.rest.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates in the forms that authorities give them in; one chain of three, RSA. */
class KeyImportTest {

    private static final char[] NONE = {};
    private static final Clock CLOCK = Clock.systemUTC();
    private static final KeyPair AUTHORITY = rsa(2_048);
    private static final KeyPair BETWEEN = rsa(2_048);
    private static final KeyPair OWN = rsa(2_048);

    private static List<X509Certificate> chain = List.of();

    @TempDir
    private Path folder;

    @BeforeAll
    static void sign() throws Exception {
        chain = List.of(
                certificate("CN=own", OWN, "CN=between", BETWEEN.getPrivate(), Duration.ofDays(10)),
                certificate("CN=between", BETWEEN, "CN=authority", AUTHORITY.getPrivate(), Duration.ofDays(10)),
                certificate("CN=authority", AUTHORITY, "CN=authority", AUTHORITY.getPrivate(), Duration.ofDays(10)));
    }

    private static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("JavaUtilDate") // The builder wants them.
    private static X509Certificate certificate(String subject, KeyPair of, String issuer, PrivateKey by, Duration left)
            throws Exception {
        Instant now = CLOCK.instant();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                new X500Name(issuer),
                                BigInteger.valueOf(System.nanoTime()),
                                Date.from(now.minus(Duration.ofDays(20))),
                                Date.from(now.plus(left)),
                                new X500Name(subject),
                                of.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withRSA").build(by)));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String pem(Object... objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        }
        return text.toString();
    }

    private HttpsKeys.Pair read(Path certificate, @Nullable Path key, String password) throws IOException {
        return KeyImport.read(certificate, key, password.toCharArray(), CLOCK);
    }

    @Test
    void aChainIsPutInOrderWhateverOrderItComesIn() throws Exception {
        Path all = file("all.pem", pem(chain.get(2), chain.get(0), OWN.getPrivate(), chain.get(1)));
        assertEquals(chain, read(all, null, "").chain());
        Path certificates = file("certificates.pem", pem(chain.get(1), chain.get(0)));
        Path key = file("key.pem", pem(OWN.getPrivate()));
        assertEquals(chain.subList(0, 2), read(certificates, key, "").chain());
    }

    /** PKCS#1 as {@code openssl genrsa} wrote it, PKCS#8 plain and encrypted. */
    @Test
    void keysComeInEveryFormThatOpensslWrites() throws Exception {
        Path certificates = file("certificates.pem", pem(chain.get(0)));
        String plain = pem(new JcaPKCS8Generator(OWN.getPrivate(), null));
        String encrypted = pem(new JcaPKCS8Generator(
                OWN.getPrivate(),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword("opens-it".toCharArray())
                        .build()));
        assertTrue(pem(OWN.getPrivate()).contains("BEGIN RSA PRIVATE KEY"));
        assertTrue(plain.contains("BEGIN PRIVATE KEY"));
        assertTrue(encrypted.contains("BEGIN ENCRYPTED PRIVATE KEY"));
        assertEquals(
                chain.subList(0, 1),
                read(certificates, file("1.pem", pem(OWN.getPrivate())), "").chain());
        assertEquals(
                chain.subList(0, 1),
                read(certificates, file("2.pem", plain), "").chain());
        Path sealed = file("3.pem", encrypted);
        assertEquals(chain.subList(0, 1), read(certificates, sealed, "opens-it").chain());
        for (String wrong : List.of("", "opens-not")) {
            IOException e = assertThrows(IOException.class, () -> read(certificates, sealed, wrong));
            assertTrue(String.valueOf(e.getMessage()).contains("3.pem"), e.getMessage());
            assertFalse(String.valueOf(e.getMessage()).contains("opens-not"), e.getMessage());
        }
    }

    @Test
    void pkcs12IsTaken() throws Exception {
        Path file = folder.resolve("own.p12");
        char[] password = "opens-it".toCharArray();
        try (OutputStream out = Files.newOutputStream(file)) {
            new HttpsKeys.Pair(OWN.getPrivate(), chain).store(password).store(out, password);
        }
        assertEquals(chain, read(file, null, "opens-it").chain());
        assertThrows(IOException.class, () -> read(file, null, "opens-not"));
    }

    @Test
    void whatCannotBeUsedIsNamed() throws Exception {
        Path key = file("key.pem", pem(OWN.getPrivate()));
        Path other = file("other.pem", pem(chain.get(1)));
        assertProblem("is the one of the key", other, key);
        KeyPair shortKey = rsa(1_024);
        assertProblem(
                "1024 bits",
                file(
                        "short.pem",
                        pem(
                                certificate("CN=s", shortKey, "CN=s", shortKey.getPrivate(), Duration.ofDays(1)),
                                shortKey.getPrivate())),
                null);
        assertProblem(
                "has expired",
                file(
                        "old.pem",
                        pem(certificate("CN=o", OWN, "CN=o", OWN.getPrivate(), Duration.ofDays(-1)), OWN.getPrivate())),
                null);
        assertProblem("holds no private key", file("no-key.pem", pem(chain.get(0))), null);
        assertProblem("neither PEM nor", file("text", "no key"), null);
        assertProblem("does not exist", folder.resolve("none"), null);
        assertProblem("longer than 1 MiB", file("long.pem", "-----BEGIN ".repeat(200_000)), null);
        assertProblem(
                "is damaged",
                file("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                null);
    }

    private void assertProblem(String text, Path certificate, @Nullable Path key) {
        IOException e = assertThrows(IOException.class, () -> KeyImport.read(certificate, key, NONE, CLOCK), text);
        assertTrue(String.valueOf(e.getMessage()).contains(text), e.getMessage());
    }

    /** Anything may be named by mistake. */
    @Test
    void noBytesMakeItFailOtherwise() throws Exception {
        java.util.Random random = new java.util.Random(1);
        byte[] good = pem(chain.get(0), OWN.getPrivate()).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 100; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(5) + 1; n > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("fuzz"), bad);
            try {
                KeyImport.read(file, null, NONE, CLOCK);
            } catch (IOException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("fuzz"), e.getMessage());
            }
        }
    }
}
