package org.sallyport.gateway.store.internal;

import java.io.Serializable;
import java.util.Objects;
import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.IdClass;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code remote_series}: a series, or a part of one that lies in several places. */
@Entity
@Table(name = "remote_series")
@IdClass(RemoteSeriesRow.Key.class)
class RemoteSeriesRow {

    @Id
    @Column(name = "series_uid")
    String seriesUid = "";

    @Id
    @Column(name = "place")
    String place = "";

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "series_number")
    @Nullable
    Integer seriesNumber;

    @Column(name = "series_description")
    @Nullable
    String seriesDescription;

    @Column(name = "modality")
    String modality = "";

    @Column(name = "instances")
    int instances;

    /** The newest round in which the back end listed it. */
    @Column(name = "seen")
    long seen;

    /** As JPA wants it. */
    static final class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        String seriesUid = "";
        String place = "";

        Key() {}

        Key(String seriesUid, String place) {
            this.seriesUid = seriesUid;
            this.place = place;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.seriesUid.equals(seriesUid) && key.place.equals(place);
        }

        @Override
        public int hashCode() {
            return Objects.hash(seriesUid, place);
        }
    }
}
