package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.FindService;
import org.sallyport.gateway.scp.internal.query.BadIdentifier;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.RetrieveKeys;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one C-GET or C-MOVE. Owned by the association's thread. */
public final class RetrieveService {

    private static final Logger LOG = LoggerFactory.getLogger(RetrieveService.class);

    private static final int UNABLE_TO_COUNT = 0xA701;
    private static final int UNKNOWN_DESTINATION = 0xA801;

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
        Caller caller = new Caller(provider, tally);
        try (Images opened = images.apply(asker.view())) {
            cancelled = send(opened, items(asked), tally, contexts, provider, caller)
                    || send(opened, fetched(asked, asker.view(), tally, caller), tally, contexts, provider, caller);
        } catch (CancelledException e) {
            cancelled = true;
        } finally {
            note(asker.view(), "C-GET", tally.toString());
        }
        end(provider, tally, cancelled);
    }

    /** @return whether it was cancelled */
    private static boolean send(
            Images opened,
            List<Item> items,
            Tally tally,
            List<PresentationContext> contexts,
            QueryRetrieveProvider provider,
            Caller caller)
            throws IOException {
        for (int i = 0; i < items.size(); i++) {
            if (caller.hasCancelled()) {
                return true;
            }
            Item next = i + 1 < items.size() ? items.get(i + 1) : null;
            SubOperation.send(opened, items.get(i), tally, contexts, provider::store, caller, () -> {
                if (next != null) {
                    next.openAhead(opened);
                }
            });
            caller.tell();
        }
        return false;
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
            Caller caller = new Caller(provider, tally);
            cancelled = move(target, items(asked), tally, originator, caller)
                    || move(target, fetched(asked, target.view(), tally, caller), tally, originator, caller);
        } catch (CancelledException e) {
            cancelled = true;
        } finally {
            note(target.view(), "C-MOVE", tally + ", to " + target.node().id());
        }
        end(provider, tally, cancelled);
    }

    /** @return whether it was cancelled */
    private boolean move(Target target, List<Item> items, Tally tally, Originator originator, Caller caller)
            throws IOException {
        try (Moving moving = new Moving(target, items, tally, originator, images)) {
            return moving.run(caller);
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
}
