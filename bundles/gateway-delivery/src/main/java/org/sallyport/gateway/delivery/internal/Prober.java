package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;

/** Asks one destination for its health, one question at a time, in a thread of its own for the time of the question. Thread-safe. */
final class Prober {

    private final String name;
    private final Destination destination;
    private final Abandoned abandoned;
    private final PluginThreads threads;

    /** The question that is asked now. */
    private final AtomicReference<@Nullable Object> asking = new AtomicReference<>();

    Prober(String name, Destination destination, Abandoned abandoned, PluginThreads threads) {
        this.name = name;
        this.destination = destination;
        this.abandoned = abandoned;
        this.threads = threads;
    }

    ProbeResult probe(Duration limit) {
        Object token = new Object();
        if (!asking.compareAndSet(null, token)) {
            return ProbeResult.unreachable("another probe has not ended yet");
        }
        FutureTask<@Nullable ProbeResult> question = new FutureTask<>(() -> {
            try {
                return destination.probe();
            } finally {
                end(token);
            }
        });
        Thread thread = threads.caller(name, "probe-" + name, () -> {
            question.run();
            // One that was broken off before it began has not ended by itself.
            end(token);
        });
        thread.setDaemon(true);
        thread.start();
        try {
            ProbeResult result = question.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return result == null
                    ? ProbeResult.unknown()
                    : new ProbeResult(result.state(), Words.receipt(result.text()));
        } catch (TimeoutException e) {
            // Counted before it is interrupted, so that its end takes it off the list again.
            abandoned.add(name, token);
            question.cancel(true);
            if (asking.get() != token) {
                abandoned.remove(name, token);
            }
            return ProbeResult.unreachable("no answer within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            return ProbeResult.unreachable(Words.of(e.getCause() == null ? e : e.getCause()));
        } catch (InterruptedException e) {
            question.cancel(true);
            Thread.currentThread().interrupt();
            return ProbeResult.unreachable("the question was broken off");
        }
    }

    private void end(Object token) {
        asking.compareAndSet(token, null);
        abandoned.remove(name, token);
    }
}
