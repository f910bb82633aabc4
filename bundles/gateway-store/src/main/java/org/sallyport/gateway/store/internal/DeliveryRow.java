package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.GeneratedValue;
import javax.persistence.GenerationType;
import javax.persistence.Id;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code delivery}. Times are milliseconds since 1970. */
@Entity
@Table(name = "delivery")
class DeliveryRow {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "id")
    long id;

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "part")
    int part;

    @Column(name = "destination")
    String destination = "";

    @Column(name = "identity_mode")
    String identityMode = "";

    @Column(name = "state")
    String state = "";

    @Column(name = "attempts")
    int attempts;

    @Column(name = "failures")
    int failures;

    @Column(name = "created_at")
    long createdAt;

    @Column(name = "due_at")
    long dueAt;

    @Column(name = "ended_at")
    @Nullable
    Long endedAt;

    /** The run that has claimed it. */
    @Column(name = "owner")
    @Nullable
    String owner;

    @Column(name = "lease_until")
    @Nullable
    Long leaseUntil;

    @Column(name = "reason")
    @Nullable
    String reason;

    @Column(name = "priority")
    int priority;

    /** Claims go by it, the least first: when it was queued, less what its priority is worth. So nothing waits for ever behind what is new. */
    @Column(name = "rank_at")
    long rankAt;

    /** The one that has its images. */
    @Column(name = "appliance")
    String appliance = "";

    /** Who asked for it, if a person did; with the reason. */
    @Column(name = "requested_by")
    @Nullable
    String requestedBy;

    @Column(name = "request_reason")
    @Nullable
    String requestReason;

    @Column(name = "failing_since")
    @Nullable
    Long failingSince;
}
