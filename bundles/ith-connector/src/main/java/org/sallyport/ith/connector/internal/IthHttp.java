package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
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
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the back end, each with {@code X-Proxy-Key}. Redirections are not followed, so that the key goes nowhere else. A reply that comes
 * before an upload is through (401, 413) ends the upload and is heard. An upload runs on a thread of its own, because a thread that waits in a
 * socket does not hear an interrupt. A call ends when its time is over,
 * however lively the back end trickles. Thread-safe.
 */
final class IthHttp implements Closeable {

    private static final int LONGEST_REPLY = 1 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int MOST_CONNECTIONS = 20;

    /** Bytes. With TLS each look for an early reply takes a millisecond. */
    private static final long LISTEN_EVERY = 256 << 10;

    private final IthSettings settings;
    private final Clock clock;
    private final CloseableHttpClient client;
    private final ExecutorService senders = Executors.newCachedThreadPool(task -> new Thread(task, "ith-upload"));

    IthHttp(IthSettings settings, Clock clock) {
        this(settings, clock, null);
    }

    /** @param tls for tests; null = what Java trusts */
    IthHttp(IthSettings settings, Clock clock, @Nullable SSLContext tls) {
        this.settings = settings;
        this.clock = clock;
        Timeout read = Timeout.of(settings.readTimeout());
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
     * @throws InterruptedIOException if it did not end within the limit, or the back end fell silent
     * @throws InterruptedException if interrupted; the request is aborted then
     */
    Reply get(String path, Duration limit) throws IOException, InterruptedException {
        HttpGet request = new HttpGet(settings.base() + path);
        Future<Reply> reply = senders.submit(() -> execute(request));
        try {
            return outcome(request, reply, limit);
        } catch (TimeoutException e) {
            throw tooLate(request);
        }
    }

    /**
     * Ends when the read time-out passed without a byte sent: while the back end takes what is sent it may take as long as it likes, for its reply it
     * has twice that time at most.
     *
     * @param started hears of the request before it is sent; {@code abort()} on it ends the call from another thread
     * @throws InterruptedIOException if the back end took too long
     * @throws InterruptedException if interrupted; the request is aborted then
     */
    Reply post(String path, HttpEntity entity, Consumer<HttpUriRequestBase> started)
            throws IOException, InterruptedException {
        HttpPost request = new HttpPost(settings.base() + path);
        AtomicLong sent = new AtomicLong();
        request.setEntity(new Counted(entity, sent));
        started.accept(request);
        Future<Reply> reply = senders.submit(() -> execute(request));
        long before = -1;
        while (true) {
            try {
                return outcome(request, reply, settings.readTimeout());
            } catch (TimeoutException e) {
                long now = sent.get();
                if (now == before) {
                    throw tooLate(request);
                }
                before = now;
            }
        }
    }

    /** Takes the body of a reply with status 200. */
    interface BodyReader {

        /** @param length as told, or -1 */
        void read(InputStream body, long length) throws IOException;
    }

    /**
     * A reply whose body has any length. Ends when the read time-out passed without a byte received.
     *
     * @param read counts the bytes that were taken, for the thread that waits
     * @return the reply; its body is empty if it was taken by the reader
     * @throws InterruptedIOException if the back end fell silent
     * @throws InterruptedException if interrupted; the request is aborted then
     */
    Reply download(String path, BodyReader reader, AtomicLong read) throws IOException, InterruptedException {
        HttpGet request = new HttpGet(settings.base() + path);
        request.setHeader("X-Proxy-Key", settings.token());
        request.setHeader(HttpHeaders.ACCEPT, "application/zip, application/json");
        Future<Reply> reply = senders.submit(() -> client.execute(request, response -> {
            HttpEntity entity = response.getEntity();
            if (response.getCode() != 200 || entity == null) {
                return reply(request, response);
            }
            try (InputStream in = entity.getContent()) {
                reader.read(in, entity.getContentLength());
            } catch (IOException | RuntimeException e) {
                // Closing would read all the rest, however long it is.
                request.abort();
                throw e;
            }
            return new Reply(200, "", null);
        }));
        long before = -1;
        while (true) {
            try {
                return outcome(request, reply, settings.readTimeout());
            } catch (TimeoutException e) {
                long now = read.get();
                if (now == before) {
                    throw tooLate(request);
                }
                before = now;
            }
        }
    }

    private static InterruptedIOException tooLate(HttpUriRequestBase request) {
        request.abort();
        return new InterruptedIOException("the back end took too long");
    }

    private static Reply outcome(HttpUriRequestBase request, Future<Reply> reply, Duration limit)
            throws IOException, InterruptedException, TimeoutException {
        try {
            return reply.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            request.abort();
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IOException(e.getCause());
        }
    }

    private Reply execute(HttpUriRequestBase request) throws IOException {
        request.setHeader("X-Proxy-Key", settings.token());
        request.setHeader(HttpHeaders.ACCEPT, "application/json");
        return client.execute(request, response -> reply(request, response));
    }

    private Reply reply(HttpUriRequestBase request, ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        String body = "";
        if (entity != null) {
            try (InputStream in = entity.getContent()) {
                byte[] bytes = in.readNBytes(LONGEST_REPLY + 1);
                if (bytes.length > LONGEST_REPLY) {
                    // Closing would read all the rest, however long it is.
                    request.abort();
                    throw new IOException("the back end's reply is longer than 1 MiB");
                }
                body = new String(bytes, StandardCharsets.UTF_8);
            }
        }
        return new Reply(response.getCode(), body, retryAfter(response.getFirstHeader(HttpHeaders.RETRY_AFTER)));
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

    @Override
    public void close() throws IOException {
        senders.shutdown();
        client.close();
    }

    /** Counts what is sent, for the thread that waits. */
    private static final class Counted extends HttpEntityWrapper {

        private final AtomicLong sent;

        Counted(HttpEntity entity, AtomicLong sent) {
            super(entity);
            this.sent = sent;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            super.writeTo(new java.io.FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    this.out.write(bytes, offset, length);
                    sent.addAndGet(length);
                }

                @Override
                public void write(int b) throws IOException {
                    this.out.write(b);
                    sent.incrementAndGet();
                }
            });
        }
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
