package org.sallyport.destination.dicom.internal;

import java.io.IOException;

/**
 * Where the PACS is.
 *
 * @param port 1–65535
 */
record Peer(String host, int port, String calledAet) {

    /** Asked at each attempt. */
    interface Source {

        /** @throws IOException if it cannot be told now; the message says why, for people */
        Peer peer() throws IOException;
    }
}
