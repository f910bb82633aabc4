package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.intake.EncryptedOriginals.Encrypted;
import org.sallyport.gateway.api.intake.OriginalInstances.Originals;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;

/** Hands one delivery to a destination, whatever that does. Immutable. */
final class Attempt {

    private static final String WITHHELD = "what the receiver said quotes the patient's identity and is not kept";

    private final Route route;
    private final Destination destination;
    private final Lane.Means means;

    Attempt(Route route, Destination destination, Lane.Means means) {
        this.route = route;
        this.destination = destination;
        this.means = means;
    }

    /** Never fails; what the destination threw is an outcome too. The thread is not interrupted afterwards. */
    DeliveryOutcome make(Call call) {
        DeliveryOutcome outcome;
        try {
            outcome = hand(call);
        } catch (Exception | Error e) {
            outcome = DeliveryOutcome.later(Words.of(e));
        } finally {
            call.leave();
        }
        outcome = call.withheld(outcome, WITHHELD);
        String cancelled = call.cancelled();
        // Interrupted, in one of the many ways in which that shows.
        return cancelled != null && outcome instanceof DeliveryOutcome.Later
                ? DeliveryOutcome.later(cancelled)
                : outcome;
    }

    private DeliveryOutcome hand(Call call) throws Exception {
        DeliveryRecord record = call.record();
        StudyRecord study = means.index()
                .study(record.studyInstanceUid())
                .orElseThrow(() -> new IOException("the index does not know the study"));
        List<StoredInstance> instances = instances(record);
        if (instances.isEmpty()) {
            return DeliveryOutcome.delivered("nothing was sent: all its series were taken out of it");
        }
        long gone = instances.stream().filter(instance -> !instance.isHere()).count();
        if (gone > 0) {
            return DeliveryOutcome.refused(gone + " of its " + instances.size()
                    + " images are no longer here: they were cleaned up after delivery, or deleted");
        }
        OriginalDeliveries gate = means.originals().get();
        boolean withIdentity = gate != null && gate.mode(record, route) == IdentityMode.ORIGINAL;
        if (record.identity() == IdentityMode.ORIGINAL) {
            if (gate == null) {
                return DeliveryOutcome.later(DeliveryEngine.NO_ORIGINALS);
            }
            Optional<String> refusal = gate.refusal(record, route);
            if (refusal.isPresent()) {
                return DeliveryOutcome.refused(refusal.get());
            }
        }
        call.enter();
        boolean replaces = destination.replacesExisting();
        call.leave();
        if (!replaces && instances.stream().anyMatch(instance -> instance.version() > 1)) {
            return DeliveryOutcome.refused(
                    "holds a changed version of an image, and the receiver keeps the first one it has");
        }
        Set<String> held = replaces ? Set.of() : heldEarlier(record, instances);
        if (!held.isEmpty()) {
            return DeliveryOutcome.refused(held.size()
                    + " of its images have the SOP Instance UID of an image of another study that came earlier, and the"
                    + " receiver keeps the first one it has; the first is "
                    + held.iterator().next());
        }
        if (replaces && study.conflicts() > 0) {
            instances = notSuperseded(record, instances);
            if (instances.isEmpty()) {
                return DeliveryOutcome.delivered("nothing was sent: later parts hold newer versions of all its images");
            }
        }
        StudyFacts facts = StudyDelivery.facts(study, instances);
        if (withIdentity && gate != null) {
            return handOriginals(call, facts, instances, gate);
        }
        return route.encryptFor().isEmpty()
                ? handPseudonymous(call, facts, instances)
                : handEncrypted(call, facts, instances, gate);
    }

    private List<StoredInstance> instances(DeliveryRecord record) throws IOException {
        List<StoredInstance> all = means.index().instances(record.studyInstanceUid(), record.part());
        if (all.isEmpty()) {
            throw new IOException("the index knows no images of this part");
        }
        Set<String> leftOut = means.queue().leftOut(record.id());
        return all.stream()
                .filter(instance -> !leftOut.contains(instance.facts().seriesInstanceUid()))
                .toList();
    }

    private Set<String> heldEarlier(DeliveryRecord record, List<StoredInstance> instances) throws IOException {
        Set<String> held = new TreeSet<>(means.index().heldEarlier(record.studyInstanceUid(), record.part()));
        held.retainAll(instances.stream()
                .map(instance -> instance.facts().sopInstanceUid())
                .toList());
        return held;
    }

    private DeliveryOutcome handPseudonymous(Call call, StudyFacts facts, List<StoredInstance> instances)
            throws Exception {
        List<HandedInstance> handed = new ArrayList<>(instances.size());
        instances.forEach(instance -> handed.add(new HandedInstance.Pseudonymous(instance, means.store(), call)));
        return hand(call, new StudyDelivery(call, IdentityMode.PSEUDONYMOUS, facts, handed), instances);
    }

