package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Lob;
import javax.persistence.Table;

/** A row of the table {@code delivery_receipts}. In a table of its own, so that no look at the queue reads it. */
@Entity
@Table(name = "delivery_receipts")
class ReceiptsRow {

    @Id
    @Column(name = "delivery_id")
    long deliveryId;

    /** {@link Receipts}. */
    @Lob
    @Column(name = "receipts")
    byte[] receipts = {};
}
