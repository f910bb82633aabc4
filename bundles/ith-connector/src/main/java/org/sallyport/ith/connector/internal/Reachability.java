package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.gateway.api.node.Node;

/**
 * Which nodes answer C-ECHO, as last seen. Nodes are asked at the same time, each by at most one thread, so that one that is dead delays no other; nobody
 * waits for them. Thread-safe.
 */
final class Reachability implements AutoCloseable {

    private static final int MOST_THREADS = 64;
    private static final long SETTLE_SECONDS = 5;

    /** Asks a node. */
    interface Echo {
        void ask(Node node) throws IOException;
    }

    private final Echo echo;
    private final Map<String, Boolean> known = new ConcurrentHashMap<>();
    private final Set<String> asking = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();
    private final ThreadPoolExecutor threads;

    Reachability(Echo echo) {
        this.echo = echo;
        this.threads = new ThreadPoolExecutor(
                0,
                MOST_THREADS,
                20,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> new Thread(task, "ith-echo-" + number.incrementAndGet()));
    }

    /** What is known of these nodes now; they are asked again meanwhile. Nodes that are switched off are not asked. */
    Map<String, Boolean> of(List<Node> nodes) {
        Map<String, Boolean> seen = new LinkedHashMap<>();
        Set<String> ids = new HashSet<>();
        List<Node> active = new ArrayList<>();
        for (Node node : nodes) {
            ids.add(node.id());
            Boolean answers = node.active() ? known.get(node.id()) : Boolean.FALSE;
            if (answers != null) {
                seen.put(node.id(), answers);
            }
            if (node.active()) {
                active.add(node);
            }
        }
        // With more dead nodes than threads each of the others has its chance.
        Collections.shuffle(active);
        active.forEach(this::ask);
        known.keySet().retainAll(ids);
        return seen;
    }

    /** Whether a node answered when it was asked last. */
    boolean isReachable(Node node) {
        return known.getOrDefault(node.id(), false);
    }

    /** If all threads are busy with nodes that do not answer, it is asked next time. */
    private void ask(Node node) {
        if (!asking.add(node.id())) {
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    echo.ask(node);
                    known.put(node.id(), true);
                } catch (IOException | RuntimeException e) {
                    known.put(node.id(), false);
                } finally {
                    asking.remove(node.id());
                }
            });
        } catch (RejectedExecutionException e) {
            asking.remove(node.id());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(SETTLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
