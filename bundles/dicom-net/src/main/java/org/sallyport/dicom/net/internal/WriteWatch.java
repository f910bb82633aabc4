package org.sallyport.dicom.net.internal;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends writes that last too long: a socket has no time-out for them, and a peer that stops reading would hold its thread for ever. One
 * daemon thread for all associations, which ends when nothing has been sent for a while. Thread-safe.
 */
final class WriteWatch {

    private static final int IDLE_SECONDS = 2;

    private static final ScheduledThreadPoolExecutor THREAD = thread();

    private WriteWatch() {}

    private static ScheduledThreadPoolExecutor thread() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "dicom-write-watch");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Runs it when the time is up, unless the watch is cancelled before.
     *
     * @param end does not block
     */
    static Future<?> start(long nanos, Runnable end) {
        return THREAD.schedule(end, nanos, TimeUnit.NANOSECONDS);
    }
}
