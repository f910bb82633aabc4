package org.sallyport.gateway.api;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One study, or the late images of one, to be delivered to one destination. Used by one thread at a time, but for {@link #isCancelled} and
 * {@link #progress}, which any thread may call. Valid until {@link Destination#deliver} returns: instances cannot be relied on afterwards.
 */
@ProviderType
public interface Delivery {

    /** The delivery's number in the queue; the same at every attempt. */
    long id();

    /** 1 for the first attempt. */
    int attempt();

    /** 1 for the study as first completed, higher for images that came later. */
    int part();

    StudyFacts study();

    /** Whether what the instances hold is pseudonymous, or the original identity; {@link #study} is pseudonymous always. */
    IdentityMode identity();

    /** The manifest: what has to arrive, ordered by series and instance number; never empty. */
    List<DeliveryInstance> instances();

    /**
     * Tells people how far the delivery is, and the gateway that it is not stuck. Cheap; may be called for every instance, never goes back.
     *
     * @param instancesDone 0 to the number of instances
     * @param bytesDone 0 to {@link StudyFacts#bytes}
     */
    void progress(int instancesDone, long bytesDone);

    /**
     * Whether the delivery should be given up soon, because it was cancelled or its destination is going away. Look before each instance; then return
     * {@link DeliveryOutcome.Later}. Never turns false again.
     */
    boolean isCancelled();
}
