package org.sallyport.gateway.api.intake;

import java.io.IOException;
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
}
