package org.sallyport.dicom.data;

import java.io.IOException;

/** A data set that cannot be read or written. The message names tags, lengths and positions, never values. */
public class DicomDataException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The bytes end inside an element. */
        TRUNCATED,
        /** The bytes are no data set in the given transfer syntax. */
        MALFORMED,
        /** A tag stands twice in one data set, or below one whose value was streamed. */
        OUT_OF_ORDER,
        /** More than {@link Limits} allow. */
        LIMIT
    }

    private final Reason reason;

    public DicomDataException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
