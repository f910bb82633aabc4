package org.sallyport.ith.connector.internal;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Tells the back end how far one dispatch is: while it downloads every few seconds, while it sends every fifty objects. Guarded by this object's monitor.
 */
final class DispatchNews {

    static final Duration DOWNLOADING_EVERY = Duration.ofSeconds(5);

    private static final int PROCESSING_EVERY = 50;
    private static final int HALF = 50;
    private static final int WHOLE = 100;

    /** Takes what is told. */
    interface Teller {
        void tell(Event event, String status, int progress, int sent, int total);
    }

    private final Event event;
    private final Teller teller;
    private int total;
    private int told;
    private final int[] sentByNode;

    DispatchNews(Event event, Teller teller, int nodes) {
        this.event = event;
        this.teller = teller;
        this.sentByNode = new int[nodes];
    }

    /** @return ends it */
    ScheduledFuture<?> downloading(DownloadFile download, ScheduledExecutorService timer) {
        // However soon it is over.
        teller.tell(event, "downloading", 0, 0, 0);
        return timer.scheduleAtFixedRate(
                () -> teller.tell(event, "downloading", half(download.read(), download.length()), 0, 0),
                DOWNLOADING_EVERY.toMillis(),
                DOWNLOADING_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static int half(long done, long all) {
        return all <= 0 ? 0 : (int) Math.min(HALF, done * HALF / all);
    }

    synchronized void processing(int all) {
        total = all;
        teller.tell(event, "processing", HALF, 0, all);
    }

    synchronized void sent(int node, int count) {
        sentByNode[node] = Math.max(sentByNode[node], count);
        int now = sent();
        if (now / PROCESSING_EVERY > told / PROCESSING_EVERY) {
            told = now;
            teller.tell(event, "processing", HALF + half(now, total), now, total);
        }
    }

    synchronized int sent() {
        int sum = 0;
        for (int count : sentByNode) {
            sum += count;
        }
        return sum;
    }

    synchronized int sent(int node) {
        return sentByNode[node];
    }

    synchronized int total() {
        return total;
    }

    /** Of a dispatch that ended. */
    static int progress(boolean completed, int sent, int total) {
        return completed ? WHOLE : total == 0 ? 0 : HALF + (int) Math.min(HALF - 1, (long) sent * HALF / total);
    }
}
