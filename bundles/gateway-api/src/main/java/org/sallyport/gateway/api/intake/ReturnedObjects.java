package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import org.sallyport.gateway.api.vault.AccessRequest;

/**
 * Gives pseudonymous objects that come back from a back end their identity again: the gateway's own images, and new objects (results) that were made
 * of them. Thread-safe.
 */
public interface ReturnedObjects {

    /**
     * Begins the return of one batch of objects. The request is audited once, by the vault.
     *
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException if the request lacks the role or the reason; audited too
     */
    Returning begin(AccessRequest request) throws IOException;

    /** One batch. Remembers what it needs of a few studies at a time. Thread-safe. */
    interface Returning {

        /**
         * Reads an object up to its pixel data and says what it is.
         *
         * @param part10 a Part 10 file; not closed
         * @throws org.sallyport.dicom.data.DicomDataException if it is none
         */
        Returned examine(InputStream part10) throws IOException;

        /**
         * The object with its identity, as a Part 10 file. Nothing is written anywhere: what is read of the result is made while it is read.
         *
         * @param part10 a Part 10 file; closed with the result, and if this fails
         * @throws IOException if the object is of an unknown patient: it is not restored
         */
        InputStream restore(InputStream part10) throws IOException;

        /**
         * Remembers results that are about to be sent out, so that one that comes back is recognised; durable on return.
         *
         * @param sopInstanceUids of objects of {@link Kind#RESULT}
         */
        void remember(Collection<String> sopInstanceUids) throws IOException;

        /** References to instances in what was restored so far that the gateway does not know and that are not of this batch: they stay as they are. */
        int unresolved();
    }

    enum Kind {
        /** An image of ours: given back exactly as it was received, but for what the back end changed. */
        OURS,
        /** A new object of a patient of ours. */
        RESULT,
        /** The gateway knows neither its study nor its patient, or they do not belong together. */
        UNKNOWN_PATIENT
    }

    /**
     * @param sopInstanceUid of the restored object; original, hence no {@code toString} that shows it
     * @param seriesInstanceUid of the restored object; original
     * @param transferSyntaxUid of the restored object
     * @param reason why the patient counts as unknown, in plain words; else empty
     */
    record Returned(
            Kind kind,
            String sopClassUid,
            String sopInstanceUid,
            String seriesInstanceUid,
            String transferSyntaxUid,
            String reason) {

        @Override
        public String toString() {
            return "Returned[" + kind + ", " + sopClassUid + "]";
        }
    }
}
