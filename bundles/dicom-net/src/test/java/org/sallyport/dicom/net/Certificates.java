package org.sallyport.dicom.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** Keys with certificates of their own, made by the JDK's keytool, as PKCS#12 and PEM. */
record Certificates(Path pkcs12, Path pem, Path certificate, Path key) {

    static final String PASSWORD = "changeit-1";

    /** @param names subject alternative names, as keytool takes them */
    static Certificates make(Path directory, String name, String names) throws Exception {
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

    private static Certificates pems(Path directory, String name, Path pkcs12)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(pkcs12)) {
            store.load(in, PASSWORD.toCharArray());
        }
        String certificate = block("CERTIFICATE", store.getCertificate("own").getEncoded());
        String key =
                block("PRIVATE KEY", store.getKey("own", PASSWORD.toCharArray()).getEncoded());
        Path certificateFile = Files.writeString(directory.resolve(name + "-cert.pem"), certificate);
        Path keyFile = Files.writeString(directory.resolve(name + "-key.pem"), key);
        Path both = Files.writeString(directory.resolve(name + ".pem"), "a comment\n" + key + certificate);
        return new Certificates(pkcs12, both, certificateFile, keyFile);
    }

    private static String block(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
