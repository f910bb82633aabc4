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

/** The durable queue of deliveries, in the index database. Each change is one transaction. Thread-safe. */
public interface DeliveryQueue {

    /**
     * In one transaction: writes behind what is not yet in the index, makes all loose instances of the study its next part, and adds a waiting delivery
     * of that part for each destination.
     *
     * @param destinations names → identity mode; empty = the part goes nowhere, and is shown so
     * @return the new part's number, or empty if there were no loose instances
     */
    Optional<Integer> enqueue(String studyInstanceUid, Map<String, IdentityMode> destinations) throws IndexException;

    /**
     * Claims deliveries of one destination that are due, oldest first, for the time of the lease. On PostgreSQL with {@code FOR UPDATE SKIP
     * LOCKED}. A claim whose lease ran out is due again.
     *
     * @param max 1–64
     * @param owner names this appliance's run; a delivery is reported on by the owner of its claim only
     */
    List<DeliveryRecord> claim(String destination, int max, String owner, Duration lease) throws IndexException;

    /**
     * Prolongs a claim.
     *
     * @return false if it is no longer ours: stop working on it
     */
    boolean renew(long id, String owner, Duration lease) throws IndexException;

    /** @return false if the claim is no longer ours; nothing was changed then */
    boolean delivered(long id, String owner, String receipt) throws IndexException;

    /**
     * Back to the queue, due at {@code notBefore}.
     *
     * @param failed whether this counts as a failed attempt
     */
    boolean later(long id, String owner, Instant notBefore, String reason, boolean failed) throws IndexException;

    /** Parks: a person has to decide. */
    boolean park(long id, String owner, String reason) throws IndexException;

    /**
     * Ends the claims of runs of this appliance that are no more; called once at start.
     *
     * @return how many
     */
    int releaseClaims(String exceptOwner) throws IndexException;

    /**
     * Makes a waiting, retrying or parked delivery due now.
     *
     * @return false if there is none such
     */
    boolean retryNow(long id) throws IndexException;

    /** Newest first; limit 1–10,000; states empty = all. */
    List<DeliveryRecord> newest(int limit, Set<State> states) throws IndexException;

    Optional<DeliveryRecord> delivery(long id) throws IndexException;

    List<DeliveryRecord> ofStudy(String studyInstanceUid) throws IndexException;

    /** Counts by destination and state, for people and metrics. */
    Map<String, Map<State, Long>> counts() throws IndexException;

    enum State {
        WAITING,
        RUNNING,
        RETRYING,
        DELIVERED,
        PARKED
    }

    /**
     * @param attempts attempts begun so far
     * @param dueAt when it is tried (again)
     * @param reason what the last attempt ended with, or the receipt; null before the first
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
            @Nullable String reason) {}
}
