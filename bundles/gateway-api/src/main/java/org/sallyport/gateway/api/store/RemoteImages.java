package org.sallyport.gateway.api.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Gets what only a back end holds (whiteboard: who can, registers it as a service). Thread-safe. */
public interface RemoteImages {

    /**
     * The objects of a series as the back end gives them: pseudonymous, and hostile as everything from outside. May wait long; one fetching serves all who
     * ask for the same series meanwhile.
     *
     * @param waiting run while they are fetched
     * @throws NotFetchedException if they cannot be had now
     * @throws IOException what the waiting threw, or that the thread was interrupted
     */
    List<RemoteImage> fetch(RemoteStudies.Series series, ImageFetcher.Waiting waiting) throws IOException;

    /** One object. Thread-safe. */
    interface RemoteImage {

        /**
         * @param waiting run while it has to be fetched once more, because it was no longer kept
         * @return a Part 10 file; the caller closes it
         * @throws NotFetchedException if it cannot be had now
         */
        InputStream open(ImageFetcher.Waiting waiting) throws IOException;
    }
}
