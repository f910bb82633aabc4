package org.sallyport.gateway.api.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/**
 * The durable queue of deliveries, in the index database. Each change is one transaction. Times are the database server's where several
 * appliances share one, so that their clocks need not agree. Thread-safe.
 */
public interface DeliveryQueue {

    /**
     * In one transaction: writes behind what is not yet in the index, makes all loose instances of the study that are at this appliance its next part,
     * and adds a waiting delivery of that part for each destination.
     *
     * @param destinations names → what is ordered; empty = the part goes nowhere, and is shown so
     * @return the new part's number, or empty if there were no loose instances
     */
    Optional<Integer> enqueue(String studyInstanceUid, Map<String, Order> destinations) throws IndexException;

    /**
     * Queues the completed parts of a study to one destination once more, in one transaction. What carries identity and what does not are looked at apart.
     *
     * @param repeat true: each part but those that run there now; what waits, retries or is parked there is cancelled, as superseded by the new one, which
     *     takes its place in the queue. false: only parts that were never queued there, or cancelled
     * @return numbers of the new deliveries, by part; empty if there is nothing to do or no such study
     */
    List<Long> enqueueParts(String studyInstanceUid, String destination, Order order, boolean repeat)
            throws IndexException;

    /**
     * Claims deliveries of one destination that are due for the time of the lease: oldest first, where each step of priority counts as {@link
     * #PRIORITY_STEP} of age. On PostgreSQL with {@code FOR UPDATE SKIP LOCKED}. A claim whose lease ran out is due again. Only what this appliance has
     * the images of is claimed, and then of what the neighbours have, pseudonymous ones only: their vaults are not ours.
     *
     * @param max 1–64
     * @param owner names this appliance's run; a delivery is reported on by the owner of its claim only
     * @param neighbours other appliances whose images can be read here
     */
    List<DeliveryRecord> claim(String destination, int max, String owner, Duration lease, Set<String> neighbours)
            throws IndexException;

    /**
     * Prolongs a claim.
     *
     * @return false if it is no longer ours: stop working on it
     */
    boolean renew(long id, String owner, Duration lease) throws IndexException;

    /**
     * Remembers exactly which instances a receiver has accepted, before their delivery counts as delivered: nothing else may be removed here because
     * of it. Durable on return.
     */
    default void accepted(DeliveryRecord delivery, List<StoredInstance> manifest) throws IndexException {
        // A queue that does not remember it removes nothing.
    }

    /**
     * Ends a delivery that arrived.
     *
     * @param receipts SOP Instance UID → what the receiver said of that image; kept in this order, as far as {@value #MOST_RECEIPT_BYTES} bytes of UTF-8 hold them
     * @return false if the claim is no longer ours; nothing was changed then
     */
    boolean delivered(long id, String owner, String receipt, Map<String, String> receipts) throws IndexException;

    /** What the receiver said of single images of a delivery that arrived: SOP Instance UID → receipt, in the delivery's order; empty = nothing. */
    Map<String, String> receipts(long id) throws IndexException;

    /**
     * Back to the queue, due after the pause.
     *
     * @param failed whether this counts as a failed attempt
     */
    boolean later(long id, String owner, Duration pause, String reason, boolean failed) throws IndexException;

    /** Whether a delivery has been failing for so long by now, see {@link DeliveryRecord#failingSince}. */
    boolean hasFailedFor(long id, Duration duration) throws IndexException;

    /** Parks: a person has to decide. */
    boolean park(long id, String owner, String reason) throws IndexException;

    /**
     * By a person's word: parks what waits, retries or runs. A claim ends with it, and an outcome that comes later does not count.
     *
     * @return false if there is none such
     */
    boolean parkNow(long id, String reason) throws IndexException;

    /**
     * By a person's word: ends what waits, retries, runs or is parked; it stays in the list as cancelled.
     *
     * @return false if there is none such
     */
    boolean cancel(long id, String reason) throws IndexException;

