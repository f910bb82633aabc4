package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sub-operations of one C-MOVE, by threads of their own, which share a queue and the tally. Run and closed by the association's thread.
 */
final class Moving implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Moving.class);

    private static final long POLL_MILLIS = 20;

    private final RetrieveService.Target target;
    private final List<Item> items;
    private final Tally tally;
    private final RetrieveService.Originator originator;
    private final Function<View, Images> images;
    private final Queue<Item> queue;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Association> open = new ArrayList<>();
    private volatile boolean over;
    private volatile String problem = "";

    /** @param images makes what opens instances in a view; one for each thread */
    Moving(
            RetrieveService.Target target,
            List<Item> items,
            Tally tally,
            RetrieveService.Originator originator,
            Function<View, Images> images) {
        this.target = target;
        this.items = items;
        this.tally = tally;
        this.originator = originator;
        this.images = images;
        this.queue = new ConcurrentLinkedQueue<>(items);
    }

    /** @return whether it was cancelled */
    boolean run(Caller caller) throws IOException {
        int number = Math.min(target.associations(), items.size());
        for (int i = 1; i <= number; i++) {
            Thread thread = new Thread(this::work, "move-" + target.node().id() + "-" + i);
            threads.add(thread);
            thread.start();
        }
        boolean cancelled = false;
        while (isRunning() && !cancelled) {
            cancelled = caller.hasCancelled();
            caller.tell();
        }
        over = cancelled;
        join();
        // Those that no association was left for.
        for (Item left = cancelled ? null : queue.poll(); left != null; left = queue.poll()) {
            tally.failed(left.called(), problem.isEmpty() ? "not sent" : problem);
        }
        return cancelled;
    }

    private boolean isRunning() throws IOException {
        for (Thread thread : threads) {
            if (thread.isAlive()) {
                try {
                    thread.join(POLL_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while images were sent", e);
                }
                return true;
            }
        }
        return false;
    }

    private void work() {
        try (Images opened = images.apply(target.view())) {
            for (Item first = queue.peek(); !over && first != null; first = queue.peek()) {
                first.prepare(opened, this::waited);
                associate(opened);
            }
        } catch (CancelledException e) {
            LOG.debug("cancelled while an image was fetched");
        } catch (AssociationException e) {
            problem = "no association: " + e.kind();
            LOG.warn("sending to node {} ended: {}", target.node().id(), e.getMessage());
        } catch (IOException e) {
            problem = "the destination cannot be reached";
            LOG.warn(
                    "sending to node {} failed: {}",
                    target.node().id(),
                    e.getClass().getSimpleName());
        }
    }

    private void associate(Images opened) throws IOException {
        Association association =
                NodeAssociation.open(target.node(), target.callingAet(), Contexts.of(items), target.timeouts());
        synchronized (open) {
            open.add(association);
        }
        try (association) {
            for (Item next = next(); next != null; next = next()) {
                SubOperation.send(
                        opened,
                        next,
                        tally,
                        association.contexts(),
                        (context, uid, source, sent) -> association.storeFor(
                                context, uid, originator.aet(), originator.messageId(), source, sent),
                        this::waited,
                        () -> {});
                if (association.hasEnded()) {
                    // One that could not be read to its end: the others go by a new association.
                    return;
                }
            }
            association.release();
        }
    }

    private void waited() throws CancelledException {
        if (over) {
            throw new CancelledException();
        }
    }

    private @Nullable Item next() {
        return over ? null : queue.poll();
    }

    private void join() {
        for (Thread thread : threads) {
            try {
                // Each wait of theirs has a deadline of its own.
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Ends what still runs, when the caller has gone. */
    @Override
    public void close() {
        over = true;
        if (threads.stream().anyMatch(Thread::isAlive)) {
            synchronized (open) {
                open.forEach(Association::kill);
            }
            join();
        }
    }
}
