package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code instance}: one frame. */
@Entity
@Table(name = "instance")
class InstanceRow {

    @Id
    @Column(name = "frame_id")
    String frameId = "";

    @Column(name = "sop_uid")
    String sopUid = "";

    @Column(name = "series_uid")
    String seriesUid = "";

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "version")
    int version;

    /** Null = loose: of no completed part yet. */
    @Column(name = "part")
    @Nullable
    Integer part;

    @Column(name = "pack_id")
    String packId = "";

    @Column(name = "pack_offset")
    long packOffset;

    @Column(name = "part10_length")
    long part10Length;

    @Column(name = "crc32")
    long crc32;

    @Column(name = "sha256")
    byte[] sha256 = {};

    @Column(name = "original_digest")
    byte[] originalDigest = {};

    @Column(name = "series_number")
    @Nullable
    Integer seriesNumber;

    @Column(name = "instance_number")
    @Nullable
    Integer instanceNumber;

    /** The one that has the frame. */
    @Column(name = "appliance")
    String appliance = "";

    /** Name of a {@link org.sallyport.gateway.api.store.StoredInstance.Presence}. */
    @Column(name = "presence")
    String presence = "HERE";

    /** Where its identity is, if it is no longer here. */
    @Column(name = "identity_file")
    @Nullable
    String identityFile;

    @Column(name = "identity_offset")
    @Nullable
    Long identityOffset;

    /** {@link FactsJson}. */
    @Column(name = "facts")
    String facts = "";
}
