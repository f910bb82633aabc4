package org.sallyport.ith.connector.internal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the back end that are interrupted when the gateway stops. What their threads do between them, such as work on the database, is not: an embedded
 * one takes that ill. For one thread that calls; any may stop it.
 */
final class StoppableCalls {

    /** Guarded by this. */
    private boolean stopped;

    /** Who is calling now; guarded by this. */
    private @Nullable Thread calling;

    interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    /** @throws InterruptedException if the gateway stops */
    <T> T call(Call<T> call) throws IOException, InterruptedException {
        synchronized (this) {
            if (stopped) {
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

    synchronized void stop() {
        stopped = true;
        if (calling != null) {
            calling.interrupt();
        }
    }
}
