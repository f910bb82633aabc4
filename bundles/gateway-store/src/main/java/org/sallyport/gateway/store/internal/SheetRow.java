package org.sallyport.gateway.store.internal;

import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.GeneratedValue;
import javax.persistence.GenerationType;
import javax.persistence.Id;
import javax.persistence.Table;

/** A row of the table {@code study_sheet}. */
@Entity
@Table(name = "study_sheet")
class SheetRow {

    /** In the order in which they were first written, which is how the table lies on disk. */
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "number")
    long number;

    @Column(name = "study_uid")
    String studyUid = "";

    @Column(name = "sealed")
    byte[] sealed = {};
}
