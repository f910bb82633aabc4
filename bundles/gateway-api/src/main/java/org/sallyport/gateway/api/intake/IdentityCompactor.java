package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.util.List;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.IdentityFileWriter;
import org.sallyport.gateway.api.store.StoredInstance;

/** Rewrites the sealed identity of instances before their images are removed, so that it takes little room and gives the same back. Thread-safe. */
public interface IdentityCompactor {

    /**
     * Writes the identity of instances of one study, each still here, into one file. Values too long for memory are streamed; the reading is audited
     * once, for the gateway.
     *
     * @throws IOException if the identity of one of them cannot be read or sealed: then none of the images may go
     */
    Compacted compact(String studyInstanceUid, List<StoredInstance> instances, IdentityFileWriter to)
            throws IOException;

    /** What was written, and what it has to give back. */
    interface Compacted {

        /** Where each instance's block begins, in the order of the instances. */
        List<Long> offsets();

        /**
         * Opens every instance's identity from the file as it is on disk now.
         *
         * @throws IOException if one is not, byte by byte, what was kept with its image
         */
        void verify(IdentityFile file) throws IOException;
    }
}
