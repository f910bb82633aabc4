package org.sallyport.ith.connector.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.support.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads studies again whose images were cleaned up here, and series that only the back end holds, and keeps them for a while. What lies on the disk
 * meanwhile is sealed, as the back end has it; as an image of ours only what is equal to it by its SHA-256 is given to anyone. Thread-safe; what is
 * kept is guarded by this object's monitor.
 */
final class FetchedStudies implements ImageFetcher, RemoteImages, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(FetchedStudies.class);

    private static final int AT_THE_SAME_TIME = 2;
    private static final int MOST_WAITING = 64;
    private static final long TICK_MILLIS = 200;

    /** Within it nobody tries again what has failed: a study may have thousands of images that are asked for one by one. */
    private static final Duration FAILED = Duration.ofSeconds(30);

    private static final Duration TIDY = Duration.ofMinutes(1);
    private static final Duration ENDING = Duration.ofSeconds(5);

    private final IthHttp http;
    private final IthSettings settings;
    private final Supplier<@Nullable String> workspace;
    private final Path folder;
    private final LongSupplier nanos;
    private final SessionList sessions;
    private final ExecutorService threads;
    private final ScheduledExecutorService tidying =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ith-fetched"));
    private final Map<String, Study> studies = new HashMap<>();
    private long number;

    /**
     * @param workspace its id, or null before the first configuration
     * @param folder its own; what lies there is deleted
     * @param nanos a clock that only goes on
     */
    FetchedStudies(
            IthHttp http, IthSettings settings, Supplier<@Nullable String> workspace, Path folder, LongSupplier nanos)
            throws IOException {
        this.http = http;
        this.settings = settings;
        this.workspace = workspace;
        this.folder = Files.createDirectories(folder);
        this.nanos = nanos;
        this.sessions = new SessionList(http, settings.base());
        empty();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                AT_THE_SAME_TIME,
                AT_THE_SAME_TIME,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(MOST_WAITING),
                task -> new Thread(task, "ith-fetch"));
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
        tidying.scheduleWithFixedDelay(this::tidy, TIDY.toMillis(), TIDY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void empty() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** A file of unpacked images, and which lies where. */
    private record Unpacked(Path file, InstanceSpool spool, Map<String, InstanceSpool.Item> bySha256) {}

    /** One fetching and what came of it. */
    private static final class Study {

        final Future<List<Unpacked>> fetching;

        /** When its fetching ended, or it was asked for last; guarded by the outer object. */
        long used;

        Study(Future<List<Unpacked>> fetching, long now) {
            this.fetching = fetching;
            this.used = now;
        }
    }

    /** Finds out where something is downloaded from. */
    private interface Source {

        /** @return paths of the archives that hold it */
        List<String> paths(String workspace) throws IOException, InterruptedException;
    }

    /** @param name by which it is kept and told in the log: UIDs */
    private record Wanted(String name, Source source) {}

    @Override
    public InputStream fetch(StoredInstance instance, Waiting waiting) throws IOException {
        String study = instance.facts().studyInstanceUid();
        Wanted wanted = new Wanted("study " + study, known -> sessions(known, study));
        return open(wanted, HexFormat.of().formatHex(instance.sha256()), waiting);
    }

    @Override
    public List<RemoteImage> fetch(RemoteStudies.Series series, Waiting waiting) throws IOException {
        ScanPlace place = ScanPlace.of(series.place());
        Wanted wanted = new Wanted(
                "series " + series.seriesInstanceUid() + " at " + place.scan(),
                known -> List.of(Paths.scan(known, place.scan(), place.session(), place.subject())));
        List<RemoteImage> images = new ArrayList<>();
        for (Unpacked file : await(study(wanted).fetching, waiting)) {
            for (String sha256 : file.bySha256().keySet()) {
                images.add(again -> open(wanted, sha256, again));
            }
        }
        return images;
    }

    private InputStream open(Wanted wanted, String sha256, Waiting waiting) throws IOException {
        while (true) {
            Study study = study(wanted);
            List<Unpacked> files = await(study.fetching, waiting);
            synchronized (this) {
                if (studies.get(wanted.name()) != study) {
                    // Given up meanwhile.
                    continue;
                }
                study.used = nanos.getAsLong();
                for (Unpacked file : files) {
                    InstanceSpool.Item item = file.bySha256().get(sha256);
                    if (item != null) {
                        return file.spool().open(item);
                    }
                }
            }
            throw new NotFetchedException("the back end does not have it as it was delivered");
        }
    }

    private synchronized Study study(Wanted wanted) throws NotFetchedException {
        tidy();
        Study known = studies.get(wanted.name());
        if (known != null) {
            return known;
        }
        try {
            Study begun = new Study(threads.submit(() -> run(wanted)), nanos.getAsLong());
            studies.put(wanted.name(), begun);
            return begun;
        } catch (RejectedExecutionException e) {
            throw new NotFetchedException("too many studies are being fetched, or the gateway stops");
        }
    }

    private List<Unpacked> run(Wanted wanted) throws IOException, InterruptedException {
        try {
            return download(wanted);
        } finally {
            synchronized (this) {
                Study own = studies.get(wanted.name());
                if (own != null) {
                    own.used = nanos.getAsLong();
                }
            }
        }
    }

    /** Gives up studies that nobody asked for any more, and failures that may have mended. */
    private synchronized void tidy() {
        long now = nanos.getAsLong();
        giveUp(study -> {
            Duration kept = hasFailed(study.fetching) ? FAILED : settings.keepFetched();
            return now - study.used > kept.toNanos();
        });
    }

    /** @return whether there was one */
    private synchronized boolean giveUp(Predicate<Study> which) {
        List<Study> given = studies.values().stream()
                .filter(study -> study.fetching.isDone() && which.test(study))
                .toList();
        studies.values().removeAll(given);
        given.forEach(FetchedStudies::delete);
        return !given.isEmpty();
    }

    private static boolean hasFailed(Future<?> fetching) {
        if (!fetching.isDone()) {
            return false;
        }
        try {
            fetching.get();
            return false;
        } catch (ExecutionException | CancellationException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Who reads from it reads on. */
    private static void delete(Study study) {
        try {
            if (!hasFailed(study.fetching)) {
                for (Unpacked file : study.fetching.get()) {
                    Files.deleteIfExists(file.file());
                }
            }
        } catch (IOException | ExecutionException e) {
            LOG.warn("a fetched study could not be deleted: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Unpacked> await(Future<List<Unpacked>> fetching, Waiting waiting) throws IOException {
        while (true) {
            try {
                return fetching.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                waiting.tick();
            } catch (ExecutionException e) {
                throw new NotFetchedException(
                        e.getCause() instanceof NotFetchedException told
                                ? String.valueOf(told.getMessage())
                                : "the back end's answer could not be handled");
            } catch (CancellationException e) {
                throw new NotFetchedException("the gateway stops");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a study was fetched");
            }
        }
    }

    // ---- fetching

    private List<String> sessions(String known, String study) throws IOException, InterruptedException {
        List<SessionList.Session> found = sessions.of(known, study);
        if (found.isEmpty()) {
            throw new NotFetchedException("the back end does not have the study");
        }
        return found.stream()
                .map(session -> Paths.session(known, session.id(), session.subject()))
                .toList();
    }

    private List<Unpacked> download(Wanted wanted) throws IOException, InterruptedException {
        String known = workspace.get();
        if (known == null) {
            throw new NotFetchedException("the workspace is not known: there was no configuration yet");
        }
        List<Unpacked> files = new ArrayList<>();
        boolean whole = false;
        try {
            for (String path : wanted.source().paths(known)) {
                files.add(unpackWithRoom(path));
            }
            whole = true;
            LOG.info("{} was fetched back", wanted.name());
            return files;
        } catch (NotFetchedException e) {
            LOG.warn("{} could not be fetched back: {}", wanted.name(), e.getMessage());
            throw e;
        } catch (DownloadFile.Refused e) {
            LOG.warn("{} could not be fetched back: {}", wanted.name(), e.getMessage());
            throw new NotFetchedException(String.valueOf(e.getMessage()));
        } catch (ZipException e) {
            LOG.warn("{} could not be fetched back: the archive is wrong: {}", wanted.name(), e.getMessage());
            throw new NotFetchedException("the archive is wrong: " + e.getMessage());
        } catch (IOException e) {
            LOG.warn("{} could not be fetched back: {}", wanted.name(), e.toString());
            throw new NotFetchedException(
                    "the back end does not answer (" + e.getClass().getSimpleName() + ")");
        } finally {
            if (!whole) {
                for (Unpacked file : files) {
                    Files.deleteIfExists(file.file());
                }
            }
        }
    }

    /** Others that are kept make room. */
    private Unpacked unpackWithRoom(String path) throws IOException, InterruptedException {
        try {
            return unpack(path);
        } catch (DownloadFile.Refused e) {
            if (!giveUp(study -> !hasFailed(study.fetching))) {
                throw e;
            }
            return unpack(path);
        }
    }

    private Unpacked unpack(String path) throws IOException, InterruptedException {
        String name = next();
        SealedFile zip = new SealedFile(folder.resolve(name + ".zip"));
        Path file = folder.resolve(name + ".instances");
        boolean whole = false;
        try {
            Reply reply = new DownloadFile(http, settings.dispatching()).fetch(path, zip);
            if (reply.status() != 200) {
                throw new NotFetchedException("the back end answered the download with " + reply.status());
            }
            InstanceSpool spool = new InstanceSpool(file);
            Map<String, InstanceSpool.Item> bySha256 = new LinkedHashMap<>();
            for (InstanceSpool.Item item :
                    spool.fill(zip, settings.dispatching()).items()) {
                bySha256.put(sha256(spool, item), item);
            }
            whole = true;
            return new Unpacked(file, spool, bySha256);
        } finally {
            zip.delete();
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private synchronized String next() {
        return String.valueOf(++number);
    }

    private static String sha256(InstanceSpool spool, InstanceSpool.Item item) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            try (DigestInputStream in = new DigestInputStream(spool.open(item), digest)) {
                while (in.read(buffer) >= 0) {
                    // The digest takes it.
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Who waits is told that the gateway stops. */
    @Override
    public void close() throws IOException {
        tidying.shutdownNow();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("fetching a study did not end when interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            studies.values().forEach(study -> study.fetching.cancel(true));
            studies.clear();
        }
        empty();
    }
}
