package org.sallyport.gateway.delivery.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads in which destinations are called, those of each destination in a group of its own. Threads that a plug-in starts in its calls inherit the
 * group, and so can be counted, also when the plug-in has been replaced since. What a plug-in starts elsewhere, in its constructor or in threads of a pool that
 * it made there, is not seen. Thread-safe.
 */
final class PluginThreads {

    private static final Logger LOG = LoggerFactory.getLogger(PluginThreads.class);

    /** For threads that begin while they are listed. */
    private static final int SPARE = 16;

    private final ThreadGroup parent = Thread.currentThread().getThreadGroup();
    private final Map<String, ThreadGroup> groups = new ConcurrentHashMap<>();

    /** A thread of the gateway's own in which a destination is called, not started yet. */
    Thread caller(String destination, String name, Runnable task) {
        ThreadGroup group = groups.computeIfAbsent(destination, one -> new Group(parent, one));
        return new Caller(group, task, name);
    }

    /** Threads that a plug-in started when it was called, and that have not ended. */
    int count(String destination) {
        ThreadGroup group = groups.get(destination);
        if (group == null) {
            return 0;
        }
        Thread[] found;
        int all;
        do {
            found = new Thread[group.activeCount() + SPARE];
            all = group.enumerate(found);
        } while (all == found.length);
        int started = 0;
        for (int i = 0; i < all; i++) {
            if (!(found[i] instanceof Caller)) {
                started++;
            }
        }
        return started;
    }

    private static final class Caller extends Thread {

        Caller(ThreadGroup group, Runnable task, String name) {
            super(group, task, name);
        }
    }

    private static final class Group extends ThreadGroup {

        Group(ThreadGroup parent, String destination) {
            super(parent, destination);
        }

        /** By the JDK its message would be printed, whatever it quotes. */
        @Override
        public void uncaughtException(Thread thread, Throwable failure) {
            LOG.warn(
                    "a thread of destination {} ended with {}",
                    getName(),
                    failure.getClass().getName());
        }
    }
}
