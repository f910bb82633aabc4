package org.sallyport.dicom.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An association that was not accepted or has ended before its time. */
public class AssociationException extends IOException {

    private static final long serialVersionUID = 1L;

    /** How it ended. */
    public enum Kind {
        REJECTED,
        ABORTED_BY_PEER,
        /** What the peer sent was against the protocol; we aborted. */
        PROTOCOL_ERROR,
        CONNECTION_LOST,
        /** The TLS handshake failed. */
        NOT_SECURED,
        TIMED_OUT,
        RELEASED,
        /** We aborted, by our own will. */
        ABORTED
    }

    private final Kind kind;
    private final transient @Nullable Rejection rejection;

    public AssociationException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.rejection = null;
    }

    public AssociationException(Rejection rejection) {
        super("association rejected, result/source/reason " + rejection);
        this.kind = Kind.REJECTED;
        this.rejection = rejection;
    }

    public Kind kind() {
        return kind;
    }

    /** Why the association was rejected; null for other kinds. */
    public @Nullable Rejection rejection() {
        return rejection;
    }
}
