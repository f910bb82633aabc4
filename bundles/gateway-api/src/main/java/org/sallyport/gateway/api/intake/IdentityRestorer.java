package org.sallyport.gateway.api.intake;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;

/** Gives back originals. Thread-safe. */
public interface IdentityRestorer {

    /**
     * Writes the original data set of a stored instance as a Part 10 file, in the transfer syntax it is stored in; equal to what was received,
     * attribute by attribute, but for pixels that a profile blanked. Streams; audited by the vault.
     *
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException before anything is written
     */
    void restore(StoredInstance instance, AccessRequest request, OutputStream to) throws IOException;

    /**
     * The same for an instance that someone else gives back, as it may no longer be here: equal to what was received if the object is what was
     * delivered.
     *
     * @param part10 the de-identified object; hostile as everything from outside; not closed
     * @throws IOException before anything is written if the object is another one
     */
    void restore(StoredInstance instance, InputStream part10, AccessRequest request, OutputStream to)
            throws IOException;

    /**
     * For many images: the request is audited once. Those of a study one after the other are quickest.
     *
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException if the request lacks the role or the reason; audited too
     */
    Restoring begin(AccessRequest request) throws IOException;

    /** Owned by one thread. */
    interface Restoring extends Closeable {

        /** See {@link IdentityRestorer#restore(StoredInstance, InputStream, AccessRequest, OutputStream)}. */
        void restore(StoredInstance instance, InputStream part10, OutputStream to) throws IOException;

        /**
         * The same as a stream that is made while it is read, for who wants the attributes before the pixel data only, or another transfer syntax. To be
         * closed before the next instance is asked for.
         *
         * @param part10 closed with the stream, and if this fails
         * @throws IOException if the object is another one, or its identity cannot be read
         */
        InputStream open(StoredInstance instance, InputStream part10) throws IOException;
    }
}
