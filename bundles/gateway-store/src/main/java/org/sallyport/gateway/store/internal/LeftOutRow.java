package org.sallyport.gateway.store.internal;

import java.io.Serializable;
import java.util.Objects;
import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.IdClass;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code delivery_left_out}: a series that was taken out of a delivery. */
@Entity
@Table(name = "delivery_left_out")
@IdClass(LeftOutRow.Key.class)
class LeftOutRow {

    @Id
    @Column(name = "delivery_id")
    long deliveryId;

    @Id
    @Column(name = "series_uid")
    String seriesUid = "";

    /** As JPA wants it. */
    static final class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        long deliveryId;
        String seriesUid = "";

        Key() {}

        Key(long deliveryId, String seriesUid) {
            this.deliveryId = deliveryId;
            this.seriesUid = seriesUid;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.deliveryId == deliveryId && key.seriesUid.equals(seriesUid);
        }

        @Override
        public int hashCode() {
            return Objects.hash(deliveryId, seriesUid);
        }
    }
}
