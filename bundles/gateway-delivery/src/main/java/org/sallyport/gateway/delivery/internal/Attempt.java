package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;

/** Hands one delivery to a destination, whatever that does. Immutable. */
final class Attempt {

    private final Destination destination;
    private final Lane.Means means;

    Attempt(Destination destination, Lane.Means means) {
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
        List<StoredInstance> instances = means.index().instances(record.studyInstanceUid(), record.part());
        if (instances.isEmpty()) {
            throw new IOException("the index knows no images of this part");
        }
        if (record.identity() != IdentityMode.PSEUDONYMOUS) {
            return DeliveryOutcome.refused("originals are not delivered to this kind of destination");
        }
        call.enter();
        boolean replaces = destination.replacesExisting();
        call.leave();
        if (!replaces && instances.stream().anyMatch(instance -> instance.version() > 1)) {
            return DeliveryOutcome.refused(
                    "holds a changed version of an image, and the receiver keeps the first one it has");
        }
        Set<String> held = replaces ? Set.of() : means.index().heldEarlier(record.studyInstanceUid(), record.part());
        if (!held.isEmpty()) {
            return DeliveryOutcome.refused(held.size()
                    + " of its images have the SOP Instance UID of an image of another study that came earlier, and the"
                    + " receiver keeps the first one it has; the first is "
                    + held.iterator().next());
        }
        StudyDelivery delivery = new StudyDelivery(call, study, instances, means.store());
        call.setDelivery(delivery);
        call.enter();
        return answer(destination.deliver(delivery));
    }

    private static DeliveryOutcome answer(@org.jspecify.annotations.Nullable DeliveryOutcome outcome) {
        return outcome == null ? DeliveryOutcome.later("the destination gave no outcome") : outcome;
    }
}
