package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of the table {@code study}; pseudonymous and treated values only. */
@Entity
@Table(name = "study")
class StudyRow {

    /** Characters that a column for text holds. */
    static final int TEXT_LENGTH = 255;

    @Id
    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "pseudonym")
    String pseudonym = "";

    @Column(name = "study_date")
    @Nullable
    String studyDate;

    @Column(name = "study_description")
    @Nullable
    String studyDescription;

    /** Joined by commas. */
    @Column(name = "modalities")
    String modalities = "";

    @Column(name = "calling_aet")
    String callingAet = "";

    /** How many parts were completed. */
    @Column(name = "parts")
    int parts;

    /** Milliseconds since 1970. */
    @Column(name = "first_received_at")
    long firstReceivedAt;

    @Column(name = "last_received_at")
    long lastReceivedAt;

    /** Grows with each change of what the index has of the study. */
    @Column(name = "revision")
    long revision;

    /** The revision that the study's sheet tells of; -1 = it has none. */
    @Column(name = "sheet_revision")
    long sheetRevision = -1;
}
