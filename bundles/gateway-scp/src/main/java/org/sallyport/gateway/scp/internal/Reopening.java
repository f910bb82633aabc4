package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what could not be opened, as a port that another program still had when the gateway started, again and again until it is open or a person stops
 * it. Guarded by its monitor, but for the opening itself.
 */
final class Reopening implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reopening.class);

    /** Does nothing if all is open. */
    interface Opening {
        void open() throws IOException;
    }

    private final Opening opening;
    private final Duration pause;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "dicom-reopen"));
    private boolean wanted;

    Reopening(Opening opening, Duration pause) {
        this.opening = opening;
        this.pause = pause;
    }

    /** Opens it now, or later. */
    void begin() {
        synchronized (this) {
            wanted = true;
        }
        attempt(e -> LOG.error(
                "the DICOM listener cannot start, and is tried again every {} s: {}",
                pause.toSeconds(),
                e.getMessage()));
    }

    private void attempt(Consumer<IOException> failed) {
        synchronized (this) {
            if (!wanted) {
                return;
            }
        }
        try {
            opening.open();
            end();
        } catch (IOException e) {
            failed.accept(e);
            again();
        }
    }

    private synchronized void again() {
        if (wanted && !timer.isShutdown()) {
            timer.schedule(
                    () -> attempt(e -> LOG.debug("still not: {}", e.getMessage())),
                    pause.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** A person stops it, or it is open: nothing is tried any more. */
    synchronized void end() {
        wanted = false;
    }

    @Override
    public void close() {
        end();
        timer.shutdownNow();
    }
}
