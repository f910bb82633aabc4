package org.sallyport.gateway.api.node;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's DICOM listener, as people see and switch it. Thread-safe. */
public interface DicomReceiver {

    Status status();

    /** Opens the listener; does nothing if it is open. */
    void start() throws IOException;

    /** Closes the listener and lets running associations end, at most {@code DICOM_NETWORK_TIMEOUT}. */
    void stop();

    List<AssociationView> associations();

    /** C-ECHO to a peer. @return round trip in milliseconds */
    long echo(String calledAet, String host, int port) throws IOException;

    /**
     * @param receiving whether an image sent now would be received and kept
     * @param problem why not, or null
     */
    record Status(
            boolean listening,
            boolean receiving,
            String aet,
            int port,
            @Nullable String problem) {}

    record AssociationView(
            String callingAet,
            String calledAet,
            String address,
            Instant since,
            long messages,
            long bytes,
            @Nullable String currentOperation) {}
}
