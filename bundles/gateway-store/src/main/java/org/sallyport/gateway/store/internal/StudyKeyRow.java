package org.sallyport.gateway.store.internal;

import java.io.Serializable;
import java.util.Objects;
import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.IdClass;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code study_key}: a keyed digest by which a study is found. */
@Entity
@Table(name = "study_key")
@IdClass(StudyKeyRow.Key.class)
class StudyKeyRow {

    @Id
    @Column(name = "lookup_key")
    String lookupKey = "";

    @Id
    @Column(name = "study_uid")
    String studyUid = "";

    /** As JPA wants it. */
    static final class Key implements Serializable {

        private static final long serialVersionUID = 1L;

        String lookupKey = "";
        String studyUid = "";

        Key() {}

        Key(String lookupKey, String studyUid) {
            this.lookupKey = lookupKey;
            this.studyUid = studyUid;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.lookupKey.equals(lookupKey) && key.studyUid.equals(studyUid);
        }

        @Override
        public int hashCode() {
            return Objects.hash(lookupKey, studyUid);
        }
    }
}
