package org.sallyport.destination.dicomweb.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.sallyport.destination.dicomweb.internal.AccessTokens.NoTokenException;
import org.sallyport.destination.dicomweb.internal.DicomwebSettings.Credentials;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.support.http.HttpCalls;
import org.sallyport.gateway.support.http.Reply;

/**
 * Stores deliveries by STOW-RS (PS3.18 10.5), in as many requests as the limits ask for. An instance counts as stored only if the server names it so;
 * what is stored is not sent again at the next attempt, what failed goes alone.
 */
final class DicomwebDestination implements Destination, Closeable {

    private static final int LONGEST_REPLY = 8 << 20;
    private static final int MOST_REMEMBERED = 1_000;
    private static final int LONGEST_REASON = 450;
    private static final Duration CONNECT = Duration.ofSeconds(8);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(9);
    private static final Duration TOKEN_LIMIT = Duration.ofSeconds(30);

    private final DicomwebSettings settings;
    private final HttpCalls http;
    private final @Nullable AccessTokens tokens;

    /** By delivery; guarded by itself, oldest forgotten first. */
    private final Map<Long, StoreProgress> remembered = new LinkedHashMap<>();

    DicomwebDestination(DicomwebSettings settings, Clock clock) {
        this.settings = settings;
        Tls tls = settings.tls();
        this.http = new HttpCalls(
                new HttpCalls.Settings("dicomweb-" + settings.name(), CONNECT, settings.readTimeout(), LONGEST_REPLY),
                tls == null ? null : tls::context,
                clock);
        this.tokens = settings.credentials() instanceof Credentials.OAuth2 client
                ? new AccessTokens(http, client, clock)
                : null;
    }

    @Override
    public boolean replacesExisting() {
        return settings.replacesExisting();
    }

    /** A search for one study (QIDO-RS, PS3.18 10.6); what it found is not read. */
    @Override
    public ProbeResult probe() throws InterruptedException {
        long end = System.nanoTime() + PROBE_LIMIT.toNanos();
        try {
            Reply reply = authorized(
                    () -> {
                        HttpGet request = new HttpGet(settings.base() + "/studies?limit=1");
                        request.setHeader(HttpHeaders.ACCEPT, "application/dicom+json");
                        return request;
                    },
                    end,
                    PROBE_LIMIT,
                    false);
            return reply.status() == 200 || reply.status() == 204
                    ? ProbeResult.reachable("answers")
                    : ProbeResult.unreachable("answers with status " + reply.status());
        } catch (IOException e) {
            return ProbeResult.unreachable(failure(e));
        }
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        StoreProgress progress = progressOf(delivery.id());
        progress.failed.clear();
        List<DeliveryInstance> missing = new ArrayList<>(delivery.instances());
        missing.removeIf(instance -> progress.stored.contains(instance.sopInstanceUid())
                || progress.refused.containsKey(instance.sopInstanceUid()));
        Deque<List<DeliveryInstance>> requests = new ArrayDeque<>(
                StorePlan.requests(missing, settings.mostInstances(), settings.mostBytes(), progress.alone));
        Duration pause = null;
        while (!requests.isEmpty()) {
            List<DeliveryInstance> request = requests.remove();
            Reply reply;
            try {
                reply = store(delivery, request, progress);
            } catch (NoTokenException e) {
                return e.isRefused()
                        ? DeliveryOutcome.stopped(e.getMessage() + ": correct client-id, .client-secret or token-url")
                        : new DeliveryOutcome.Later(String.valueOf(e.getMessage()), e.pause());
            } catch (IOException e) {
                return DeliveryOutcome.later(Reply.cut(failure(e), LONGEST_REASON));
            }
            DeliveryOutcome end = take(reply, request, progress, requests);
            if (end != null) {
                return end;
            }
            pause = longer(pause, reply.retryAfter());
        }
        return outcome(delivery, progress, pause);
    }

    private DeliveryOutcome outcome(Delivery delivery, StoreProgress progress, @Nullable Duration pause) {
        int all = delivery.instances().size();
        if (!progress.failed.isEmpty()) {
            return new DeliveryOutcome.Later(
                    Reply.cut(
                            progress.failed.size() + " of " + all + " images were not stored: "
                                    + StoreProgress.summary(progress.failed),
                            LONGEST_REASON),
                    pause);
        }
        if (!progress.refused.isEmpty()) {
            String reason = progress.refused.size() + " of " + all + " images are refused: "
                    + StoreProgress.summary(progress.refused);
            // If a person has it tried again, these are what is tried.
            progress.refused.clear();
            return DeliveryOutcome.refused(Reply.cut(reason, LONGEST_REASON));
        }
        synchronized (remembered) {
            remembered.remove(delivery.id());
        }
        return DeliveryOutcome.delivered(
                all + " stored" + (progress.warnings == 0 ? "" : ", " + progress.warnings + " with a warning"));
    }

    private static @Nullable Duration longer(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }

    private StoreProgress progressOf(long delivery) {
        synchronized (remembered) {
            if (remembered.size() > MOST_REMEMBERED) {
                remembered.remove(remembered.keySet().iterator().next());
            }
            return remembered.computeIfAbsent(delivery, number -> new StoreProgress());
        }
    }

