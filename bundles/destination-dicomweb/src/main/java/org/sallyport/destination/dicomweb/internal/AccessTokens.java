package org.sallyport.destination.dicomweb.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;
import org.sallyport.destination.dicomweb.internal.DicomwebSettings.Credentials;
import org.sallyport.gateway.support.http.HttpCalls;
import org.sallyport.gateway.support.http.Reply;

/**
 * Access tokens by client credentials (RFC 6749 4.4), kept until shortly before they expire. Thread-safe: one thread fetches, the others wait for it
 * as long as a fetch may take.
 */
final class AccessTokens {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A token is not used any more in its last seconds: the request has to arrive with it. */
    private static final Duration SPARE = Duration.ofSeconds(30);

    /** If the server does not say how long a token lives (RFC 6749 5.1 only recommends it). */
    private static final Duration UNTOLD = Duration.ofMinutes(5);

    private static final long LONGEST_LIFE = Duration.ofDays(1).toSeconds();

    private final HttpCalls http;
    private final Credentials.OAuth2 client;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private @Nullable String token;

    /** Guarded by the lock. */
    private Instant expires = Instant.MIN;

    /** The server gave no token. */
    static final class NoTokenException extends IOException {

        private static final long serialVersionUID = 1L;

        private final boolean refused;
        private final transient @Nullable Duration pause;

        NoTokenException(String message, boolean refused, @Nullable Duration pause) {
            super(message);
            this.refused = refused;
            this.pause = pause;
        }

        /** Whether a person has to change something. */
        boolean isRefused() {
            return refused;
        }

        @Nullable
        Duration pause() {
            return pause;
        }
    }

    AccessTokens(HttpCalls http, Credentials.OAuth2 client, Clock clock) {
        this.http = http;
        this.client = client;
        this.clock = clock;
    }

    /** @param limit for a fetch, if one is needed */
    String token(Duration limit) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            String known = token;
            if (known != null && clock.instant().isBefore(expires)) {
                return known;
            }
            return fetch(limit);
        } finally {
            lock.unlock();
        }
    }

    /** The server does not take this token: another is fetched, unless that was done meanwhile. */
    void refused(String used) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (used.equals(token)) {
                token = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private String fetch(Duration limit) throws IOException, InterruptedException {
        StringBuilder form = new StringBuilder("grant_type=client_credentials");
        if (!client.scope().isEmpty()) {
            form.append("&scope=").append(encoded(client.scope()));
        }
        HttpPost request = new HttpPost(client.tokenUrl());
        request.setHeader(HttpHeaders.ACCEPT, "application/json");
        if (client.inBody()) {
            form.append("&client_id=").append(encoded(client.client()));
            form.append("&client_secret=").append(encoded(client.secret()));
        } else {
            // Both are form-encoded before (RFC 6749 2.3.1).
            String pair = encoded(client.client()) + ":" + encoded(client.secret());
            request.setHeader(
                    HttpHeaders.AUTHORIZATION,
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        request.setEntity(new StringEntity(form.toString(), ContentType.APPLICATION_FORM_URLENCODED));
        Reply reply = http.call(request, limit, true);
        if (reply.status() != 200) {
            boolean refused = reply.status() >= 400 && reply.status() < 500 && !reply.isTemporary();
            throw new NoTokenException(
                    "the token server answered " + reply.status() + errorCode(reply), refused, reply.retryAfter());
        }
        return keep(reply);
    }

    private String keep(Reply reply) throws NoTokenException {
        JsonNode answer = json(reply);
        String given = answer.path("access_token").asText("");
        String type = answer.path("token_type").asText("bearer");
        if (!given.matches("[\\x21-\\x7E]{1,16384}") || !type.equalsIgnoreCase("bearer")) {
            throw new NoTokenException("the token server's answer holds no bearer token", false, null);
        }
        // A number, or as some send it, a text.
        long life = Math.min(LONGEST_LIFE, answer.path("expires_in").asLong(UNTOLD.toSeconds()));
        Duration usable = life > 2 * SPARE.toSeconds()
                ? Duration.ofSeconds(life).minus(SPARE)
                : Duration.ofSeconds(Math.max(life, 0)).dividedBy(2);
        token = given;
        expires = clock.instant().plus(usable);
        return given;
    }

    private static JsonNode json(Reply reply) {
        try {
            JsonNode node = JSON.readTree(reply.body());
            return node == null ? JSON.createObjectNode() : node;
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        } catch (IOException e) {
            throw new IllegalStateException("bytes are read without input", e);
        }
    }

    /** One of the words of RFC 6749 5.2; nothing else of the answer, which may quote what was sent. */
    private static String errorCode(Reply reply) {
        String error = json(reply).path("error").asText("");
        return error.matches("[a-z_]{1,40}") ? " (" + error + ")" : "";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
