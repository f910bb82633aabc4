package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code remote_study}; pseudonymous values only. */
@Entity
@Table(name = "remote_study")
class RemoteStudyRow {

    @Id
    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "pseudonym")
    String pseudonym = "";

    @Column(name = "study_date")
    @Nullable
    String studyDate;

    @Column(name = "study_time")
    @Nullable
    String studyTime;

    @Column(name = "study_description")
    @Nullable
    String studyDescription;

    /** The newest round in which the back end listed it. */
    @Column(name = "seen")
    long seen;
}
