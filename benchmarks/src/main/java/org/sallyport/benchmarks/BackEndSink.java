package org.sallyport.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Stands in for the back end, as far as speed goes: lets everybody send, takes uploads and discards them. Thread-safe. */
final class BackEndSink implements AutoCloseable {

    private static final String CONFIGURATION = """
            {"id": "bench", "workspace_id": "bench", "name": "bench", "is_active": true, "nodes": [],
             "config": {"mode": "public", "enable_phi_anonymization": true}}
            """;
    private static final String NOTHING_HELD = "{\"sessions\": []}";
    private static final String ACCEPTED = "{\"id\": \"bench\", \"status\": \"processing\"}";
    private static final int BUFFER = 256 * 1024;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    /** One for each upload that ended. */
    private final Semaphore uploads = new Semaphore(0);

    BackEndSink() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://" + Receiver.HOST + ":" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                boolean sessions = exchange.getRequestURI().getPath().endsWith("/sessions");
                answer(exchange, 200, sessions ? NOTHING_HELD : CONFIGURATION);
                return;
            }
            discard(exchange.getRequestBody());
            answer(exchange, 201, ACCEPTED);
            uploads.release();
        }
    }

    private static void discard(InputStream body) throws IOException {
        byte[] buffer = new byte[BUFFER];
        while (body.read(buffer) >= 0) {
            // What came is of no interest.
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Waits for an upload that was not waited for yet. */
    void awaitUpload() throws IOException, InterruptedException {
        if (!uploads.tryAcquire(2, TimeUnit.MINUTES)) {
            throw new IOException("no upload within two minutes");
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
