package org.sallyport.gateway.api.node;

import java.io.IOException;

/** Moves the DICOM listener while the gateway runs. Thread-safe. */
public interface ListenerControl {

    /**
     * Listens under another AE title and port from now on: takes no new association, lets running ones end, at most {@code DICOM_NETWORK_TIMEOUT}, and
     * opens again. Does nothing if it is so already. A listener that is stopped stays so, and is opened there when it is started.
     *
     * @param aet 1–16 characters
     * @param port 1–65535
     * @throws IOException if the port cannot be opened; then it listens as before
     */
    void follow(String aet, int port) throws IOException;
}
