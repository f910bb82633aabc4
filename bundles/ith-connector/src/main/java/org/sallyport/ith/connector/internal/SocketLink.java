package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd.Moment;
import org.sallyport.gateway.support.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the WebSocket to the back end open. The one thread {@code ith-socket} connects, takes frames, sends, and connects again after a loss; what it
 * shows is read by any thread. The address with the key is in no text.
 */
final class SocketLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SocketLink.class);

    private static final String PATH = "/api/v1/proxy/ws";
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration GOOD_BYE = Duration.ofSeconds(2);
    private static final long LOOK_MILLIS = 50;
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_NEWS = 1_000;
    private static final int MOST_ENDS = 50;
    private static final int MOST_SHORT_FAILURES = 3;
    private static final long STEADY_NANOS = Duration.ofSeconds(10).toNanos();

    /** What the link asks of the rest of the connector. */
    interface Side {

        /** Whether the gateway knows all that it has to tell; until then nothing is connected. */
        boolean isReady();

        /** The first frame of a connection. */
        ObjectNode configUpdate() throws IOException;

        /** Whether what the last {@link #configUpdate} told is no longer so. It is told once per connection: then there has to be a new one. */
        boolean hasMoved();

        /** @param online false: the gateway stops */
        ObjectNode healthUpdate(boolean online);

        /**
         * Takes events, in order. Durable on return.
         *
         * @throws IOException if they could not be made durable: they are handed over again
         */
        void take(List<JsonNode> events) throws IOException;

        /** The back end's answer to an update of ours. */
        void answered(JsonNode answer);

        /** A frame that tells how a command ended, and whom to tell that it was sent. */
        List<Report> reports(int most);
    }

    /** @param sent to be run once the frame is sent */
    record Report(ObjectNode frame, Sent sent) {}

    interface Sent {
        void run() throws IOException;
    }

    private final URI base;
    private final String token;
    private final boolean answersPing;
    private final Pace pace;
    private final Side side;
    private final Clock clock;
    private final HttpClient client;
    private final Thread thread;

    /** Frames of how far dispatches are; the oldest are dropped. Guarded by itself. */
    private final Deque<ObjectNode> news = new ArrayDeque<>();

    private volatile @Nullable Instant connectedSince;
    private final AtomicLong connections = new AtomicLong();
    private volatile @Nullable Moment lastReceived;
    private volatile @Nullable Moment lastSent;
    private volatile @Nullable Moment lastError;
    private volatile boolean closing;
    private volatile @Nullable SocketConnection current;

    // The thread's own.

    /** Events that came and are not recorded yet. */
    private final List<JsonNode> notTaken = new ArrayList<>();
    /** Whether the back end was told on this connection who calls, which comes before all else. */
    private boolean introduced;

    private String lastLogged = "";

    SocketLink(IthSettings settings, Pace pace, Side side, Clock clock, @Nullable SSLContext tls) {
        this.base = settings.base();
        this.token = settings.token();
        this.answersPing = settings.answerPing();
        this.pace = pace;
        this.side = side;
        this.clock = clock;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER);
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.client = builder.build();
        this.thread = new Thread(this::run, "ith-socket");
    }

    void start() {
        thread.start();
    }

    /** Tells how far a dispatch is, if there is a connection; nobody waits for it. */
    void tell(ObjectNode frame) {
        if (connectedSince == null) {
            return;
        }
        synchronized (news) {
            if (news.size() == MOST_NEWS) {
                news.remove();
            }
            news.add(frame);
        }
    }

    // ---- what people see

    @Nullable
    Instant connectedSince() {
        return connectedSince;
    }

    long connections() {
        return connections.get();
    }

    @Nullable
    Moment lastReceived() {
        return lastReceived;
    }

    @Nullable
    Moment lastSent() {
        return lastSent;
    }

    @Nullable
    Moment lastError() {
        return lastError;
    }

    // ---- the thread

    private void run() {
        int failures = 0;
        while (!closing) {
            String why;
            long begin = System.nanoTime();
            try {
                while (!side.isReady()) {
                    Thread.sleep(LOOK_MILLIS);
                }
                why = connection();
            } catch (InterruptedException e) {
                break;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("the connection to the back end failed", e);
                why = "an error: " + e.getClass().getSimpleName();
            }
            boolean opened = connectedSince != null;
            boolean steady = opened && System.nanoTime() - begin > STEADY_NANOS;
            connectedSince = null;
            synchronized (news) {
                news.clear();
            }
            // A back end that lets us in is there: it is not left alone for long.
            failures = steady ? 1 : opened ? Math.min(failures + 1, MOST_SHORT_FAILURES) : failures + 1;
            if (closing) {
                break;
            }
            lost(why);
            try {
                Thread.sleep(pace.pause(failures, ThreadLocalRandom.current().nextDouble())
                        .toMillis());
            } catch (InterruptedException e) {
                break;
            }
        }
        connectedSince = null;
    }

    private void lost(String why) {
        lastError = new Moment(clock.instant(), why);
        if (!why.equals(lastLogged)) {
            LOG.warn("no WebSocket to the back end: {}; it is tried again", why);
            lastLogged = why;
        }
    }

    /** @return why it ended */
    private String connection() throws IOException, InterruptedException {
        SocketConnection connection = new SocketConnection();
        current = connection;
        introduced = false;
        try {
            connect(connection);
            return serve(connection);
        } catch (InterruptedException e) {
            goodBye(connection);
            throw e;
        } finally {
            current = null;
            connection.abort();
            takeTheRest(connection);
        }
    }

    private void connect(SocketConnection connection) throws IOException, InterruptedException {
        String scheme = base.getScheme().equalsIgnoreCase("https") ? "wss" : "ws";
        URI address =
                URI.create(scheme + base.toString().substring(base.getScheme().length()) + PATH + "?proxy_key="
                        + URLEncoder.encode(token, StandardCharsets.UTF_8));
        CompletableFuture<WebSocket> opening =
                client.newWebSocketBuilder().connectTimeout(CONNECT).buildAsync(address, connection);
        try {
            opening.get(CONNECT.plusSeconds(5).toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            opening.cancel(true);
            throw new IOException("it does not answer", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            // Messages of the client may hold the address with the key.
            throw new IOException(
                    cause instanceof WebSocketHandshakeException refused
                            ? "refused with status " + refused.getResponse().statusCode()
                            : "no connection ("
                                    + (cause == null ? "?" : cause.getClass().getSimpleName()) + ")");
        }
    }

    private String serve(SocketConnection connection) throws IOException, InterruptedException {
        JsonNode first = connection.take(pace.handshake());
        if (first == null) {
            String lost = connection.lost();
            throw new IOException(
                    lost != null ? lost : "no frame within " + pace.handshake().toSeconds() + " s");
        }
        connections.incrementAndGet();
        connectedSince = clock.instant();
        lastLogged = "";
        LOG.info("the WebSocket to the back end is open");
        take(connection, first);
        send(connection, side.configUpdate());
        introduced = true;
        send(connection, side.healthUpdate(true));
        long nextHealth = System.nanoTime() + pace.health().toNanos();
        long nextPing = System.nanoTime() + pace.ping().toNanos();
        while (true) {
            JsonNode frame = isFull() ? pause() : connection.take(Duration.ofMillis(LOOK_MILLIS));
            if (frame != null) {
                take(connection, frame);
            } else {
                // None waits, so all that came before the loss were taken.
                String lost = connection.lost();
                if (lost != null) {
                    return lost;
                }
                hand(connection);
            }
            long now = System.nanoTime();
            if (now - nextHealth >= 0) {
                if (side.hasMoved()) {
                    connection.close(GOOD_BYE);
                    return "the listener has moved, which is told by a new connection";
                }
                send(connection, side.healthUpdate(true));
                nextHealth = now + pace.health().toNanos();
            }
            if (now - nextPing >= 0 && !connection.awaitsPong()) {
                connection.ping(pace.send());
                nextPing = now + pace.ping().toNanos();
            }
            if (connection.isSilentFor(pace.pong())) {
                return "no answer to a ping within " + pace.pong().toSeconds() + " s";
            }
            // What is told of a command is queued before it ends: its end has to be the last.
            List<Report> reports = side.reports(MOST_ENDS);
            tellNews(connection);
            for (Report report : reports) {
                send(connection, report.frame());
                report.sent().run();
            }
        }
    }

    /** Events that cannot be recorded wait in memory: no more are taken then. */
    private boolean isFull() {
        return notTaken.size() >= SocketConnection.MOST_QUEUED;
    }

    private static @Nullable JsonNode pause() throws InterruptedException {
        Thread.sleep(LOOK_MILLIS);
        return null;
    }

    private void tellNews(SocketConnection connection) throws IOException, InterruptedException {
        while (true) {
            ObjectNode frame;
            synchronized (news) {
                frame = news.poll();
            }
            if (frame == null) {
                return;
            }
            send(connection, frame);
        }
    }

    /** Takes a frame and those that wait behind it, so that many events cost one force of the disk. */
    private void take(SocketConnection connection, JsonNode first) throws IOException, InterruptedException {
        JsonNode frame = first;
        int count = 0;
        while (frame != null) {
            handle(connection, frame);
            frame = ++count < MOST_AT_ONCE ? connection.take(Duration.ZERO) : null;
        }
        hand(connection);
    }

    /** Events that came before the connection was lost count, whatever was being sent when it was; the back end does not send them again. */
    private void takeTheRest(SocketConnection connection) throws InterruptedException {
        for (JsonNode frame = connection.take(Duration.ZERO); frame != null; frame = connection.take(Duration.ZERO)) {
            JsonNode event = Event.unwrapped(frame);
            if (!event.isMissingNode()) {
                notTaken.add(event);
            }
        }
        hand(connection);
    }

    private void hand(SocketConnection connection) {
        try {
            if (!notTaken.isEmpty()) {
                side.take(List.copyOf(notTaken));
                notTaken.clear();
            }
            connection.done();
        } catch (IOException e) {
            String why = "commands cannot be recorded: " + e.getMessage();
            lastError = new Moment(clock.instant(), why);
            if (!why.equals(lastLogged)) {
                LOG.error("{}; they wait in memory", why);
                lastLogged = why;
            }
        } catch (RuntimeException e) {
            // It would be the same with the next connection.
            notTaken.clear();
            throw e;
        }
    }

    private void handle(SocketConnection connection, JsonNode frame) throws IOException, InterruptedException {
        JsonNode event = Event.unwrapped(frame);
        String type = event.isMissingNode()
                ? frame.path("type").asText("")
                : event.path("event_type").asText("");
        lastReceived = new Moment(clock.instant(), Reply.cut(Reply.line(type), 64));
        if (!event.isMissingNode()) {
            notTaken.add(event);
            return;
        }
        switch (type) {
            case "connected" -> LOG.debug("the back end greets");
            case "ping" -> {
                if (answersPing) {
                    send(connection, Frames.pong());
                }
            }
            case "config_update_response", "health_update_response" -> side.answered(frame);
            default -> LOG.debug("a frame of a type that is not known is passed over");
        }
    }

    private void send(SocketConnection connection, ObjectNode frame) throws IOException, InterruptedException {
        connection.send(frame, pace.send());
        String type = frame.path("event_type").asText(frame.path("type").asText(""));
        lastSent = new Moment(clock.instant(), type);
    }

    /** The gateway stops: the back end is told. */
    private void goodBye(SocketConnection connection) throws InterruptedException {
        if (connectedSince == null || connection.lost() != null) {
            return;
        }
        try {
            if (introduced) {
                connection.send(side.healthUpdate(false), GOOD_BYE);
            }
            connection.close(GOOD_BYE);
        } catch (IOException e) {
            LOG.debug("the back end was not told that the gateway stops");
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        SocketConnection open = current;
        if (open != null) {
            open.abort();
        }
    }
}
