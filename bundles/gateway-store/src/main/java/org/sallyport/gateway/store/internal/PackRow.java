package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;

/** A row of the table {@code pack}: a pack whose every frame has its row, and that no start has to read again. */
@Entity
@Table(name = "pack")
class PackRow {

    @Id
    @Column(name = "pack_id")
    String packId = "";
}
