package org.sallyport.dicom.net.internal;

import java.io.IOException;

/** Bytes that are no PDU. */
final class PduException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Reason/Diag of an A-ABORT by the service provider (PS3.8 Table 9-26). */
    static final int UNRECOGNIZED_PDU = 1;

    static final int UNRECOGNIZED_PARAMETER = 4;
    static final int UNEXPECTED_PARAMETER = 5;
    static final int INVALID_PARAMETER = 6;

    private final int reason;

    PduException(int reason, String message) {
        super(message);
        this.reason = reason;
    }

    int reason() {
        return reason;
    }
}
