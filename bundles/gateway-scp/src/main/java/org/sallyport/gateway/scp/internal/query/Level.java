package org.sallyport.gateway.scp.internal.query;

import org.sallyport.dicom.data.Tag;

/** Query/Retrieve Level (0008,0052), from the top (PS3.4 C.6). */
public enum Level {
    PATIENT(Tag.PatientID),
    STUDY(Tag.StudyInstanceUID),
    SERIES(Tag.SeriesInstanceUID),
    IMAGE(Tag.SOPInstanceUID);

    private final int uniqueKey;

    Level(int uniqueKey) {
        this.uniqueKey = uniqueKey;
    }

    /** The tag of the level's unique key. */
    public int uniqueKey() {
        return uniqueKey;
    }

    public boolean isBelow(Level other) {
        return compareTo(other) > 0;
    }
}
