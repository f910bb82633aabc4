package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import javax.servlet.AsyncContext;
import javax.servlet.AsyncEvent;
import javax.servlet.AsyncListener;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that hears events. Nobody waits for it: what it cannot take at once waits in a bounded queue, and one that lets that run over is told
 * so and dropped. All is guarded by its monitor; it is called by whoever has an event and by the server's threads.
 */
final class EventListener implements WriteListener, AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventListener.class);

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final int most;
    private final byte[] dropped;
    private final Consumer<EventListener> gone;
    private final long since = System.nanoTime();
    private final Deque<byte[]> queue = new ArrayDeque<>();
    /** Until the server has said for the first time that it takes bytes. */
    private boolean opened;

    private boolean flushed = true;
    /** Nothing more is taken; it ends when the queue is written. */
    private boolean ending;

    private boolean ended;

    /**
     * @param most events that may wait
     * @param dropped what one that is too slow hears last
     * @param gone hears of the end, once
     */
    EventListener(AsyncContext context, int most, byte[] dropped, Consumer<EventListener> gone) throws IOException {
        this.context = context;
        this.out = context.getResponse().getOutputStream();
        this.most = most;
        this.dropped = dropped;
        this.gone = gone;
    }

    /** {@link System#nanoTime()} of its beginning. */
    long since() {
        return since;
    }

    synchronized boolean isEnding() {
        return ending;
    }

    /** @param last whether it ends behind this */
    synchronized void tell(byte[] event, boolean last) {
        if (ending || ended) {
            return;
        }
        if (queue.size() == most) {
            LOG.warn("a listener to events was dropped: more than {} waited for it", most);
            queue.clear();
            queue.add(dropped);
            ending = true;
        } else {
            queue.add(event);
            ending = last;
        }
        pump();
    }

    /** Writes what the server takes now; it calls {@link #onWritePossible} when it takes more. */
    private void pump() {
        try {
            while (opened && !ended && out.isReady()) {
                byte[] next = queue.poll();
                if (next != null) {
                    flushed = false;
                    out.write(next);
                } else if (!flushed) {
                    flushed = true;
                    out.flush();
                } else {
                    if (ending) {
                        end();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            // The client has gone.
            LOG.debug("a listener to events has gone", e);
            end();
        }
    }

    /** Ends it at once, whatever waits. */
    synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        queue.clear();
        gone.accept(this);
        try {
            context.complete();
        } catch (IllegalStateException e) {
            LOG.debug("the server has ended it already", e);
        }
    }

    @Override
    public synchronized void onWritePossible() {
        opened = true;
        pump();
    }

    @Override
    public void onError(Throwable e) {
        LOG.debug("a listener to events has gone", e);
        end();
    }

    @Override
    public void onError(AsyncEvent event) {
        end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Nothing is started again.
    }
}
