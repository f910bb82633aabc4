package org.sallyport.ith.api.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;

/**
 * Asks the back end whether it admits the bearer of a token, and remembers what it said: a yes for a minute, a no for ten seconds, of the thousand tokens
 * that were used last, by their digests. Calls with one token ask once. The maps are guarded by the monitor.
 */
final class TokenCheck {

    private static final int MOST_TOKENS = 1_000;
    private static final int MOST_QUESTIONS = 8;
    private static final long YES_NANOS = Duration.ofSeconds(60).toNanos();
    private static final long NO_NANOS = Duration.ofSeconds(10).toNanos();
    /** Beyond what a question takes. */
    private static final long WAIT_SECONDS = 7;

    private final LongSupplier nanos;
    private final Semaphore questions = new Semaphore(MOST_QUESTIONS);
    private final Map<String, CompletableFuture<Boolean>> asking = new HashMap<>();
    private final Map<String, Said> said = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
            return size() > MOST_TOKENS;
        }
    };

    private record Said(boolean admitted, long at) {}

    /** @param nanos time that only passes, for example {@link System#nanoTime} */
    TokenCheck(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** @throws IOException if the back end did not say; that is not remembered */
    boolean admits(BackEndRegistration backEnd, Bearer bearer) throws IOException, InterruptedException {
        String digest = bearer.digest();
        CompletableFuture<Boolean> answer;
        boolean isOurs = false;
        synchronized (this) {
            Boolean known = known(digest);
            if (known != null) {
                return known;
            }
            CompletableFuture<Boolean> running = asking.get(digest);
            if (running == null) {
                running = new CompletableFuture<>();
                asking.put(digest, running);
                isOurs = true;
            }
            answer = running;
        }
        return isOurs ? ask(backEnd, bearer, digest, answer) : await(answer);
    }

    private @Nullable Boolean known(String digest) {
        Said last = said.get(digest);
        if (last == null || nanos.getAsLong() - last.at > (last.admitted ? YES_NANOS : NO_NANOS)) {
            return null;
        }
        return last.admitted;
    }

    private boolean ask(BackEndRegistration backEnd, Bearer bearer, String digest, CompletableFuture<Boolean> answer)
            throws IOException, InterruptedException {
        // What it says holds from before it was asked: it may have changed its mind while it answered.
        long before = nanos.getAsLong();
        try {
            if (!questions.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("too many questions to the back end at the same time");
            }
            boolean admitted;
            try {
                admitted = backEnd.admits(bearer.token());
            } finally {
                questions.release();
            }
            synchronized (this) {
                said.put(digest, new Said(admitted, before));
            }
            answer.complete(admitted);
            return admitted;
        } finally {
            synchronized (this) {
                asking.remove(digest);
            }
            // Does nothing if it was answered.
            answer.completeExceptionally(new IOException("the back end did not say"));
        }
    }

    private static boolean await(CompletableFuture<Boolean> answer) throws IOException, InterruptedException {
        try {
            return answer.get(2 * WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the back end did not say", e);
        }
    }
}
