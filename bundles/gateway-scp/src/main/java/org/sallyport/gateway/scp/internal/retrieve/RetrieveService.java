package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.FindService;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;
import org.sallyport.gateway.scp.internal.query.BadIdentifier;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.RetrieveKeys;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one C-GET or C-MOVE. Owned by the association's thread; instances of a C-MOVE are sent by threads of their own, which share a queue and the
 * tally.
 */
public final class RetrieveService {

    private static final Logger LOG = LoggerFactory.getLogger(RetrieveService.class);

    private static final int UNABLE_TO_COUNT = 0xA701;
    private static final int UNKNOWN_DESTINATION = 0xA801;

    /** Between two pending responses: fewer would let callers think that nothing happens, more cost both sides time. */
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long POLL_MILLIS = 20;

    private final Asker asker;
    private final AuditLog audit;
    private final Selection selection;
    private final Function<View, Images> images;

    /** @param fetcher of what was cleaned up; null = there is none now */
    public static RetrieveService of(
            Asker asker,
            AuditLog audit,
            Selection selection,
            InstanceStore store,
            IdentityRestorer restorer,
            Supplier<@Nullable ImageFetcher> fetcher) {
        return new RetrieveService(
                asker,
                audit,
                selection,
                view -> new Images(
                        store, restorer, view == View.ORIGINAL ? asker.request("C-GET or C-MOVE") : null, fetcher));
    }

    /** @param images makes what opens instances in a view; one for each thread */
    private RetrieveService(Asker asker, AuditLog audit, Selection selection, Function<View, Images> images) {
        this.asker = asker;
        this.audit = audit;
        this.selection = selection;
        this.images = images;
    }

    /**
     * Where a C-MOVE sends to.
     *
     * @param view what the receiver is given
     * @param callingAet ours
     * @param associations at the same time, at least 1
     */
    public record Target(Node node, View view, String callingAet, int associations, Timeouts timeouts) {}

    /** C-GET: on the association itself. */
    public void get(QueryRetrieveProvider provider, Model model, boolean relational, List<PresentationContext> contexts)
            throws IOException {
        List<StoredInstance> instances = select(provider, model, relational);
        if (instances == null) {
            return;
        }
        note(asker.view(), "C-GET", instances.size() + " images asked for");
        Tally tally = new Tally(instances.size());
        boolean cancelled = false;
        Progress progress = new Progress(provider, tally);
        try (Images opened = images.apply(asker.view())) {
            for (StoredInstance instance : instances) {
                cancelled = provider.isCancelled();
                if (cancelled) {
                    break;
                }
                send(opened, instance, tally, contexts, provider::store, () -> {
                    progress.tell();
                    if (provider.isCancelled()) {
                        throw new CancelledException();
                    }
                });
                progress.tell();
            }
        } catch (CancelledException e) {
            cancelled = true;
        } finally {
            note(asker.view(), "C-GET", tally.toString());
        }
        end(provider, tally, cancelled);
    }

    /** @param target null = not known, or it may not be given images */
    public void move(
            QueryRetrieveProvider provider,
            Model model,
            boolean relational,
            @Nullable Target target,
            Originator originator)
            throws IOException {
        if (target == null) {
            provider.end(
                    provider.response(UNKNOWN_DESTINATION).withComment("no node with this AE title may be sent to"));
            return;
        }
        List<StoredInstance> instances = select(provider, model, relational);
        if (instances == null) {
            return;
        }
        note(
                target.view(),
                "C-MOVE",
                instances.size() + " images asked for, to " + target.node().id());
        Tally tally = new Tally(instances.size());
        boolean cancelled = false;
        try (Moving moving = new Moving(target, instances, tally, originator)) {
            cancelled = moving.run(provider);
        } finally {
            note(target.view(), "C-MOVE", tally + ", to " + target.node().id());
        }
        end(provider, tally, cancelled);
    }

    /** Who asked for a C-MOVE, for the C-STOREs that belong to it. */
    public record Originator(String aet, int messageId) {}

    private void note(View given, String operation, String counts) throws IOException {
        // Identity was used to find them, or is sent.
        View used = given == View.ORIGINAL ? given : asker.view();
        new Asker(asker.aet(), asker.address(), used)
                .audit(audit, operation.equals("C-GET") ? "query.get" : "query.move", operation, counts);
    }

    /** Null if the operation was ended: the identifier does not fit, or the index cannot be asked. */
    private @Nullable List<StoredInstance> select(QueryRetrieveProvider provider, Model model, boolean relational)
            throws IOException {
        try {
            return selection.of(RetrieveKeys.of(model, provider.identifier(), relational));
        } catch (BadIdentifier e) {
            provider.end(FindService.refusal(provider, e));
        } catch (DicomDataException e) {
            provider.end(FindService.unreadable(provider));
        } catch (AssociationException e) {
            throw e;
        } catch (IOException | UncheckedIOException e) {
            LOG.error("what {} asks for could not be looked up", asker.aet(), e);
            provider.end(
                    provider.response(UNABLE_TO_COUNT).withComment("cannot be looked up now: see the gateway's log"));
        }
        return null;
    }

