package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.delivery.StudyCheck;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.support.components.FailedComponents;
import org.sallyport.gateway.support.settings.Secrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes completed studies and keeps a {@link Lane} for each destination. {@link Lanes} owns those; Declarative Services tell of destinations.
 */
@Component(
        service = {StudyCompletion.class, DestinationDirectory.class, RouteDirectory.class},
        configurationPid = "org.sallyport.delivery")
@Designate(ocd = DeliveryConfiguration.class)
public final class DeliveryEngine implements StudyCompletion, DestinationDirectory, RouteDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryEngine.class);

    static final String NO_ORIGINALS = "originals cannot be handed over now: the vault, or what restores, is not there";

    private static final String NOT_QUEUED_FOR =
            "; its filter is not known, so that studies are not queued for it: route:apply does that later, study by study";

    /**
     * One whose plug-in refuses its configuration: there is no lane.
     *
     * @param outline what can be read of the configuration, or why it cannot
     */
    private record Refused(Route outline, String message) {}

    private final Lane.Means means;
    private final KnownDestinations known;
    private final Supplier<List<FailedComponents.Failed>> failed;
    private final Router router;
    private final BusHappenings happenings = new BusHappenings();
    private final AtomicReference<@Nullable OriginalDeliveries> originals = new AtomicReference<>();
    private final AtomicReference<@Nullable IdentityVault> vault = new AtomicReference<>();
    private final Lanes lanes;
    private final List<StudyCheck> checks = new CopyOnWriteArrayList<>();

    @Activate
    public DeliveryEngine(
            DeliveryConfiguration configuration,
            @Reference DeliveryQueue queue,
            @Reference StudyIndex index,
            @Reference InstanceStore store,
            @Reference ServiceComponentRuntime components,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        this(
                pauses(configuration),
                queue,
                index,
                store,
                () -> FailedComponents.with(components, Destination.NAME),
                properties -> literals(configurations, properties),
                DataFolder.of("delivery"),
                new Recipients(Path.of(System.getProperty("karaf.etc", "etc"), "recipients"), Clock.systemUTC()),
                Clock.systemUTC(),
                ZoneId.systemDefault(),
                Patience.USUAL);
    }

    DeliveryEngine(
            RetryPauses pauses,
            DeliveryQueue queue,
            StudyIndex index,
            InstanceStore store,
            Supplier<List<FailedComponents.Failed>> failed,
            Function<Map<String, Object>, List<String>> literals,
            Path folder,
            Recipients recipients,
            Clock clock,
            ZoneId zone,
            Patience patience)
            throws IOException {
        this.known = new KnownDestinations(folder);
        this.failed = failed;
        String owner = store.appliance() + "/" + UUID.randomUUID();
        this.means = new Lane.Means(
                queue,
                index,
                store,
                pauses,
                new Modes(folder),
                new Abandoned(),
                new PluginThreads(),
                happenings,
                originals::get,
                recipients,
                patience,
                owner,
                clock,
                zone);
        this.lanes = new Lanes(means, literals);
        this.router = new Router(means, vault::get, () -> routes(refused()));
        int released = queue.releaseClaims(owner);
        if (released > 0) {
            LOG.info("{} deliveries that were under way when the gateway stopped are tried again", released);
        }
    }

    private static List<String> literals(ConfigurationAdmin configurations, Map<String, Object> properties) {
        try {
            return Secrets.literals(configurations, properties);
        } catch (IOException e) {
            LOG.error("the configuration of a destination cannot be read", e);
            return List.of("its configuration cannot be read, nor whether secrets stand in it: see log:tail");
        }
    }

    private static RetryPauses pauses(DeliveryConfiguration c) {
        return new RetryPauses(
                within("quick-retries", c.quick$_$retries(), 0, 100, "UPLOAD_MAX_RETRIES"),
                Duration.ofSeconds(within("retry-delay", c.retry$_$delay(), 1, 3_600, "UPLOAD_RETRY_DELAY")),
                Duration.ofSeconds(within("retry-cap", c.retry$_$cap(), 1, 86_400, "no variable")));
    }

    private static int within(String key, int value, int least, int most, String variable) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most
                    + " (org.sallyport.delivery.cfg, " + variable + ")");
        }
        return value;
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedDestination")
    void addDestination(Destination destination, Map<String, Object> properties) {
        Lane lane = lanes.open(destination, properties);
        Route route = lane.route();
        if (route.problem() == null) {
            works(lane);
            return;
        }
        LOG.error("destination {} is misconfigured: {}", route.name(), route.problem());
        if (!Lanes.isTaken(route)) {
            remember(Route.outline(properties));
        }
    }

    private void works(Lane lane) {
        LOG.info("destination {} is there", lane.route().name());
        remember(lane.route());
    }

    /** Its properties have changed while it is there: what runs is broken off and handed over anew, as if another had taken its place. */
    void updatedDestination(Destination destination, Map<String, Object> properties) {
        if (!lanes.isChanged(destination, properties)) {
            return;
        }
        Optional<Lane> before = lanes.close(destination);
        before.ifPresent(Lane::awaitEnd);
        // The caller may be the plug-in, on a thread of ours that was just interrupted; files are written here.
        boolean interrupted = Thread.interrupted();
        addDestination(destination, properties);
        before.flatMap(lane -> lanes.inherit(lane.route().name())).ifPresent(this::works);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Unless it cannot be read; then what is known of it stands. */
    private void remember(Route route) {
        if (route.problem() != null) {
            return;
        }
        try {
            known.remember(route);
        } catch (IOException e) {
            // This run knows of it; only a restart while it is away would not.
            LOG.error("destination {} could not be put on the list of known destinations", route.name(), e);
        }
    }

    /** By name; those of whose name there is a lane are left out. */
    private Map<String, Refused> refused() {
        Map<String, Refused> refused = new TreeMap<>();
        for (FailedComponents.Failed one : failed.get()) {
            Route outline = Route.outline(one.properties());
            if (lanes.named(outline.name()).isEmpty()) {
                refused.put(outline.name(), new Refused(outline, one.message()));
            }
        }
        return refused;
    }

    /** By what studies are queued: of each name what is there and well, else what can be read or is known of it, else what is wrong. */
    private List<Route> routes(Map<String, Refused> refused) {
        Map<String, Route> routes = new TreeMap<>();
        known.routes().forEach(route -> routes.put(route.name(), route));
        refused.forEach((name, one) -> {
            if (one.outline().problem() == null) {
                routes.put(name, one.outline());
            } else {
                routes.putIfAbsent(name, Route.wrong(name, one.message()));
            }
        });
        for (Lane lane : lanes.all()) {
            if (lane.route().problem() == null) {
                routes.put(lane.route().name(), lane.route());
            } else {
                routes.putIfAbsent(lane.route().name(), lane.route());
            }
        }
        return List.copyOf(routes.values());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setEventAdmin(EventAdmin bus) {
        happenings.setBus(bus);
    }

    void unsetEventAdmin(EventAdmin bus) {
        happenings.unsetBus(bus);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setOriginals(OriginalDeliveries gate) {
        originals.set(gate);
        lanes.all().forEach(Lane::wake);
    }

    void unsetOriginals(OriginalDeliveries gate) {
        originals.compareAndSet(gate, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setVault(IdentityVault there) {
        vault.set(there);
    }

    void unsetVault(IdentityVault there) {
        vault.compareAndSet(there, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addCheck(StudyCheck check) {
        checks.add(check);
    }

    void removeCheck(StudyCheck check) {
        checks.remove(check);
    }

    /** While the bundle that checks is replaced, studies wait. */
    private void check(String studyInstanceUid) throws IOException {
        if (checks.isEmpty()) {
            throw new IOException("the search for identity is not there");
        }
        for (StudyCheck check : checks) {
            Optional<String> reason = check.reasonToHold(studyInstanceUid);
            if (reason.isPresent()) {
                throw new IOException("it is held: " + reason.get());
            }
        }
    }

    void removeDestination(Destination destination) {
        lanes.close(destination).ifPresent(lane -> {
            lane.awaitEnd();
            String name = lane.route().name();
            LOG.info("destination {} is gone; its queue waits", name);
            lanes.inherit(name).ifPresent(this::works);
            // Without asking Declarative Services, who wait for this to return.
            view(name, Map.of()).ifPresent(happenings::destination);
        });
    }

    @Override
    public void complete(String studyInstanceUid) throws IOException {
        StudyRecord study = means.index().study(studyInstanceUid).orElse(null);
        if (study == null || study.loose() == 0) {
            return;
        }
        if (lanes.all().isEmpty()) {
            // At start, or while a bundle is replaced: a study must not be completed into nowhere.
            throw new IOException("there is no destination");
        }
        check(studyInstanceUid);
        List<StoredInstance> instances = means.index().instances(studyInstanceUid);
        RoutedStudy routed = RoutedStudy.of(study, instances, vault::get);
        Map<String, Refused> refused = refused();
        refused.values().forEach(one -> remember(one.outline()));
        Map<String, DeliveryQueue.Order> chosen = new HashMap<>();
        boolean drained = false;
        for (Route route : routes(refused)) {
            Map<String, Object> attributes = routed.seenBy(route);
            if (route.takes(attributes)) {
                if (means.modes().isDraining(route.name())) {
                    drained = true;
                } else {
                    chosen.put(route.name(), route.order(attributes));
                }
            }
        }
        if (chosen.isEmpty()) {
            // It might be for one of these: until it is mended or resumed the study waits rather than go nowhere for
            // good.
            if (drained) {
                throw new IOException("only destinations that are drained take it");
            }
            Set<String> unclear = new TreeSet<>();
            lanes.all().stream()
                    .map(Lane::route)
                    .filter(route -> route.problem() != null)
                    .forEach(route -> unclear.add(route.name()));
            refused.values().stream()
                    .map(Refused::outline)
                    .filter(route -> route.problem() != null)
                    .forEach(route -> unclear.add(route.name()));
            if (!unclear.isEmpty()) {
                throw new IOException(
                        "nobody takes it, and these destinations are misconfigured: " + String.join(", ", unclear));
            }
        }
        means.queue().enqueue(studyInstanceUid, chosen).ifPresent(part -> {
            if (chosen.isEmpty()) {
                LOG.warn("study {} part {} is complete, and no destination's filter takes it", studyInstanceUid, part);
            } else {
                LOG.info(
                        "study {} part {} is complete, to be delivered to {}", studyInstanceUid, part, chosen.keySet());
            }
        });
        lanes.all().forEach(Lane::wake);
    }

    @Override
    public List<View> destinations() {
        return views(refused());
    }

    private List<View> views(Map<String, Refused> refused) {
        List<View> views = new ArrayList<>();
        Set<String> there = new HashSet<>();
        for (Lane lane : lanes.all()) {
            View view = lane.view();
            boolean queuedFor = lane.route().problem() == null || known.has(view.name());
            views.add(queuedFor ? view : new View(view.name(), view.state(), view.message() + NOT_QUEUED_FOR, null, 0));
            there.add(view.name());
        }
        refused.forEach((name, one) -> {
            Route route = one.outline();
            views.add(new View(
                    name,
                    State.MISCONFIGURED,
                    one.message() + (route.problem() == null || known.has(name) ? "" : NOT_QUEUED_FOR),
                    route.filter() == null ? null : route.filterText(),
                    0));
            there.add(name);
        });
        for (Route route : known.routes()) {
            if (there.add(route.name())) {
                views.add(new View(
                        route.name(),
                        State.MISSING,
                        missing(route.name()),
                        route.filter() == null ? null : route.filterText(),
                        0));
            }
        }
        try {
            means.queue().counts(means.appliances()).forEach((name, counts) -> {
                boolean waits = counts.keySet().stream().anyMatch(state -> state != DeliveryQueue.State.DELIVERED);
                if (waits && there.add(name)) {
                    views.add(new View(name, State.MISSING, "its bundle or configuration is not there", null, 0));
                }
            });
        } catch (IndexException e) {
            LOG.warn("the queue cannot be read: {}", e.getMessage());
        }
        return views;
    }

    private String missing(String name) {
        Modes.Mode mode = means.modes().of(name);
        return "its bundle or configuration is not there; "
                + (mode == Modes.Mode.DRAINING
                        ? "it is drained, and nothing is queued for it until destination:resume"
                        : "studies are queued for it until destination:forget")
                + (mode == Modes.Mode.PAUSED ? "; paused until destination:resume" : "");
    }

    private Optional<View> view(String name) {
        return view(name, refused());
    }

    private Optional<View> view(String name, Map<String, Refused> refused) {
        return views(refused).stream().filter(view -> view.name().equals(name)).findFirst();
    }

    @Override
    public Optional<Detail> destination(String name) throws IOException {
        View view = view(name).orElse(null);
        if (view == null) {
            return Optional.empty();
        }
        List<Lane> own = lanes.named(name);
        return Optional.of(new Detail(
                view,
                own.isEmpty()
                        ? Map.of()
                        : own.get(0).route().inWords(means.pauses().trial()),
                means.queue().counts(means.appliances()).getOrDefault(name, Map.of()),
                means.abandoned().count(name),
                means.threads().count(name),
                own.stream().flatMap(lane -> lane.calls().stream()).toList()));
    }

    @Override
    public Optional<ProbeResult> probe(String name) {
        return lanes.named(name).stream().findFirst().map(Lane::probe);
    }

    @Override
    public boolean pause(String name) throws IOException {
        return change(name, Modes.Mode.PAUSED);
    }

    @Override
    public boolean drain(String name) throws IOException {
        return change(name, Modes.Mode.DRAINING);
    }

    @Override
    public boolean resume(String name) throws IOException {
        boolean there = change(name, null);
        wake(name);
        return there;
    }

    @Override
    public boolean wake(String name) {
        List<Lane> own = lanes.named(name);
        own.forEach(Lane::resume);
        return !own.isEmpty();
    }

    private boolean change(String name, Modes.@Nullable Mode mode) throws IOException {
        if (view(name).isEmpty()) {
            return false;
        }
        if (means.modes().set(name, mode)) {
            LOG.info("destination {} is {}", name, mode == null ? "resumed" : mode);
        }
        for (Lane lane : lanes.named(name)) {
            lane.announce();
            lane.wake();
        }
        return true;
    }

    @Override
    public boolean interrupt(long delivery) {
        return lanes.all().stream().anyMatch(lane -> lane.interrupt(delivery));
    }

    @Override
    public boolean forget(String name) throws IOException {
        if (!lanes.named(name).isEmpty() || refused().containsKey(name)) {
            return false;
        }
        boolean forgotten = known.forget(name);
        if (forgotten) {
            means.modes().set(name, null);
            LOG.info("destination {} is forgotten: no more studies are queued for it", name);
        }
        return forgotten;
    }

    @Override
    public List<RouteView> routes() {
        return routes(refused()).stream()
                .map(route -> new RouteView(
                        route.name(),
                        !lanes.named(route.name()).isEmpty(),
                        route.filter() == null ? null : route.filterText(),
                        router.problem(route)))
                .toList();
    }

    @Override
    public List<Explanation> explain(String studyInstanceUid) throws IOException {
        return router.explain(studyInstanceUid);
    }

    @Override
    public Map<String, List<Long>> apply(String studyInstanceUid, @Nullable AccessRequest originals)
            throws IOException {
        Map<String, List<Long>> added = router.apply(studyInstanceUid, admitted(originals));
        lanes.all().forEach(Lane::wake);
        return added;
    }

    @Override
    public List<Long> replay(String studyInstanceUid, String destination, @Nullable AccessRequest originals)
            throws IOException {
        List<Long> added = router.replay(studyInstanceUid, destination, admitted(originals));
        lanes.all().forEach(Lane::wake);
        return added;
    }

    private DeliveryQueue.@Nullable Request admitted(@Nullable AccessRequest request) throws IOException {
        if (request == null) {
            return null;
        }
        OriginalDeliveries gate = originals.get();
        if (gate == null) {
            throw new IOException(NO_ORIGINALS);
        }
        gate.admit(request);
        return new DeliveryQueue.Request(request.actor(), request.reason().strip());
    }

    @Deactivate
    void close() {
        lanes.close();
        happenings.close();
    }
}
