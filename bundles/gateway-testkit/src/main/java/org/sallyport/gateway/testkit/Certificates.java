package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
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

    private static Certificates make(Path directory, String name, String names, String begins)
            throws IOException, InterruptedException {
        Path pkcs12 = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        "own",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=" + names,
                        "-startdate",
                        begins,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        pkcs12.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
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

    /** SHA-256 of the certificate, in lower-case hexadecimal. */
    public String fingerprint() throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            byte[] encoded = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
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
