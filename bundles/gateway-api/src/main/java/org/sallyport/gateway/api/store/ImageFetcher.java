package org.sallyport.gateway.api.store;

import java.io.IOException;
import java.io.InputStream;

/**
 * Gets images back that were cleaned up here after a receiver had accepted them (whiteboard: who can, registers it as a service). Without one, and while it
 * cannot, they are found but not sent. Thread-safe.
 */
public interface ImageFetcher {

    /** What a caller does while it waits. */
    interface Waiting {

        /** Run several times a second. @throws IOException ends the waiting, not the fetching */
        void tick() throws IOException;
    }

    /**
     * The image as it was delivered, without identity. May wait long; one fetching serves all who ask for the same study meanwhile.
     *
     * @param instance {@link StoredInstance.Presence#CLEANED_UP}
     * @return a Part 10 file whose length and SHA-256 are those of the instance; the caller closes it
     * @throws NotFetchedException if it cannot be had now
     * @throws IOException what the waiting threw, or that the thread was interrupted
     */
    InputStream fetch(StoredInstance instance, Waiting waiting) throws IOException;
}
