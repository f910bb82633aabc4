package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.jspecify.annotations.Nullable;

/** The API behind HTTP on a port of its own, loopback only. Its clock stands until it is moved. */
final class ApiServer {

    static final String FRONT_END = "https://front.example";

    /** As shipped, with a small limit, and this machine as the proxy that takes TLS off. */
    static final ApiSettings SETTINGS = new ApiSettings("1.2.3", true, Set.of(FRONT_END), Set.of(), 1_000, 20);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param body parsed; missing = none */
    record Reply(int status, JsonNode body, HttpResponse<String> http) {

        @Nullable
        String header(String name) {
            return http.headers().firstValue(name).orElse(null);
        }
    }

    final FakeParts parts = new FakeParts();
    final AtomicLong nanos = new AtomicLong();
    private final Server server = new Server();
    private final int port;
    private final HttpClient client = HttpClient.newHttpClient();

    ApiServer(ApiSettings settings) throws Exception {
        ServerConnector connector = new ServerConnector(server);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler();
        Api api = new Api(settings, parts, Clock.fixed(FakeParts.NOW, ZoneOffset.UTC), nanos::get);
        handler.addServlet(new ServletHolder(new ApiServlet(api, settings.tlsProxies())), "/api/*");
        server.setHandler(handler);
        server.start();
        this.port = connector.getLocalPort();
    }

    /** As an admitted caller on this machine. */
    Reply post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body, Map.of("Authorization", "Bearer " + FakeParts.GOOD_TOKEN));
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, Map.of("Authorization", "Bearer " + FakeParts.GOOD_TOKEN));
    }

    Reply send(String method, String path, @Nullable String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null && !headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), JSON.readTree(response.body()), response);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    void stop() throws Exception {
        server.stop();
    }
}
