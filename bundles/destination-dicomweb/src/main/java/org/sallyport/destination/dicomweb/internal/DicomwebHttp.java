package org.sallyport.destination.dicomweb.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.MonitoringResponseOutOfOrderStrategy;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Calls to one server. Redirections are not followed, so that credentials go nowhere else. A reply that comes before a request is through (401, 413)
 * ends the request and is heard. A request runs on a thread of its own, because a thread that waits in a socket does not hear an interrupt, and
 * ends after its limit, however lively the server trickles. Thread-safe.
 */
final class DicomwebHttp implements Closeable {

    static final int LONGEST_REPLY = 8 << 20;

    /** Read to keep the connection, and thrown away. */
    private static final int LONGEST_UNWANTED = 64 << 10;

    private static final Duration CONNECT = Duration.ofSeconds(8);
    private static final int MOST_CONNECTIONS = 20;

    /** Bytes. With TLS each look for an early reply takes a millisecond. */
    private static final long LISTEN_EVERY = 256 << 10;

    private final Clock clock;
    private final CloseableHttpClient client;
    private final Set<HttpUriRequestBase> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** As many threads as there are requests: deliveries at the same time, probes and tokens. */
    private final ExecutorService senders;

    /** @param tls null = what Java trusts */
    DicomwebHttp(String name, @Nullable SSLContext tls, Duration readTimeout, Clock clock) {
        this.clock = clock;
        this.senders = Executors.newCachedThreadPool(task -> new Thread(task, "dicomweb-" + name));
        Timeout read = Timeout.of(readTimeout);
        PoolingHttpClientConnectionManagerBuilder connections = new HearingConnections()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .responseOutOfOrderStrategy(
                                new MonitoringResponseOutOfOrderStrategy(LISTEN_EVERY, Long.MAX_VALUE))
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setSocketTimeout(read)
                        .build())
                .setMaxConnTotal(MOST_CONNECTIONS)
                .setMaxConnPerRoute(MOST_CONNECTIONS);
        if (tls != null) {
            connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(tls));
        }
        this.client = HttpClients.custom()
                .setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(read)
                        .setConnectionRequestTimeout(Timeout.of(CONNECT))
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Sallyport")
                .build();
    }

    /**
     * @param limit of the whole call
     * @param body whether the reply's body is wanted; if not, {@link Reply#body()} is empty
     * @throws InterruptedIOException if it did not end within the limit, or the server fell silent
     * @throws InterruptedException if interrupted, or closed meanwhile
     */
    Reply call(HttpUriRequestBase request, Duration limit, boolean body) throws IOException, InterruptedException {
        running.add(request);
        try {
            if (closed) {
                throw new InterruptedException("closed");
            }
            Future<Reply> reply =
                    senders.submit(() -> client.execute(request, response -> reply(request, response, body)));
            return reply.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            request.abort();
            throw new InterruptedIOException("no whole answer within " + limit.toSeconds() + " s");
        } catch (InterruptedException e) {
            request.abort();
            throw e;
        } catch (ExecutionException e) {
            if (closed) {
                throw new InterruptedException("closed");
            }
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IOException(e.getCause());
        } finally {
            running.remove(request);
        }
    }

    private Reply reply(HttpUriRequestBase request, ClassicHttpResponse response, boolean wanted) throws IOException {
        HttpEntity entity = response.getEntity();
        byte[] body = new byte[0];
        String type = "";
        if (entity != null) {
            type = type(entity.getContentType());
            int longest = wanted ? LONGEST_REPLY : LONGEST_UNWANTED;
            try (InputStream in = entity.getContent()) {
                byte[] bytes = in.readNBytes(longest + 1);
                if (bytes.length > longest) {
                    // Closing would read all the rest, however long it is.
                    request.abort();
                    if (wanted) {
                        throw new IOException("the answer is longer than 8 MiB");
                    }
                } else if (wanted) {
                    body = bytes;
                }
            }
        }
        return new Reply(response.getCode(), type, body, retryAfter(response.getFirstHeader(HttpHeaders.RETRY_AFTER)));
    }

    private static String type(@Nullable String header) {
        if (header == null) {
            return "";
        }
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** Seconds or a date (RFC 9110 10.2.3); what asks for no pause at all is no reason to have none. */
    private @Nullable Duration retryAfter(@Nullable Header header) {
        if (header == null) {
            return null;
        }
        String value = header.getValue().strip();
        if (value.matches("\\d{1,9}")) {
            return positive(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return positive(Duration.between(clock.instant(), date));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Duration positive(Duration pause) {
        return pause.isNegative() || pause.isZero() ? null : pause;
    }

    /** Ends what is being sent, for good. */
    @Override
    public void close() throws IOException {
        closed = true;
        running.forEach(HttpUriRequestBase::abort);
        senders.shutdown();
        client.close();
    }

    private static final class HearingConnections extends PoolingHttpClientConnectionManagerBuilder {

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver schemePortResolver, DnsResolver dnsResolver, TlsSocketStrategy tlsSocketStrategy) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> new HearingSocket(proxy == null ? Proxy.NO_PROXY : proxy),
                    schemePortResolver,
                    dnsResolver,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register("https", tlsSocketStrategy)
                            .build());
        }
    }
}
