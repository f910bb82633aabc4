package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;

/** A row of the table {@code pack_to_tidy}: a pack of which frames are no longer needed. */
@Entity
@Table(name = "pack_to_tidy")
class PackToTidyRow {

    @Id
    @Column(name = "pack_id")
    String packId = "";

    /** The one that has the pack. */
    @Column(name = "appliance")
    String appliance = "";
}
