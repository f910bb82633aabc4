package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes completed studies and keeps a {@link Lane} for each destination. The list of lanes is changed by Declarative Services and read by
 * any thread.
 */
@Component(
        service = {StudyCompletion.class, DestinationDirectory.class},
        configurationPid = "org.sallyport.delivery")
@Designate(ocd = DeliveryConfiguration.class)
public final class DeliveryEngine implements StudyCompletion, DestinationDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryEngine.class);

    private final Lane.Means means;
    private final KnownDestinations known;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();

    @Activate
    public DeliveryEngine(
            DeliveryConfiguration configuration,
            @Reference DeliveryQueue queue,
            @Reference StudyIndex index,
            @Reference InstanceStore store)
            throws IOException {
        this(pauses(configuration), queue, index, store, DataFolder.of("delivery"), Clock.systemUTC());
    }

    DeliveryEngine(
            RetryPauses pauses, DeliveryQueue queue, StudyIndex index, InstanceStore store, Path folder, Clock clock)
            throws IOException {
        this.known = new KnownDestinations(folder);
        String owner = ApplianceId.of(folder) + "/" + UUID.randomUUID();
        this.means = new Lane.Means(queue, index, store, pauses, owner, clock);
        int released = queue.releaseClaims(owner);
        if (released > 0) {
            LOG.info("{} deliveries that were under way when the gateway stopped are tried again", released);
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
            policyOption = ReferencePolicyOption.GREEDY)
    void addDestination(Destination destination, Map<String, Object> properties) {
        Lane lane = new Lane(Route.of(properties), destination, means);
        lanes.add(lane);
        if (lane.route().problem() != null) {
            LOG.error(
                    "destination {} is misconfigured: {}",
                    lane.route().name(),
                    lane.route().problem());
        } else {
            LOG.info("destination {} is there", lane.route().name());
            remember(lane.route());
        }
    }

    private void remember(Route route) {
        try {
            known.remember(route);
        } catch (IOException e) {
            // It is there now, and works; only a restart while it is away would not know of it.
            LOG.error("destination {} could not be put on the list of known destinations", route.name(), e);
        }
    }

    /** Those that are there and well by their filters, those that are known but not there by their last. */
    private List<Route> routes() {
        Map<String, Route> routes = new TreeMap<>();
        known.routes().forEach(route -> routes.put(route.name(), route));
        for (Lane lane : lanes) {
            if (lane.route().problem() == null) {
                routes.put(lane.route().name(), lane.route());
            }
        }
        return List.copyOf(routes.values());
    }

    void removeDestination(Destination destination) {
        List<Lane> gone =
                lanes.stream().filter(lane -> lane.destination() == destination).toList();
        lanes.removeAll(gone);
        for (Lane lane : gone) {
            lane.close();
            LOG.info("destination {} is gone; its queue waits", lane.route().name());
        }
    }

    @Override
    public void complete(String studyInstanceUid) throws IOException {
        StudyRecord study = means.index().study(studyInstanceUid).orElse(null);
        if (study == null || study.loose() == 0) {
            return;
        }
        if (lanes.isEmpty()) {
            // At start, or while a bundle is replaced: a study must not be completed into nowhere.
            throw new IOException("there is no destination");
        }
        List<StoredInstance> instances = means.index().instances(studyInstanceUid);
        Map<String, Object> attributes = Lane.attributes(study, instances);
        Map<String, IdentityMode> chosen = new HashMap<>();
        for (Route route : routes()) {
            if (route.takes(attributes)) {
                chosen.put(route.name(), IdentityMode.PSEUDONYMOUS);
            }
        }
        if (chosen.isEmpty()) {
            for (Lane lane : lanes) {
                if (lane.route().problem() != null) {
                    // It might be the one; until it is mended the study waits rather than go nowhere for good.
                    throw new IOException(
                            "nobody takes it, and destination " + lane.route().name() + " is misconfigured");
                }
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
        lanes.forEach(Lane::wake);
    }

    @Override
    public List<View> destinations() {
        List<View> views = new ArrayList<>();
        Set<String> there = new HashSet<>();
        for (Lane lane : lanes) {
            views.add(lane.view());
            there.add(lane.route().name());
        }
        for (Route route : known.routes()) {
            if (there.add(route.name())) {
                views.add(new View(
                        route.name(),
                        State.MISSING,
                        "its bundle or configuration is not there; studies are queued for it until destination:forget",
                        route.filter() == null ? null : route.filterText(),
                        0));
            }
        }
        try {
            means.queue().counts().forEach((name, counts) -> {
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

    @Override
    public boolean resume(String name) {
        boolean found = false;
        for (Lane lane : lanes) {
            if (lane.route().name().equals(name)) {
                lane.resume();
                found = true;
            }
        }
        return found;
    }

    @Override
    public boolean forget(String name) throws IOException {
        for (Lane lane : lanes) {
            if (lane.route().name().equals(name)) {
                return false;
            }
        }
        boolean forgotten = known.forget(name);
        if (forgotten) {
            LOG.info("destination {} is forgotten: no more studies are queued for it", name);
        }
        return forgotten;
    }

    @Deactivate
    void close() {
        lanes.forEach(Lane::close);
        lanes.clear();
    }
}
