package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code manifest}: what exactly a receiver has accepted with a delivery. Times are milliseconds since 1970. */
@Entity
@Table(name = "manifest")
class ManifestRow {

    @Id
    @Column(name = "delivery_id")
    long deliveryId;

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "part")
    int part;

    /** The one that has the images. */
    @Column(name = "appliance")
    String appliance = "";

    @Column(name = "destination")
    String destination = "";

    @Column(name = "accepted_at")
    long acceptedAt;

    /** of {@link Manifests}. */
    @Column(name = "digest")
    byte[] digest = {};

    /** Frames of the part that were not accepted, 16 bytes each; null = none. */
    @Column(name = "left_out")
    byte @Nullable [] leftOut;

    /** 1 = nothing is left to be cleaned up. */
    @Column(name = "settled")
    int settled;

    @Column(name = "look_at")
    long lookAt;

    @Column(name = "kept_because")
    @Nullable
    String keptBecause;
}
