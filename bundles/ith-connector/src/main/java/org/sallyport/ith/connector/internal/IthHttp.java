package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.support.http.HttpCalls;
import org.sallyport.gateway.support.http.Reply;

/** Calls to the back end, with {@code X-Proxy-Key} but for those made as a person. Thread-safe. */
final class IthHttp implements Closeable {

    private static final String KEY = "X-Proxy-Key";
    private static final int LONGEST_REPLY = 1 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final IthSettings settings;
    private final HttpCalls calls;

    IthHttp(IthSettings settings, Clock clock) {
        this(settings, clock, null);
    }

    /** @param tls for tests; null = what Java trusts */
    IthHttp(IthSettings settings, Clock clock, @Nullable Supplier<SSLContext> tls) {
        this.settings = settings;
        this.calls = new HttpCalls(
                new HttpCalls.Settings("ith-upload", CONNECT, settings.readTimeout(), LONGEST_REPLY), tls, clock);
    }

    /**
     * @param limit of the whole call
     * @throws java.io.InterruptedIOException if it did not end within the limit, or the back end fell silent
     * @throws InterruptedException if interrupted; the request is aborted then
     */
    Reply get(String path, Duration limit) throws IOException, InterruptedException {
        return calls.call(withKey(new HttpGet(settings.base() + path)), limit, true);
    }

    /**
     * The same as a person, with the person's token. The gateway's key is not sent: the back end might answer to that.
     *
     * @param token as a header holds it
     */
    Reply getAs(String token, String path, Duration limit) throws IOException, InterruptedException {
        HttpGet request = new HttpGet(settings.base() + path);
        request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        request.setHeader(HttpHeaders.ACCEPT, "application/json");
        return calls.call(request, limit, true);
    }

    /**
     * @param started hears of the request before it is sent; {@code abort()} on it ends the call from another thread
     * @see HttpCalls#upload
     */
    Reply post(String path, HttpEntity entity, Consumer<HttpUriRequestBase> started)
            throws IOException, InterruptedException {
        HttpPost request = new HttpPost(settings.base() + path);
        request.setEntity(entity);
        started.accept(request);
        return calls.upload(withKey(request));
    }

    /** Of an archive. @see HttpCalls#download */
    Reply download(String path, HttpCalls.BodyReader reader, AtomicLong read) throws IOException, InterruptedException {
        HttpUriRequestBase request = withKey(new HttpGet(settings.base() + path));
        request.setHeader(HttpHeaders.ACCEPT, "application/zip, application/json");
        return calls.download(request, reader, read);
    }

    private HttpUriRequestBase withKey(HttpUriRequestBase request) {
        request.setHeader(KEY, settings.token());
        request.setHeader(HttpHeaders.ACCEPT, "application/json");
        return request;
    }

    @Override
    public void close() throws IOException {
        calls.close();
    }
}
