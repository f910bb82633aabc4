package org.sallyport.gateway.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A place that completed studies are delivered to. One factory configuration makes one destination; the OSGi service
 * carries its name and settings as service properties.
 *
 * <p><b>Threading.</b> {@link #deliver} is called from worker threads, up to {@value #CONCURRENCY} at a time. It may block; when
 * the thread is interrupted it has to return soon. {@link #probe} is called from another thread and has to answer within
 * ten seconds.
 *
 * <p><b>At least once.</b> A delivery whose outcome was not recorded (power loss, a bundle replaced) is handed over again.
 * Receivers go by SOP Instance UID.
 */
@ConsumerType
public interface Destination {

    /** Service property, required: the name by which people and the queue know the destination; {@code [a-z0-9-]{1,40}}. */
    String NAME = "destination.name";

    /** Service property: OSGi filter over study attributes; absent = every study. See {@link StudyFacts#attributes()}. */
    String FILTER = "filter";

    /** Service property: how many deliveries run at the same time, 1–64; absent = 1. */
    String CONCURRENCY = "concurrency";

    /**
     * Delivers every instance of the delivery and says how it ended. What is neither delivered nor refused is tried again
     * later; nothing is ever deleted because a delivery failed.
     *
     * @throws InterruptedException if interrupted; the delivery waits and is handed over again
     * @throws Exception any other failure, taken as {@link DeliveryOutcome.Later} with the exception's class as the reason
     */
    DeliveryOutcome deliver(Delivery delivery) throws Exception;

    /** Whether the receiver can be reached and would take a delivery now; must not send patient data. */
    default ProbeResult probe() throws Exception {
        return ProbeResult.unknown();
    }

    /**
     * Whether the receiver takes a second version of a SOP Instance that it has already. If not, a delivery that holds a
     * changed version is parked, where a person sees it.
     */
    default boolean replacesExisting() {
        return true;
    }
}