    /**
     * Takes note of what became of a request's instances (PS3.18 Table 10.5.3-1).
     *
     * @param requests what is sent next; parts of this one are put there
     * @return the end of the attempt, or null if it goes on
     */
    private @Nullable DeliveryOutcome take(
            Reply reply,
            List<DeliveryInstance> request,
            StoreProgress progress,
            Deque<List<DeliveryInstance>> requests) {
        int status = reply.status();
        if (reply.refusesUs()) {
            return DeliveryOutcome.stopped("the server refuses our credentials (status " + status
                    + "): correct them in the configuration, or have them allowed there");
        }
        if (reply.isTemporary()) {
            return new DeliveryOutcome.Later("the server answered " + status + " " + reply.text(), reply.retryAfter());
        }
        if (status == 200 || status == 202 || status == 409) {
            try {
                StoreResponse response = StoreResponse.parse(reply.contentType(), reply.body());
                if (status != 409 || !response.failed().isEmpty()) {
                    note(response, request, progress);
                    return null;
                }
            } catch (IOException e) {
                if (status != 409) {
                    return DeliveryOutcome.later(
                            "the server answered " + status + " and not what it stored: " + e.getMessage());
                }
            }
        } else if (status < 400 || status == 404 || status == 405 || status == 406 || status == 410) {
            // A redirection is not followed: credentials would go elsewhere.
            return DeliveryOutcome.later(
                    "the server answered with status " + status + ": is url right, and does it take STOW-RS?");
        }
        if (request.size() > 1) {
            if (status == 413) {
                // The later half first: they are put in front of the others one by one.
                int middle = request.size() / 2;
                requests.addFirst(request.subList(middle, request.size()));
                requests.addFirst(request.subList(0, middle));
            } else {
                // Which of them it is about was not told.
                request.forEach(instance -> progress.alone.add(instance.sopInstanceUid()));
                request.forEach(instance -> requests.addLast(List.of(instance)));
            }
            return null;
        }
        progress.refused.put(
                request.get(0).sopInstanceUid(),
                status == 413
                        ? "the server does not take an image of this size (413)"
                        : "the server answered " + status + " " + Reply.cut(reply.text(), 200));
        return null;
    }

    private static void note(StoreResponse response, List<DeliveryInstance> request, StoreProgress progress) {
        for (DeliveryInstance instance : request) {
            String uid = instance.sopInstanceUid();
            Integer warning = response.stored().get(uid);
            Integer failure = response.failed().get(uid);
            if (warning != null || failure != null && FailureReason.isThere(failure)) {
                progress.stored.add(uid);
                progress.warnings += warning == null || warning == 0 ? 0 : 1;
            } else if (failure == null) {
                progress.alone.add(uid);
                progress.failed.put(uid, "not named in the server's answer");
            } else if (FailureReason.isFinal(failure)) {
                progress.refused.put(uid, FailureReason.text(failure));
                progress.alone.add(uid);
            } else {
                progress.failed.put(uid, FailureReason.text(failure));
                progress.alone.add(uid);
            }
        }
    }

    private Reply store(Delivery delivery, List<DeliveryInstance> instances, StoreProgress progress)
            throws IOException, InterruptedException {
        int before = progress.stored.size();
        long bytesBefore = delivery.instances().stream()
                .filter(instance -> progress.stored.contains(instance.sopInstanceUid()))
                .mapToLong(DeliveryInstance::length)
                .sum();
        StoreRequest entity = StoreRequest.of(instances, (done, bytes) -> {
            if (delivery.isCancelled()) {
                throw new CancelledException();
            }
            delivery.progress(before + done, bytesBefore + bytes);
        });
        try {
            return authorized(
                    () -> {
                        HttpPost request = new HttpPost(settings.base() + "/studies");
                        request.setHeader(
                                HttpHeaders.ACCEPT,
                                settings.xmlAnswers() ? "application/dicom+xml" : "application/dicom+json");
                        request.setEntity(entity);
                        return request;
                    },
                    Long.MAX_VALUE,
                    settings.requestTimeout(),
                    true);
        } catch (CancelledException e) {
            InterruptedException interrupted = new InterruptedException("cancelled");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** Makes a request, so that it can be made again. */
    private interface Request {
        HttpUriRequestBase make();
    }

    /**
     * A call with our credentials; one whose token the server does not take any more is made again with another, once.
     *
     * @param end {@link System#nanoTime()} at which all has to be over; {@link Long#MAX_VALUE} = each call has its own limit
     */
    private Reply authorized(Request request, long end, Duration limit, boolean body)
            throws IOException, InterruptedException {
        String token = token(left(end, TOKEN_LIMIT));
        Reply reply = http.call(with(request.make(), token), left(end, limit), body);
        if (reply.status() == 401 && tokens != null && token != null) {
            tokens.refused(token);
            String another = token(left(end, TOKEN_LIMIT));
            reply = http.call(with(request.make(), another), left(end, limit), body);
        }
        return reply;
    }

    private static Duration left(long end, Duration limit) {
        if (end == Long.MAX_VALUE) {
            return limit;
        }
        Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        return left.compareTo(limit) < 0 ? left : limit;
    }

    private @Nullable String token(Duration limit) throws IOException, InterruptedException {
        return tokens == null ? null : tokens.token(limit);
    }

    private HttpUriRequestBase with(HttpUriRequestBase request, @Nullable String token) {
        if (token != null) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        } else if (settings.credentials() instanceof Credentials.Bearer bearer) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + bearer.token());
        } else if (settings.credentials() instanceof Credentials.Basic basic) {
            String pair = basic.user() + ":" + basic.password();
            request.setHeader(
                    HttpHeaders.AUTHORIZATION,
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return request;
    }

    private static String failure(IOException e) {
        if (e instanceof InterruptedIOException) {
            return "the server did not answer in time: " + Reply.line(String.valueOf(e.getMessage()));
        }
        if (e instanceof NoTokenException) {
            return String.valueOf(e.getMessage());
        }
        return "the connection failed (" + e.getClass().getSimpleName() + "): "
                + Reply.line(String.valueOf(e.getMessage()));
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    /** Ends a request from inside its writing. */
    private static final class CancelledException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        CancelledException() {
            super("cancelled", null, false, false);
        }
    }
}