    private DeliveryOutcome handOriginals(
            Call call, StudyFacts facts, List<StoredInstance> instances, OriginalDeliveries originals)
            throws Exception {
        Originals opened = originals.open(call.record(), route, instances, call::progressed);
        call.setQuotes(opened::areQuotedIn);
        List<HandedInstance> handed = new ArrayList<>(instances.size());
        for (int i = 0; i < instances.size(); i++) {
            handed.add(new HandedInstance.WithIdentity(
                    instances.get(i), opened.instances().get(i), call));
        }
        return handMade(
                call,
                IdentityMode.ORIGINAL,
                facts,
                handed,
                instances,
                delivered -> originals.ended(call.record(), route, instances.size(), delivered));
    }

    private DeliveryOutcome handEncrypted(
            Call call, StudyFacts facts, List<StoredInstance> instances, @Nullable OriginalDeliveries gate)
            throws Exception {
        if (gate == null) {
            return DeliveryOutcome.later(DeliveryEngine.NO_ORIGINALS);
        }
        EncryptedDeliveries deliveries = gate.encrypted();
        Optional<String> refusal = deliveries.refusal(call.record(), route);
        if (refusal.isPresent()) {
            return DeliveryOutcome.refused(refusal.get());
        }
        List<X509Certificate> recipients;
        try {
            recipients = means.recipients().read(route.encryptFor());
        } catch (IllegalArgumentException e) {
            // It was right when the destination came; none of its deliveries can go now.
            return DeliveryOutcome.stopped(String.valueOf(e.getMessage()));
        }
        List<Encrypted> opened = deliveries.open(call.record(), route, instances, recipients, call::progressed);
        List<HandedInstance> handed = new ArrayList<>(instances.size());
        for (int i = 0; i < instances.size(); i++) {
            handed.add(new HandedInstance.WithEncrypted(instances.get(i), opened.get(i), call));
        }
        return handMade(
                call,
                IdentityMode.PSEUDONYMOUS,
                facts,
                handed,
                instances,
                delivered -> deliveries.ended(call.record(), route, opened, recipients, delivered));
    }

    /**
     * Hands over what is made while it is read.
     *
     * @param ended is told whether it was delivered
     */
    private DeliveryOutcome handMade(
            Call call,
            IdentityMode identity,
            StudyFacts facts,
            List<HandedInstance> handed,
            List<StoredInstance> instances,
            Consumer<Boolean> ended)
            throws Exception {
        long bytes = handed.stream().mapToLong(HandedInstance::length).sum();
        boolean delivered = false;
        try {
            StudyDelivery delivery = new StudyDelivery(call, identity, facts.withBytes(bytes), handed);
            DeliveryOutcome outcome = hand(call, delivery, instances);
            delivered = outcome instanceof DeliveryOutcome.Delivered;
            return outcome;
        } finally {
            call.leave();
            ended.accept(delivered);
        }
    }

    private DeliveryOutcome hand(Call call, StudyDelivery delivery, List<StoredInstance> instances) throws Exception {
        String cancelled = call.cancelled();
        if (cancelled != null) {
            return DeliveryOutcome.later(cancelled);
        }
        call.setDelivery(delivery);
        call.enter();
        DeliveryOutcome outcome = answer(destination.deliver(delivery));
        call.leave();
        if (outcome instanceof DeliveryOutcome.Delivered) {
            means.queue().accepted(call.record(), instances);
        }
        return outcome;
    }

    /**
     * Leaves out what a later part brings there in a newer version, or has brought: parts may overtake each other, and the older version must not end
     * on top.
     */
    private List<StoredInstance> notSuperseded(DeliveryRecord record, List<StoredInstance> instances)
            throws IOException {
        Map<String, Integer> newer = new HashMap<>();
        Set<Integer> parts = new HashSet<>();
        for (DeliveryRecord other : means.queue().ofStudy(record.studyInstanceUid())) {
            boolean arrives = other.state() != State.PARKED && other.state() != State.CANCELLED;
            if (arrives
                    && other.part() > record.part()
                    && other.destination().equals(record.destination())
                    && parts.add(other.part())) {
                means.index()
                        .instances(record.studyInstanceUid(), other.part())
                        .forEach(instance ->
                                newer.merge(instance.facts().sopInstanceUid(), instance.version(), Math::max));
            }
        }
        return instances.stream()
                .filter(instance -> newer.getOrDefault(instance.facts().sopInstanceUid(), 0) <= instance.version())
                .toList();
    }

    private static DeliveryOutcome answer(@Nullable DeliveryOutcome outcome) {
        return outcome == null ? DeliveryOutcome.later("the destination gave no outcome") : outcome;
    }
}
