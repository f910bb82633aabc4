package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.util.Set;

/** Keeps what was opened of patients, and forgets it when one is erased. */
public interface ErasureListener {

    /**
     * The patient's key is gone. Called on the thread that erases.
     *
     * @param pseudonyms all that the patient had
     * @throws IOException if something of it may still be kept, until the gateway starts again
     */
    void erased(Set<String> pseudonyms) throws IOException;
}
