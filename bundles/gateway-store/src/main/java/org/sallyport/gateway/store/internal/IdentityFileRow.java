package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.Id;
import javax.persistence.Table;

/** A row of the table {@code identity_file}: an identity file whose instances all have their rows. */
@Entity
@Table(name = "identity_file")
class IdentityFileRow {

    @Id
    @Column(name = "file_name")
    String fileName = "";

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "images")
    int images;

    /** Of the Part 10 files that are gone. */
    @Column(name = "bytes")
    long bytes;

    @Column(name = "made_at")
    long madeAt;
}
