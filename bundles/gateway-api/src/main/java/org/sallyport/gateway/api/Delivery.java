package org.sallyport.gateway.api;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** One study, or the late images of one, to be delivered to one destination. Used by one thread at a time. */
@ProviderType
public interface Delivery {

    /** The delivery's number in the queue; the same at every attempt. */
    long id();

    /** 1 for the first attempt. */
    int attempt();

    /** 1 for the study as first completed, higher for images that came later. */
    int part();

    StudyFacts study();

    IdentityMode identity();

    /** The manifest: what has to arrive, ordered by series and instance number; never empty. */
    List<DeliveryInstance> instances();

    /** Tells people how far the delivery is. Cheap; may be called for every instance. */
    void progress(int instancesDone, long bytesDone);

    /** Whether the delivery should be given up soon, because it was cancelled or its destination is going away. */
    boolean isCancelled();
}
