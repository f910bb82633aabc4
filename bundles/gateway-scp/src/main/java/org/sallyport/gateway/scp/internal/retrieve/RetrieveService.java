package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
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
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.FindService;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;
import org.sallyport.gateway.scp.internal.query.BadIdentifier;
import org.sallyport.gateway.scp.internal.query.Level;
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
    private final RemoteSeries remote;
    private final Function<View, Images> images;

    /**
     * @param fetcher of what was cleaned up; null = there is none now
     * @param remote of what only the back end holds
     */
    public static RetrieveService of(
            Asker asker,
            AuditLog audit,
            Selection selection,
            InstanceStore store,
            IdentityRestorer restorer,
            Supplier<@Nullable ImageFetcher> fetcher,
            RemoteSeries remote) {
        return new RetrieveService(
                asker,
                audit,
                selection,
                remote,
                view -> new Images(
                        store, restorer, view == View.ORIGINAL ? asker.request("C-GET or C-MOVE") : null, fetcher));
    }

    /** @param images makes what opens instances in a view; one for each thread */
    private RetrieveService(
            Asker asker, AuditLog audit, Selection selection, RemoteSeries remote, Function<View, Images> images) {
        this.asker = asker;
        this.audit = audit;
        this.selection = selection;
        this.remote = remote;
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
        Asked asked = select(provider, model, relational);
        if (asked == null) {
            return;
        }
        note(asker.view(), "C-GET", asked.number() + " images asked for");
        Tally tally = new Tally(asked.number());
        boolean cancelled = false;
        Waiting waiting = new Waiting(provider, tally);
        try (Images opened = images.apply(asker.view())) {
            cancelled = send(opened, items(asked), tally, contexts, waiting)
                    || send(opened, fetched(asked, asker.view(), tally, waiting), tally, contexts, waiting);
        } catch (CancelledException e) {
            cancelled = true;
        } finally {
            note(asker.view(), "C-GET", tally.toString());
        }
        end(provider, tally, cancelled);
    }

    /** C-GET: on the association itself. @return whether it was cancelled */
    private boolean send(
            Images opened, List<Item> items, Tally tally, List<PresentationContext> contexts, Waiting waiting)
            throws IOException {
        for (Item item : items) {
            if (waiting.provider.isCancelled()) {
                return true;
            }
            send(opened, item, tally, contexts, waiting.provider::store, waiting);
            waiting.progress.tell();
        }
        return false;
    }

    /** Tells of progress and hears of a cancel, while something is fetched. Owned by the association's thread. */
    private static final class Waiting implements ImageFetcher.Waiting {

        private final QueryRetrieveProvider provider;
        private final Progress progress;

        Waiting(QueryRetrieveProvider provider, Tally tally) {
            this.provider = provider;
            this.progress = new Progress(provider, tally);
        }

        @Override
        public void tick() throws IOException {
            progress.tell();
            if (provider.isCancelled()) {
                throw new CancelledException();
            }
        }
    }

    private List<Item> items(Asked asked) {
        return asked.here().stream()
                .<Item>map(instance -> new StoredItem(instance, selection::called))
                .toList();
    }

    /** What only the back end holds, after all else was sent: it may take long, or fail. */
    private List<Item> fetched(Asked asked, View given, Tally tally, ImageFetcher.Waiting waiting) throws IOException {
        if (asked.remote().isEmpty()) {
            return List.of();
        }
        RemoteSeries.Fetched fetched = remote.fetch(asked.remote(), asked.images(), given, waiting);
        tally.expect(asked.here().size()
                + fetched.items().size()
                + fetched.missing().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum());
        fetched.missing().forEach((reason, number) -> tally.failed(number, reason));
        return fetched.items();
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
        Asked asked = select(provider, model, relational);
        if (asked == null) {
            return;
        }
        note(
                target.view(),
                "C-MOVE",
                asked.number() + " images asked for, to " + target.node().id());
        Tally tally = new Tally(asked.number());
        boolean cancelled = false;
        try {
            cancelled = move(target, items(asked), tally, originator, provider)
                    || move(
                            target,
                            fetched(asked, target.view(), tally, new Waiting(provider, tally)),
                            tally,
                            originator,
                            provider);
        } catch (CancelledException e) {
            cancelled = true;
        } finally {
            note(target.view(), "C-MOVE", tally + ", to " + target.node().id());
        }
        end(provider, tally, cancelled);
    }

    /** @return whether it was cancelled */
    private boolean move(
            Target target, List<Item> items, Tally tally, Originator originator, QueryRetrieveProvider provider)
            throws IOException {
        try (Moving moving = new Moving(target, items, tally, originator)) {
            return moving.run(provider);
        }
    }

    /** Who asked for a C-MOVE, for the C-STOREs that belong to it. */
    public record Originator(String aet, int messageId) {}

    private void note(View given, String operation, String counts) throws IOException {
        // Identity was used to find them, or is sent.
        View used = given == View.ORIGINAL ? given : asker.view();
        new Asker(asker.aet(), asker.address(), used)
                .audit(audit, operation.equals("C-GET") ? "query.get" : "query.move", operation, counts);
    }

    /**
     * What is asked for.
     *
     * @param here what the index knows
     * @param remote what only the back end holds
     * @param images if they are named one by one; else empty
     */
    private record Asked(List<StoredInstance> here, List<RemoteStudies.Series> remote, Set<String> images) {

        /** As far as the back end has told it. */
        int number() {
            long number = here.size();
            for (RemoteStudies.Series series : remote) {
                number += images.isEmpty() ? series.instances() : Math.min(images.size(), series.instances());
            }
            return (int) Math.min(number, Integer.MAX_VALUE / 2);
        }
    }

    /** Null if the operation was ended: the identifier does not fit, or the index cannot be asked. */
    private @Nullable Asked select(QueryRetrieveProvider provider, Model model, boolean relational) throws IOException {
        try {
            RetrieveKeys keys = RetrieveKeys.of(model, provider.identifier(), relational);
            List<StoredInstance> here = selection.of(keys);
            return new Asked(here, selection.remote(keys, here), Set.copyOf(keys.of(Level.IMAGE)));
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
            Item item,
            Tally tally,
            List<PresentationContext> contexts,
            Storing storing,
            ImageFetcher.Waiting waiting)
            throws AssociationException, CancelledException {
        Optional<PresentationContext> context = Contexts.choose(contexts, item);
        if (context.isEmpty()) {
            tally.failed(
                    item.called(), "not taken: " + UidRegistry.keyword(item.sopClassUid()) + " in its transfer syntax");
            return;
        }
        String reason;
        try (Images.Opened image = item.open(opened, waiting)) {
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
            tally.failed(item.called(), "the association ended");
            throw e;
        } catch (CancelledException e) {
            throw e;
        } catch (NotFetchedException e) {
            reason = item.isRemote()
                    ? RemoteSeries.NOT_NOW + e.getMessage()
                    : "cleaned up after delivery, and cannot be fetched back now: " + e.getMessage();
        } catch (InstanceGoneException e) {
            reason = "cleaned up after delivery, and cannot be fetched";
        } catch (ImageException | DicomDataException e) {
            reason = "cannot be rewritten in a transfer syntax that is taken";
            LOG.warn("instance {} cannot be rewritten: {}", item.name(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            reason = "cannot be read";
            LOG.error("instance {} cannot be sent", item.name(), e);
        }
        tally.failed(item.called(), reason);
    }

    /** The sub-operations of one C-MOVE. Closed by the thread that made it. */
    private final class Moving implements AutoCloseable {

        private final Target target;
        private final List<Item> items;
        private final Tally tally;
        private final Originator originator;
        private final Queue<Item> queue;
        private final List<Thread> threads = new ArrayList<>();
        private final List<Association> open = new ArrayList<>();
        private volatile boolean over;
        private volatile String problem = "";

        Moving(Target target, List<Item> items, Tally tally, Originator originator) {
            this.target = target;
            this.items = items;
            this.tally = tally;
            this.originator = originator;
            this.queue = new ConcurrentLinkedQueue<>(items);
        }

        /** @return whether it was cancelled */
        boolean run(QueryRetrieveProvider provider) throws IOException {
            int number = Math.min(target.associations(), items.size());
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
}
