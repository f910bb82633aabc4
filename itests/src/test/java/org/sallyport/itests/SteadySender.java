package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sends one small study after the other until it is closed, on a thread of its own, which owns the senders. */
final class SteadySender {

    static final int IMAGES = 3;

    private final Senders senders;
    private final int port;
    private final AtomicInteger studies = new AtomicInteger();
    private final Thread thread = new Thread(this::send, "steady-sender");
    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    SteadySender(Path folder, int port) throws IOException {
        this(folder, port, Senders.FIRST);
    }

    /** @param first number of the first study */
    SteadySender(Path folder, int port, int first) throws IOException {
        this.senders = new Senders(folder, first);
        this.port = port;
        thread.start();
    }

    private void send() {
        try {
            while (!closed) {
                senders.start(1, IMAGES, port);
                senders.await();
                studies.incrementAndGet();
            }
        } catch (IOException | InterruptedException e) {
            failure = e;
        }
    }

    /** Studies sent so far. */
    int studies() {
        return studies.get();
    }

    /** Ends after the study under way. @throws AssertionError if an image was not acknowledged */
    Set<String> acknowledged() throws Exception {
        closed = true;
        thread.join();
        Exception failed = failure;
        if (failed != null) {
            throw failed;
        }
        Set<String> keys = senders.acknowledged();
        if (keys.size() != studies() * IMAGES) {
            throw new AssertionError("of " + studies() * IMAGES + " images " + keys.size() + " were acknowledged");
        }
        return keys;
    }

    void close() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
