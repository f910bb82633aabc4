package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.sallyport.gateway.api.node.BackEnd.CommandState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads that work commands off: some for dispatches, which take long, and one for all else. */
final class CommandRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);

    private static final long PAUSE_MILLIS = 5_000;
    private static final long SETTLE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    /** Carries a command out. */
    interface Work {

        /** @throws IOException if it could not be done now: it is tried again, in its turn */
        Outcome run(Commands.Entry entry) throws IOException, InterruptedException;
    }

    private final Commands commands;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    CommandRunner(Commands commands, Work dispatches, int concurrency, Work others) {
        this.commands = commands;
        for (int i = 1; i <= concurrency; i++) {
            threads.add(new Thread(() -> work(Event::isDispatch, dispatches), "ith-command-" + i));
        }
        threads.add(new Thread(() -> work(event -> !event.isDispatch(), others), "ith-command-0"));
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private void work(Predicate<Event> kind, Work work) {
        while (!closing) {
            try {
                run(commands.next(kind), work);
            } catch (InterruptedException e) {
                // A command was cancelled, or all ends.
                LOG.debug("interrupted");
            }
        }
    }

    private void run(Commands.Entry entry, Work work) throws InterruptedException {
        LOG.info("command {} ({} {}) begins", entry.number, entry.event.type(), entry.event.correlationId());
        Outcome outcome;
        try {
            outcome = work.run(entry);
        } catch (InterruptedException e) {
            commands.giveBack(entry);
            throw e;
        } catch (IOException e) {
            LOG.warn("command {} is tried again: {}", entry.number, e.getMessage());
            giveBackAfterPause(entry);
            return;
        } catch (RuntimeException e) {
            LOG.error("command {} failed", entry.number, e);
            outcome = Outcome.failed("an error inside of the gateway: see its log");
        }
        try {
            commands.end(entry, outcome.state(), outcome.message());
            if (outcome.state() == CommandState.FAILED) {
                LOG.warn("command {} failed: {}", entry.number, outcome.message());
            } else {
                LOG.info("command {} is done", entry.number);
            }
        } catch (IOException e) {
            LOG.error("the end of command {} could not be recorded; it is run again", entry.number, e);
            giveBackAfterPause(entry);
        }
    }

    /** The pause comes first: a command that was given back may be taken at once. */
    private void giveBackAfterPause(Commands.Entry entry) throws InterruptedException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } finally {
            commands.giveBack(entry);
        }
    }

    @Override
    public void close() {
        closing = true;
        threads.forEach(Thread::interrupt);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS);
        try {
            for (Thread thread : threads) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                thread.join(Math.max(1, left));
                if (thread.isAlive()) {
                    LOG.warn("{} did not end when interrupted", thread.getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
