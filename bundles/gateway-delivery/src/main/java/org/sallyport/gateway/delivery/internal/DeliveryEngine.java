package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();

    @Activate
    public DeliveryEngine(
            DeliveryConfiguration configuration,
            @Reference DeliveryQueue queue,
            @Reference StudyIndex index,
            @Reference InstanceStore store)
            throws IndexException {
        this(pauses(configuration), queue, index, store, Clock.systemUTC());
    }

    DeliveryEngine(RetryPauses pauses, DeliveryQueue queue, StudyIndex index, InstanceStore store, Clock clock)
            throws IndexException {
        String owner = applianceName() + "/" + UUID.randomUUID();
        this.means = new Lane.Means(queue, index, store, pauses, owner, clock);
        int released = queue.releaseClaims(owner);
        if (released > 0) {
            LOG.info("{} deliveries that were under way when the gateway stopped are tried again", released);
        }
    }

    /** Names this appliance among those that share a database: by its data folder and host. */
    private static String applianceName() {
        String folder =
                System.getProperty("sallyport.data", "") + "@" + System.getenv().getOrDefault("HOSTNAME", "");
        return Integer.toHexString(folder.hashCode());
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
        }
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
        for (Lane lane : lanes) {
            if (lane.route().takes(attributes)) {
                chosen.put(lane.route().name(), IdentityMode.PSEUDONYMOUS);
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
        try {
            for (String name : means.queue().counts().keySet()) {
                if (!there.contains(name)) {
                    views.add(new View(name, State.MISSING, "its bundle or configuration is not there", null, 0));
                }
            }
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

    @Deactivate
    void close() {
        lanes.forEach(Lane::close);
        lanes.clear();
    }
}
