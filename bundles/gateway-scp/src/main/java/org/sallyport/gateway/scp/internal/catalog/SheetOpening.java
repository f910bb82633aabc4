package org.sallyport.gateway.scp.internal.catalog;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StudySheets.Sheet;

/**
 * Opens many sheets on all processors, as a million would take one of them half a minute at each start; gives them on in the order in which they came. Owned
 * by one thread, which reads the next ones meanwhile.
 */
final class SheetOpening implements AutoCloseable {

    private static final int MOST_THREADS = 4;
    private static final long LONGEST_MINUTES = 10;

    private final Opener opener;
    private final Consumer<StudySheet> to;
    private final int number = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    private final ExecutorService threads;
    private final Deque<Future<List<StudySheet>>> underWay = new ArrayDeque<>();

    /** Thread-safe. */
    @FunctionalInterface
    interface Opener {

        /** @return null = it cannot be opened, and is left out */
        @Nullable
        StudySheet open(Sheet sheet);
    }

    SheetOpening(Opener opener, Consumer<StudySheet> to) {
        this.opener = opener;
        this.to = to;
        AtomicInteger started = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(number, task -> {
            Thread thread = new Thread(task, "query-sheets-" + started.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Waits while more are under way than there are threads. */
    void take(List<Sheet> sheets) throws IndexException {
        underWay.add(threads.submit(() -> open(sheets)));
        if (underWay.size() > number) {
            giveOn();
        }
    }

    private List<StudySheet> open(List<Sheet> sheets) {
        List<StudySheet> opened = new ArrayList<>(sheets.size());
        for (Sheet sheet : sheets) {
            StudySheet one = opener.open(sheet);
            if (one != null) {
                opened.add(one);
            }
        }
        return opened;
    }

    /** Gives on what is left. */
    void finish() throws IndexException {
        while (!underWay.isEmpty()) {
            giveOn();
        }
    }

    private void giveOn() throws IndexException {
        try {
            underWay.remove().get(LONGEST_MINUTES, TimeUnit.MINUTES).forEach(to);
        } catch (ExecutionException | TimeoutException e) {
            throw new IndexException("sheets could not be opened", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexException("interrupted while sheets were opened", e);
        }
    }

    /** What is under way is given up. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
