package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.MergedSheets;
import org.sallyport.gateway.scp.internal.catalog.RemoteSheets;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.commitment.CommitmentProvider;
import org.sallyport.gateway.scp.internal.commitment.Judge;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.Details;
import org.sallyport.gateway.scp.internal.find.Lookups;
import org.sallyport.gateway.scp.internal.query.View;
import org.sallyport.gateway.scp.internal.retrieve.RemoteSeries;
import org.sallyport.gateway.scp.internal.retrieve.RetrieveService;
import org.sallyport.gateway.scp.internal.retrieve.Selection;

/**
 * What query, retrieve and storage commitment need. Present while vault, store and delivery are; the listener works on without it. The references to what
 * fetches from the back end are owned by Declarative Services.
 */
@Component(service = QueryServices.class, configurationPid = "org.sallyport.query")
public final class QueryServices {

    private final QuerySettings settings;
    private final Sheets sheets;
    private final StudyIndex index;
    private final StudyFinder finder;
    private final RemoteStudies remote;
    private final ReturnedObjects returned;
    private final InstanceStore store;
    private final IdentityRestorer restorer;
    private final IdentityDirectory directory;
    private final PatientRegister register;
    private final OriginalReceivers receivers;
    private final AuditLog audit;
    private final NodeTable nodes;
    private final CommitmentProvider commitments;
    private final AtomicReference<@Nullable ImageFetcher> fetcher = new AtomicReference<>();
    private final AtomicReference<@Nullable RemoteImages> remoteImages = new AtomicReference<>();

    @Activate
    public QueryServices(
            QueryConfiguration configuration,
            @Reference Sheets sheets,
            @Reference RemoteSheets remoteSheets,
            @Reference StudyIndex index,
            @Reference StudyFinder finder,
            @Reference RemoteStudies remote,
            @Reference ReturnedObjects returned,
            @Reference InstanceStore store,
            @Reference IdentityRestorer restorer,
            @Reference IdentityDirectory directory,
            @Reference IdentityVault vault,
            @Reference PatientRegister register,
            @Reference OriginalReceivers receivers,
            @Reference AuditLog audit,
            @Reference NodeTable nodes,
            @Reference DeliveryQueue queue,
            @Reference StudyCompletion completion)
            throws IOException {
        this.settings = QuerySettings.of(configuration);
        this.sheets = new MergedSheets(sheets, remoteSheets);
        this.index = index;
        this.finder = finder;
        this.remote = remote;
        this.returned = returned;
        this.store = store;
        this.restorer = restorer;
        this.directory = directory;
        this.register = register;
        this.receivers = receivers;
        this.audit = audit;
        this.nodes = nodes;
        this.commitments = new CommitmentProvider(
                new CommitmentProvider.Settings(settings.reportOnNew(), settings.commitmentWait(), nodes.timeouts()),
                DataFolder.of("commitment"),
                vault,
                () -> judge(queue),
                this::node,
                completion,
                Clock.systemUTC());
        commitments.start();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setFetcher(ImageFetcher service) {
        fetcher.set(service);
    }

    void unsetFetcher(ImageFetcher service) {
        fetcher.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setRemoteImages(RemoteImages service) {
        remoteImages.set(service);
    }

    void unsetRemoteImages(RemoteImages service) {
        remoteImages.compareAndSet(service, null);
    }

    @Deactivate
    void close() {
        commitments.close();
    }

    private Optional<Node> node(String aet) {
        return nodes.nodes().stream()
                .filter(node -> node.aet().equals(aet) && node.active())
                .findFirst();
    }

    /** Senders name instances as they sent them. */
    private Judge judge(DeliveryQueue queue) {
        Asker gateway = new Asker("gateway", "storage commitment", View.ORIGINAL);
        Heads heads = heads(gateway, "storage commitment");
        Selection selection = new Selection(
                View.ORIGINAL, index, finder, remote, sheets, lookups(gateway, "storage commitment"), heads);
        return new Judge(selection::image, index, queue, settings.whenDelivered(), settings.commitmentWait());
    }

    QuerySettings settings() {
        return settings;
    }

    Sheets sheets() {
        return sheets;
    }

    AuditLog audit() {
        return audit;
    }

    OriginalReceivers receivers() {
        return receivers;
    }

    NodeTable nodes() {
        return nodes;
    }

    CommitmentProvider commitments() {
        return commitments;
    }

    /** Instance Availability (PS3.3 C.4.23) of what was cleaned up. */
    String whenGone() {
        return fetcher.get() == null ? "OFFLINE" : "NEARLINE";
    }

    private static Supplier<AccessRequest> request(Asker asker, String reason) {
        return () -> asker.request(reason);
    }

    Heads heads(Asker asker, String reason) {
        return new Heads(store, restorer, request(asker, reason));
    }

    Lookups lookups(Asker asker, String reason) {
        return new Lookups(asker.view(), finder, remote, register, directory, request(asker, reason));
    }

    Details details(Asker asker, String reason) {
        return new Details(asker.view(), index, remote, heads(asker, reason), directory, request(asker, reason));
    }

    RetrieveService retrieve(Asker asker, String reason, Heads heads) {
        Selection selection = new Selection(asker.view(), index, finder, remote, sheets, lookups(asker, reason), heads);
        return RetrieveService.of(
                asker,
                audit,
                selection,
                store,
                restorer,
                fetcher::get,
                new RemoteSeries(remoteImages::get, returned, asker.view(), () -> asker.request("C-GET or C-MOVE")));
    }
}