    private void end(QueryRetrieveProvider provider, Tally tally, boolean cancelled) throws IOException {
        provider.end(tally.status(cancelled), tally.last(cancelled), tally.failedUids(), tally.comment());
        LOG.info("{} ({}): {}", asker.aet(), asker.address(), tally);
    }

    /** Pending responses, now and then. Owned by the association's thread. */
    private static final class Progress {

        private final QueryRetrieveProvider provider;
        private final Tally tally;
        private long told = System.nanoTime();

        Progress(QueryRetrieveProvider provider, Tally tally) {
            this.provider = provider;
            this.tally = tally;
        }

        void tell() throws IOException {
            if (System.nanoTime() - told > PROGRESS_NANOS) {
                provider.progress(tally.numbers());
                told = System.nanoTime();
            }
        }
    }

    /** The caller has cancelled while an image was waited for. */
    private static final class CancelledException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Sends a C-STORE. */
    private interface Storing {
        CommandSet store(PresentationContext context, String sopInstanceUid, Association.DataSetSource source)
                throws IOException;
    }

    /**
     * @throws AssociationException if the association has ended
     * @throws CancelledException if that was heard while the instance was fetched; any other failure concerns this instance only
     */
    private void send(
            Images opened,
            StoredInstance instance,
            Tally tally,
            List<PresentationContext> contexts,
            Storing storing,
            ImageFetcher.Waiting waiting)
            throws AssociationException, CancelledException {
        Optional<PresentationContext> context = Contexts.choose(contexts, instance);
        if (context.isEmpty()) {
            tally.failed(
                    called(instance),
                    "not taken: " + UidRegistry.keyword(instance.facts().sopClassUid()) + " in its transfer syntax");
            return;
        }
        String reason;
        try (Images.Opened image = opened.open(instance, waiting)) {
            int status = storing.store(
                            context.get(),
                            image.sopInstanceUid(),
                            image.in(context.get().transferSyntax()))
                    .status();
            if (tally.answered(status)) {
                return;
            }
            reason = String.format("the receiver answered %04X", status);
        } catch (AssociationException e) {
            tally.failed(called(instance), "the association ended");
            throw e;
        } catch (CancelledException e) {
            throw e;
        } catch (NotFetchedException e) {
            reason = "cleaned up after delivery, and cannot be fetched back now: " + e.getMessage();
        } catch (InstanceGoneException e) {
            reason = "cleaned up after delivery, and cannot be fetched";
        } catch (ImageException | DicomDataException e) {
            reason = "cannot be rewritten in a transfer syntax that is taken";
            LOG.warn("instance {} cannot be rewritten: {}", instance.facts().sopInstanceUid(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            reason = "cannot be read";
            LOG.error("instance {} cannot be sent", instance.facts().sopInstanceUid(), e);
        }
        tally.failed(called(instance), reason);
    }

    private Optional<String> called(StoredInstance instance) {
        return selection.called(instance);
    }

    /** The sub-operations of one C-MOVE. Closed by the thread that made it. */
    private final class Moving implements AutoCloseable {

        private final Target target;
        private final List<StoredInstance> instances;
        private final Tally tally;
        private final Originator originator;
        private final Queue<StoredInstance> queue;
        private final List<Thread> threads = new ArrayList<>();
        private final List<Association> open = new ArrayList<>();
        private volatile boolean over;
        private volatile String problem = "";

        Moving(Target target, List<StoredInstance> instances, Tally tally, Originator originator) {
            this.target = target;
            this.instances = instances;
            this.tally = tally;
            this.originator = originator;
            this.queue = new ConcurrentLinkedQueue<>(instances);
        }

        /** @return whether it was cancelled */
        boolean run(QueryRetrieveProvider provider) throws IOException {
            int number = Math.min(target.associations(), instances.size());
            for (int i = 1; i <= number; i++) {
                Thread thread = new Thread(this::work, "move-" + target.node().id() + "-" + i);
                threads.add(thread);
                thread.start();
            }
            Progress progress = new Progress(provider, tally);
            boolean cancelled = false;
            while (isRunning() && !cancelled) {
                cancelled = provider.isCancelled();
                progress.tell();
            }
            over = cancelled;
            join();
            // Those that no association was left for.
            for (StoredInstance left = cancelled ? null : queue.poll(); left != null; left = queue.poll()) {
                tally.failed(called(left), problem.isEmpty() ? "not sent" : problem);
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
                for (StoredInstance first = queue.peek(); !over && first != null; first = queue.peek()) {
                    opened.prepare(first, this::waited);
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
                    NodeAssociation.open(target.node(), target.callingAet(), Contexts.of(instances), target.timeouts());
            synchronized (open) {
                open.add(association);
            }
            try (association) {
                for (StoredInstance next = next(); next != null; next = next()) {
                    send(
                            opened,
                            next,
                            tally,
                            association.contexts(),
                            (context, uid, source) -> association.storeFor(
                                    context, uid, originator.aet(), originator.messageId(), source),
                            this::waited);
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

        private @Nullable StoredInstance next() {
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
}
