package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key with a certificate of its own, made by the JDK's keytool.
 *
 * @param pkcs12 both, under {@link #PASSWORD}
 * @param pem both, key first
 * @param certificate the certificate alone, PEM
 * @param key the key alone, PEM
 */
public record Certificates(Path pkcs12, Path pem, Path certificate, Path key) {

    public static final String PASSWORD = "changeit-1";

    /**
     * For two days from now.
     *
     * @param names subject alternative names, as keytool takes them
     */
    public static Certificates make(Path directory, String name, String names)
            throws IOException, InterruptedException {
        return make(directory, name, names, "+0d");
    }

    /** Of a time that is over. */
    public static Certificates expired(Path directory, String name, String names)
            throws IOException, InterruptedException {
        return make(directory, name, names, "-9d");
    }

    /**
     * With an RSA key, for two days from now: of somebody whom something is encrypted for.
     *
     * @param more what keytool is told besides, such as {@code -startdate}
     */
    public static Certificates rsa(Path directory, String name, int bits, String... more)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-keyalg", "RSA", "-keysize", String.valueOf(bits)));
        options.addAll(List.of(more));
        return keytool(directory, name, options);
    }

    private static Certificates make(Path directory, String name, String names, String begins)
            throws IOException, InterruptedException {
        return keytool(
                directory,
                name,
                List.of("-keyalg", "EC", "-groupname", "secp256r1", "-ext", "san=" + names, "-startdate", begins));
    }

    private static Certificates keytool(Path directory, String name, List<String> options)
            throws IOException, InterruptedException {
        Path pkcs12 = directory.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "own",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                pkcs12.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(options);
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (InputStream in = keytool.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool: " + output);
        }
        return pems(directory, name, pkcs12);
    }

    private static Certificates pems(Path directory, String name, Path pkcs12) throws IOException {
        String certificate;
        String key;
        try {
            KeyStore store = KeyStore.getInstance(pkcs12.toFile(), PASSWORD.toCharArray());
            certificate = block("CERTIFICATE", store.getCertificate("own").getEncoded());
            key = block(
                    "PRIVATE KEY", store.getKey("own", PASSWORD.toCharArray()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException("what keytool made cannot be read", e);
        }
        Path certificateFile = Files.writeString(directory.resolve(name + "-cert.pem"), certificate);
        Path keyFile = Files.writeString(directory.resolve(name + "-key.pem"), key);
        Path both = Files.writeString(directory.resolve(name + ".pem"), "a comment\n" + key + certificate);
        return new Certificates(pkcs12, both, certificateFile, keyFile);
    }

    /** As it is in the file. */
    public X509Certificate x509() throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (GeneralSecurityException e) {
            throw new IOException("what keytool made cannot be read", e);
        }
    }

    public PrivateKey privateKey() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(pkcs12.toFile(), PASSWORD.toCharArray());
            return (PrivateKey) store.getKey("own", PASSWORD.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new IOException("what keytool made cannot be read", e);
        }
    }

    /** SHA-256 of the certificate, in lower-case hexadecimal. */
    public String fingerprint() throws IOException {
        try {
            byte[] encoded = x509().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
        } catch (GeneralSecurityException e) {
            throw new IOException("what keytool made cannot be read", e);
        }
    }

    private static String block(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
