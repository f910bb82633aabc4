package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sallyport.gateway.testkit.DestinationContract.Received;

/** A receiver in memory, which keeps digests alone. Guarded by its monitor, but for the latch. */
final class MemoryReceiver {

    private static final long TIMEOUT_MILLIS = 500;

    private final List<Received> held = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean away;
    private boolean silent;

    synchronized void goAway() {
        away = true;
    }

    synchronized void fallSilent() {
        silent = true;
    }

    void close() {
        closed.countDown();
    }

    synchronized boolean isAway() {
        return away;
    }

    private synchronized boolean isSilent() {
        return silent;
    }

    /** What precedes each image: the receiver has to be there and to answer in time. */
    void greet() throws IOException, InterruptedException {
        if (isAway()) {
            throw new IOException("no connection");
        }
        if (isSilent()) {
            closed.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            throw new SocketTimeoutException("no answer");
        }
    }

    /** As {@link #greet}, without limit, until the receiver is closed; an interrupt does not end it. */
    void greetForEver() throws IOException {
        if (isAway()) {
            throw new IOException("no connection");
        }
        while (isSilent() && closed.getCount() > 0) {
            awaitClose();
        }
    }

    /** Until the receiver is closed; an interrupt does not end it, and is lost. */
    void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            // As who does not know what interrupts are for.
        }
    }

    /** What is there already is replaced. */
    synchronized void put(Received received) {
        held.removeIf(one -> one.sopInstanceUid().equals(received.sopInstanceUid()));
        held.add(received);
    }

    synchronized void putBeside(Received received) {
        held.add(received);
    }

    synchronized void putIfNew(Received received) {
        if (held.stream().noneMatch(one -> one.sopInstanceUid().equals(received.sopInstanceUid()))) {
            held.add(received);
        }
    }

    synchronized List<Received> received() {
        return List.copyOf(held);
    }
}