    /**
     * Takes series out of a delivery that has not ended: its destination is not to be given them any more. A claim ends with it, and an outcome that comes
     * later does not count: the delivery is due again, without them. Who takes out the last one has to cancel it instead.
     *
     * @return false if there is none such
     */
    boolean leaveOut(long id, Set<String> seriesInstanceUids) throws IndexException;

    /** Series Instance UIDs that were taken out of a delivery. */
    Set<String> leftOut(long id) throws IndexException;

    /**
     * Ends the claims of runs of this appliance that are no more; called once at start.
     *
     * @return how many
     */
    int releaseClaims(String exceptOwner) throws IndexException;

    /**
     * Makes a waiting, retrying or parked delivery due now. How long it has been failing is forgotten.
     *
     * @return false if there is none such
     */
    boolean retryNow(long id) throws IndexException;

    /** Newest first; limit 1–10,000; states empty = all. */
    List<DeliveryRecord> newest(int limit, Set<State> states) throws IndexException;

    Optional<DeliveryRecord> delivery(long id) throws IndexException;

    List<DeliveryRecord> ofStudy(String studyInstanceUid) throws IndexException;

    /**
     * Counts by destination and state, for people and metrics.
     *
     * @param appliances whose deliveries count; empty = all
     */
    Map<String, Map<State, Long>> counts(Set<String> appliances) throws IndexException;

    /** What one step of priority is worth: a delivery overtakes those of one step less that are older by no more than this. */
    Duration PRIORITY_STEP = Duration.ofMinutes(15);

    /** UIDs and receipts of one delivery that are kept. */
    int MOST_RECEIPT_BYTES = 8 << 20;

    int LOWEST_PRIORITY = 0;
    int USUAL_PRIORITY = 4;
    int HIGHEST_PRIORITY = 9;

    enum State {
        /** Due, as soon as its destination has a hand free. */
        WAITING,
        RUNNING,
        /** Waits for its next attempt's time. */
        RETRYING,
        DELIVERED,
        /** Waits for a person. */
        PARKED,
        /** Ended by a person, not delivered. */
        CANCELLED
    }

    /**
     * @param priority {@value #LOWEST_PRIORITY}–{@value #HIGHEST_PRIORITY}, higher first
     * @param request who asked for it and why; null = it follows from the destination's settings
     */
    record Order(
            IdentityMode identity, int priority, @Nullable Request request) {

        public Order(IdentityMode identity, int priority) {
            this(identity, priority, null);
        }

        public Order {
            if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
                throw new IllegalArgumentException(
                        "priority " + priority + ": must be " + LOWEST_PRIORITY + "–" + HIGHEST_PRIORITY);
            }
        }

        /** Without identity, of usual priority. */
        public static Order pseudonymous() {
            return new Order(IdentityMode.PSEUDONYMOUS, USUAL_PRIORITY);
        }
    }

    /**
     * A person's word.
     *
     * @param actor as authenticated, 1–64 characters
     * @param reason 3–200 characters
     */
    record Request(String actor, String reason) {}

    /**
     * @param attempts attempts begun so far
     * @param dueAt when it is tried (again)
     * @param reason what the last attempt ended with, or the receipt; null before the first
     * @param priority {@value #LOWEST_PRIORITY}–{@value #HIGHEST_PRIORITY}
     * @param failingSince when the first of the failed attempts ended that no person has looked at since; null = none failed
     * @param appliance the one that has its images, by {@link org.sallyport.gateway.api.store.InstanceStore#appliance}
     * @param request who asked for it and why; null = it follows from the destination's settings
     */
    record DeliveryRecord(
            long id,
            String studyInstanceUid,
            int part,
            String destination,
            IdentityMode identity,
            State state,
            int attempts,
            Instant createdAt,
            Instant dueAt,
            @Nullable Instant endedAt,
            @Nullable String reason,
            int priority,
            @Nullable Instant failingSince,
            String appliance,
            @Nullable Request request) {}
}
