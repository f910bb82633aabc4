package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the back end every while what it holds, and puts beside the index what the index does not know. What it no longer lists goes with a round that
 * came to its end. The one thread {@code ith-sync} asks; {@link #soon} may be called by any. Calls to the back end are interrupted when this is closed,
 * work on the database never is: an embedded one takes that ill.
 */
final class Synchronisation implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Synchronisation.class);

    private static final long TICK_MILLIS = 500;

    /** The share of the time in which the back end is asked is one in so many and one. */
    private static final int PAUSE_PER_ROUND = 4;

    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final Supplier<@Nullable String> workspace;
    private final BooleanSupplier withIdentity;
    private final IthSettings settings;
    private final Gateway gateway;
    private final PatientRegister register;
    private final Pseudonymizer pseudonymizer;
    private final Clock clock;
    private final Holdings holdings;
    private final StoppableCalls calls = new StoppableCalls();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ith-sync"));

    private volatile boolean asked;

    /** Only the thread's: nanoseconds of the system's clock. */
    private long nextAt = System.nanoTime();

    private long soonestAt = nextAt;
    private String lastProblem = "";
    private String lastNews = "";

    /**
     * @param workspace its id, or null before the first configuration
     * @param withIdentity whether uploads carry identity now
     */
    Synchronisation(
            IthHttp http,
            IthSettings settings,
            Supplier<@Nullable String> workspace,
            BooleanSupplier withIdentity,
            Gateway gateway,
            PatientRegister register,
            Pseudonymizer pseudonymizer,
            Clock clock) {
        this.workspace = workspace;
        this.withIdentity = withIdentity;
        this.settings = settings;
        this.gateway = gateway;
        this.register = register;
        this.pseudonymizer = pseudonymizer;
        this.clock = clock;
        this.holdings = new Holdings(http, settings);
    }

    /** From now on, unless it is switched off. */
    void start() {
        if (!settings.synchronise().isZero()) {
            thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The back end has said that something changed. */
    void soon() {
        asked = true;
    }

    /** Never throws: it is to be tried again. */
    private void tick() {
        long begun = System.nanoTime();
        if (begun - nextAt < 0 && !(asked && begun - soonestAt >= 0)) {
            return;
        }
        asked = false;
        Duration pause = settings.synchronise();
        try {
            if (!round()) {
                return;
            }
        } catch (InterruptedException e) {
            // Closing; there is no next time.
            return;
        } catch (IOException e) {
            pause = pause.compareTo(AFTER_FAILURE) < 0 ? pause : AFTER_FAILURE;
            problem(
                    e instanceof NotFetchedException || e instanceof Gateway.NotThere
                            ? String.valueOf(e.getMessage())
                            : "the back end does not answer, or the index cannot be asked ("
                                    + e.getClass().getSimpleName() + ")");
        } catch (RuntimeException e) {
            LOG.error("asking the back end what it holds failed", e);
        }
        long ended = System.nanoTime();
        soonestAt = ended + PAUSE_PER_ROUND * (ended - begun);
        nextAt = Math.max(soonestAt, ended + pause.toNanos());
    }

    /** Says what changed, once. */
    private void problem(String text) {
        if (!text.equals(lastProblem)) {
            LOG.warn("what only the back end holds is not known anew: {}", text);
            lastProblem = text;
        }
    }

    /**
     * Goes through everything once.
     *
     * @return false if it is too early: there was no configuration yet
     * @throws IOException if it could not be gone through to its end
     */
    boolean round() throws IOException, InterruptedException {
        String known = workspace.get();
        if (known == null) {
            return false;
        }
        if (withIdentity.getAsBoolean()) {
            throw new NotFetchedException("uploads carry identity, so that what it lists may too");
        }
        StudyFinder finder = Gateway.need(gateway.finder(), "the index");
        HoldingsRound round = new HoldingsRound(
                known,
                holdings,
                calls,
                finder,
                Gateway.need(gateway.remote(), "the index"),
                new SessionOwners(known, holdings, calls, finder, register, pseudonymizer),
                this::problem,
                clock.millis());
        if (round.run()) {
            lastProblem = "";
        }
        String news = round.inWords();
        if (!news.equals(lastNews)) {
            LOG.info("the back end holds {}", news);
            lastNews = news;
        }
        return true;
    }

    @Override
    public void close() {
        thread.shutdown();
        calls.stop();
        try {
            if (!thread.awaitTermination(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("asking the back end what it holds did not end when interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
