package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates made by {@code keytool} for one test. */
final class TestKeys {

    static final String PASSWORD = "changeit-71";

    private final Path folder;

    TestKeys(Path folder) {
        this.folder = folder;
    }

    /** A key with a certificate of its own, for 127.0.0.1. */
    Path key(String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name)
                .run("-ext", "SAN=ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", file.toString());
        return file;
    }

    /** The certificate alone, as PEM. */
    Path certificate(Path key, String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".pem");
        keytool("-exportcert", "-rfc", "-alias", name).run("-keystore", key.toString(), "-file", file.toString());
        return file;
    }

    /** The certificate alone, in a trust store. */
    Path trusting(Path certificate, String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name + "-trust.p12");
        keytool("-importcert", "-noprompt", "-alias", name)
                .run("-storetype", "PKCS12", "-keystore", file.toString(), "-file", certificate.toString());
        return file;
    }

    private interface Tool {
        void run(String... more) throws IOException, InterruptedException;
    }

    private static Tool keytool(String... arguments) {
        return more -> {
            List<String> command = new java.util.ArrayList<>();
            command.add(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
            command.addAll(List.of(arguments));
            command.addAll(List.of("-storepass", PASSWORD));
            command.addAll(List.of(more));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("keytool: " + output);
            }
        };
    }

    /** Listens with a key; with {@code trusted}, to clients that have its certificate only. */
    static ServerSocketFactory listening(Path key, @org.jspecify.annotations.Nullable Path trusted) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(key.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
        TrustManagerFactory trust = null;
        if (trusted != null) {
            trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(KeyStore.getInstance(trusted.toFile(), PASSWORD.toCharArray()));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust == null ? null : trust.getTrustManagers(), null);
        SSLServerSocketFactory factory = context.getServerSocketFactory();
        boolean needsClient = trusted != null;
        return new ServerSocketFactory() {
            @Override
            public java.net.ServerSocket createServerSocket(int port) throws IOException {
                return factory.createServerSocket(port);
            }

            @Override
            public java.net.ServerSocket createServerSocket(int port, int backlog) throws IOException {
                return factory.createServerSocket(port, backlog);
            }

            @Override
            public java.net.ServerSocket createServerSocket(int port, int backlog, java.net.InetAddress address)
                    throws IOException {
                SSLServerSocket socket = (SSLServerSocket) factory.createServerSocket(port, backlog, address);
                socket.setNeedClientAuth(needsClient);
                return socket;
            }
        };
    }
}
