package org.sallyport.gateway.support.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of a server. Redirections are not followed, so that credentials go nowhere else. A reply that comes before a body is sent whole (401, 413)
 * ends the sending and is heard. Each call runs on a thread of its own, because a thread that waits in a socket does not hear an interrupt, and ends
 * when its time is over, however lively the server trickles. Thread-safe.
 */
public final class HttpCalls implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpCalls.class);

    /** Read to keep the connection, and thrown away. */
    private static final int LONGEST_UNWANTED = 64 << 10;

    /** Within it a thread ends whose connection was closed, unless it hangs elsewhere. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /**
     * @param threads name of the threads; there are as many as calls at the same time
     * @param connect longest wait for a connection
     * @param read longest wait for the next bytes
     * @param longestReply bytes; a longer one is an error
     */
    public record Settings(String threads, Duration connect, Duration read, int longestReply) {}

    private final Settings settings;
    private final Clock clock;
    private final CloseableHttpClient client;
    private final ExecutorService senders;
    private final Set<HttpUriRequestBase> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param tls asked for each new connection; null = what Java trusts, and no certificate of ours */
    public HttpCalls(Settings settings, @Nullable Supplier<SSLContext> tls, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.client = HearingClient.open(settings.connect, settings.read, tls);
        this.senders = Executors.newCachedThreadPool(task -> new Thread(task, settings.threads));
    }

    /**
     * @param limit of the whole call
     * @param body whether the reply's body is wanted; if not, {@link Reply#body()} is empty
     * @throws InterruptedIOException if it did not end within the limit, or the server fell silent
     * @throws InterruptedException if interrupted, or closed meanwhile; the request is aborted then
     */
    public Reply call(HttpUriRequestBase request, Duration limit, boolean body)
            throws IOException, InterruptedException {
        String late = "no whole answer within " + limit.toSeconds() + " s";
        return run(
                request,
                response -> reply(request, response, body),
                late,
                reply -> reply.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    }

    /**
     * Ends when the read time-out passed without a byte sent: while the server takes what is sent it may take as long as it likes, for its reply it
     * has twice that time at most. Otherwise as {@link #call}; the body is wanted.
     */
    public Reply upload(HttpUriRequestBase request) throws IOException, InterruptedException {
        AtomicLong sent = new AtomicLong();
        request.setEntity(new CountedEntity(request.getEntity(), sent));
        return run(
                request, response -> reply(request, response, true), silence("taken or answered"), whileGrowing(sent));
    }

    /** Takes the body of a reply with status 200, on the thread of the call. */
    public interface BodyReader {

        /** @param length as told, or -1 */
        void read(InputStream body, long length) throws IOException;
    }

    /**
     * A reply whose body has any length. Ends when the read time-out passed without a byte received.
     *
     * @param read counts the bytes that the reader took, for the thread that waits
     * @return the reply; its body is empty if the reader took it
     * @throws IOException also what the reader throws
     * @throws InterruptedIOException if the server fell silent
     * @throws InterruptedException if interrupted, or closed meanwhile; the request is aborted then
     */
    public Reply download(HttpUriRequestBase request, BodyReader reader, AtomicLong read)
            throws IOException, InterruptedException {
        return run(request, response -> handOver(request, response, reader), silence("received"), whileGrowing(read));
    }

    private Reply handOver(HttpUriRequestBase request, ClassicHttpResponse response, BodyReader reader)
            throws IOException {
        HttpEntity entity = response.getEntity();
        if (response.getCode() != HttpStatus.SC_OK || entity == null) {
            return reply(request, response, true);
        }
        try (InputStream in = entity.getContent()) {
            reader.read(in, entity.getContentLength());
        } catch (IOException | RuntimeException e) {
            // Closing would read all the rest, however long it is.
            request.abort();
            throw e;
        }
        return new Reply(HttpStatus.SC_OK, type(entity.getContentType()), new byte[0], null);
    }

    private String silence(String what) {
        return "nothing " + what + " within " + settings.read.toSeconds() + " s";
    }

    /** Waits until the read time-out passes without a byte more. */
    private Wait whileGrowing(AtomicLong bytes) {
        return reply -> {
            long before = -1;
            while (true) {
                try {
                    return reply.get(settings.read.toNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    long now = bytes.get();
                    if (now == before) {
                        throw e;
                    }
                    before = now;
                }
            }
        };
    }

    private interface Wait {
        Reply until(Future<Reply> reply) throws InterruptedException, ExecutionException, TimeoutException;
    }

    private Reply run(HttpUriRequestBase request, HttpClientResponseHandler<Reply> taking, String late, Wait wait)
            throws IOException, InterruptedException {
        running.add(request);
        try {
            if (closed) {
                throw new InterruptedException("closed");
            }
            return await(request, senders.submit(() -> client.execute(request, taking)), late, wait);
        } finally {
            running.remove(request);
        }
    }

    private Reply await(HttpUriRequestBase request, Future<Reply> reply, String late, Wait wait)
            throws IOException, InterruptedException {
        try {
            return wait.until(reply);
        } catch (TimeoutException e) {
            abort(request, reply);
            throw new InterruptedIOException(late);
        } catch (InterruptedException e) {
            abort(request, reply);
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
        }
    }

    /** What the request reads from, and writes to, is the caller's: its thread has let go of it when this returns, if it can within the grace. */
    private static void abort(HttpUriRequestBase request, Future<Reply> reply) throws InterruptedException {
        request.abort();
        try {
            reply.get(GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("an aborted request ended by {}", e.getClass().getSimpleName());
        }
    }

    private Reply reply(HttpUriRequestBase request, ClassicHttpResponse response, boolean wanted) throws IOException {
        HttpEntity entity = response.getEntity();
        byte[] body = new byte[0];
        String type = "";
        if (entity != null) {
            type = type(entity.getContentType());
            int longest = wanted ? settings.longestReply : LONGEST_UNWANTED;
            try (InputStream in = entity.getContent()) {
                byte[] bytes = in.readNBytes(longest + 1);
                if (bytes.length > longest) {
                    // Closing would read all the rest, however long it is.
                    request.abort();
                    if (wanted) {
                        throw new IOException("the answer is longer than " + (longest >> 20) + " MiB");
                    }
                } else if (wanted) {
                    body = bytes;
                }
            }
        }
        return new Reply(response.getCode(), type, body, retryAfter(response));
    }

    private static String type(@Nullable String header) {
        if (header == null) {
            return "";
        }
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** Seconds or a date (RFC 9110 10.2.3); what asks for no pause at all is no reason to have none. */
    private @Nullable Duration retryAfter(ClassicHttpResponse response) {
        String value = header(response, HttpHeaders.RETRY_AFTER);
        if (value.matches("\\d{1,9}")) {
            return positive(Duration.ofSeconds(Long.parseLong(value)));
        }
        Instant until = date(value);
        if (until == null) {
            return null;
        }
        // By the server's own clock, if it tells: ours may be off by a day.
        Instant now = date(header(response, HttpHeaders.DATE));
        return positive(Duration.between(now == null ? clock.instant() : now, until));
    }

    /** @return empty = there is none */
    private static String header(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        String value = header == null ? null : header.getValue();
        return value == null ? "" : value.strip();
    }

    private static @Nullable Instant date(String value) {
        try {
            return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
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
}
