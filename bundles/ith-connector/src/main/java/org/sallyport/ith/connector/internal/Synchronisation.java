package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
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

    /** Sessions of which nothing could be learned, before a round is given up. */
    private static final int MOST_FAILURES = 20;

    private static final int MOST_NAMES = 1_000;
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Duration ENDING = Duration.ofSeconds(10);

    /** Of ours, of other gateways, and of earlier proxies. */
    private static final Pattern PSEUDONYM = Pattern.compile("ANON-[0-9A-Fa-f]{8,59}");

    private final Supplier<@Nullable String> workspace;
    private final BooleanSupplier withIdentity;
    private final IthSettings settings;
    private final Gateway gateway;
    private final PatientRegister register;
    private final Pseudonymizer pseudonymizer;
    private final Clock clock;
    private final Holdings holdings;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ith-sync"));

    private volatile boolean asked;

    /** Only the thread's: nanoseconds of the system's clock. */
    private long nextAt = System.nanoTime();

    private long soonestAt = nextAt;
    private String lastProblem = "";
    private String lastNews = "";

    /** Guarded by this. */
    private boolean closing;

    /** Who is calling the back end now; guarded by this. */
    private @Nullable Thread calling;

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

    /** A call to the back end. */
    private interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    private <T> T call(Call<T> call) throws IOException, InterruptedException {
        synchronized (this) {
            if (closing) {
                throw new InterruptedException("the gateway stops");
            }
            calling = Thread.currentThread();
        }
        try {
            return call.run();
        } finally {
            synchronized (this) {
                calling = null;
                // One that came too late must not reach the database.
                Thread.interrupted();
            }
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
        Round round = new Round(
                known,
                Gateway.need(gateway.finder(), "the index"),
                Gateway.need(gateway.remote(), "the index"),
                clock.millis());
        try {
            round.run();
            round.end(round.failures == 0);
        } catch (IOException | InterruptedException e) {
            if (round.series > 0) {
                round.end(false);
            }
            throw e;
        }
        return true;
    }

    /** One round. Owned by the thread. */
    private final class Round {

        private final String in;
        private final StudyFinder finder;
        private final RemoteStudies remote;
        private final long start;
        private final Holdings.Sessions sessions;

        /** Pseudonyms by subject, the one used longest ago first; empty = it has none that could be taken for one. */
        private final Map<String, String> pseudonyms = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > MOST_NAMES;
            }
        };

        private int listed;
        private int series;
        private int unnamed;
        private int identified;
        private int failures;

        /** @param in the workspace */
        Round(String in, StudyFinder finder, RemoteStudies remote, long start) {
            this.in = in;
            this.finder = finder;
            this.remote = remote;
            this.start = start;
            this.sessions = holdings.sessions(in);
        }

        void run() throws IOException, InterruptedException {
            List<Holdings.Session> page = new ArrayList<>();
            while (call(() -> sessions.next(page))) {
                for (Holdings.Session session : page) {
                    listed++;
                    try {
                        take(session);
                    } catch (NotFetchedException e) {
                        failures++;
                        problem(String.valueOf(e.getMessage()));
                        if (failures == MOST_FAILURES) {
                            throw e;
                        }
                    }
                }
            }
        }

        private void take(Holdings.Session session) throws IOException, InterruptedException {
            String study = session.studyInstanceUid();
            if (wasUploadedWithIdentity(study)) {
                identified++;
                return;
            }
            Set<String> here = finder.firstOfSeries(study).stream()
                    .map(instance -> instance.facts().seriesInstanceUid())
                    .collect(Collectors.toSet());
            List<RemoteStudies.Series> others = call(() -> holdings.scans(in, session)).stream()
                    .filter(one -> !here.contains(one.seriesInstanceUid()))
                    .toList();
            if (others.isEmpty()) {
                return;
            }
            String pseudonym = pseudonym(session);
            if (pseudonym.isEmpty()) {
                unnamed++;
                return;
            }
            // Of a study of ours the index tells, and knows better.
            RemoteStudies.Study told = here.isEmpty()
                    ? new RemoteStudies.Study(study, pseudonym, session.date(), session.time(), session.description())
                    : new RemoteStudies.Study(study, pseudonym, null, null, null);
            remote.put(new RemoteStudies.Held(told, others), start);
            series += others.size();
        }

        /** Then it is known here by another UID, and what the back end says of it is not pseudonymous. */
        private boolean wasUploadedWithIdentity(String study) throws IOException {
            for (String candidate : register.candidates(study)) {
                if (!candidate.equals(study) && finder.anyOfStudy(candidate).isPresent()) {
                    return true;
                }
            }
            return false;
        }

        /** Whose it is, first by what is known here. */
        private String pseudonym(Holdings.Session session) throws IOException, InterruptedException {
            String study = session.studyInstanceUid();
            Optional<StoredInstance> any = finder.anyOfStudy(study);
            if (any.isPresent()) {
                return any.get().facts().pseudonym();
            }
            Optional<StudyContext> context = pseudonymizer.find(study);
            if (context.isPresent()) {
                return context.get().pseudonym();
            }
            String known = pseudonyms.get(session.subject());
            if (known == null) {
                known = call(() -> holdings.names(in, session.subject())).stream()
                        .filter(this::isPseudonym)
                        .findFirst()
                        .orElse("");
                pseudonyms.put(session.subject(), known);
            }
            return known;
        }

        /** Anything else may be a name. */
        private boolean isPseudonym(String name) {
            return PSEUDONYM.matcher(name).matches() || register.present(name) != null;
        }

        void end(boolean whole) throws IOException {
            remote.endRound(start, whole);
            if (whole) {
                lastProblem = "";
            }
            String news = listed + " sessions, " + series + " series that are not known here"
                    + told(sessions.passedOver(), "sessions passed over, without proper ids or UID")
                    + told(unnamed, "of a subject without a pseudonym, which are not shown to anyone")
                    + told(identified, "uploaded with identity, which are passed over")
                    + (whole ? "" : "; not all could be asked for");
            if (!news.equals(lastNews)) {
                LOG.info("the back end holds {}", news);
                lastNews = news;
            }
        }

        private static String told(int number, String what) {
            return number == 0 ? "" : "; " + number + " " + what;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        synchronized (this) {
            closing = true;
            if (calling != null) {
                calling.interrupt();
            }
        }
        try {
            if (!thread.awaitTermination(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("asking the back end what it holds did not end when interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
