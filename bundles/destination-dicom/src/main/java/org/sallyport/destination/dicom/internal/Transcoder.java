package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.sallyport.dicom.data.TransferSyntax;

/** Rewrites data sets in another transfer syntax while they flow. Thread-safe. */
interface Transcoder {

    /** Whether there is a way; single objects may still be refused. */
    boolean can(TransferSyntax from, TransferSyntax to);

    /**
     * @param in the data set, without meta information; not closed
     * @throws Unfit if this object cannot be rewritten
     */
    void rewrite(InputStream in, TransferSyntax from, TransferSyntax to, OutputStream out) throws IOException;

    /** An object that cannot be rewritten, ever; the message says why, without identity. */
    final class Unfit extends IOException {

        private static final long serialVersionUID = 1L;

        Unfit(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
