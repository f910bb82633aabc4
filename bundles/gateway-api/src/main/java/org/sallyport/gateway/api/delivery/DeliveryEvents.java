package org.sallyport.gateway.api.delivery;

/**
 * Topics of the OSGi event bus (OSGi Compendium 113) on which deliveries and destinations are told, and the names of the events' properties. Events
 * carry pseudonymous UIDs and no identity. They are for showing: one may be lost with a crash, and queue and index alone say what is.
 */
public final class DeliveryEvents {

    /** A delivery arrived; {@link #MESSAGE} is the receipt. */
    public static final String DELIVERED = "org/sallyport/delivery/DELIVERED";

    /** A delivery waits for a person; {@link #MESSAGE} says why. */
    public static final String PARKED = "org/sallyport/delivery/PARKED";

    /** A delivery failed and is tried again after {@link #PAUSE_SECONDS}; {@link #MESSAGE} says why. */
    public static final String RETRYING = "org/sallyport/delivery/RETRYING";

    /** A destination has another {@link #STATE}; {@link #MESSAGE} says more, or is empty. */
    public static final String DESTINATION_STATE = "org/sallyport/destination/STATE";

    /** Number of the delivery, Long. */
    public static final String DELIVERY = "delivery";

    /** Pseudonymous Study Instance UID, String. */
    public static final String STUDY = "study";

    /** Part of the study, Integer. */
    public static final String PART = "part";

    /** Name of the destination, String. */
    public static final String DESTINATION = "destination";

    /** Attempts begun so far, Integer. */
    public static final String ATTEMPT = "attempt";

    /** String. */
    public static final String MESSAGE = "message";

    /** Long. */
    public static final String PAUSE_SECONDS = "pause.seconds";

    /** Name of a {@link DestinationDirectory.State}, String. */
    public static final String STATE = "state";

    private DeliveryEvents() {}
}
