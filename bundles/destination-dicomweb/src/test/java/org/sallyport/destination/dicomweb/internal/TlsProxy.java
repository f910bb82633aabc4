package org.sallyport.destination.dicomweb.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** OpenSSL in front of a server in the clear, by Python: takes only clients with a certificate that is trusted. */
final class TlsProxy implements AutoCloseable {

    private static final String SCRIPT = """
            import socket, ssl, sys, threading
            certificate, trusted, target = sys.argv[1], sys.argv[2], int(sys.argv[3])
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            context.load_verify_locations(trusted)
            context.verify_mode = ssl.CERT_REQUIRED
            listener = socket.create_server(("127.0.0.1", 0))
            print(listener.getsockname()[1], flush=True)

            def copy(source, sink):
                try:
                    while data := source.recv(65536):
                        sink.sendall(data)
                except OSError:
                    pass
                for one in (source, sink):
                    try:
                        one.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass

            def serve(plain):
                try:
                    client = context.wrap_socket(plain, server_side=True)
                except OSError:
                    plain.close()
                    return
                server = socket.create_connection(("127.0.0.1", target))
                threading.Thread(target=copy, args=(client, server), daemon=True).start()
                copy(server, client)

            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
            """;

    private final Process process;
    private final int port;

    TlsProxy(Path folder, Path certificate, Path trusted, int target) throws IOException {
        Path script = Files.writeString(folder.resolve("proxy.py"), SCRIPT);
        process = new ProcessBuilder(
                        "python3",
                        script.toString(),
                        certificate.toString(),
                        trusted.toString(),
                        String.valueOf(target))
                .redirectError(folder.resolve("proxy.err").toFile())
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the proxy did not start: " + Files.readString(folder.resolve("proxy.err")));
        }
        port = Integer.parseInt(line);
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
