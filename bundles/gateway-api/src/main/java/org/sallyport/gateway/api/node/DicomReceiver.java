package org.sallyport.gateway.api.node;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's DICOM ports, as people see and switch them. Thread-safe. */
public interface DicomReceiver {

    Status status();

    /** The plain port, and the one for TLS if there is to be one. */
    List<ListenerView> listeners();

    /**
     * Opens the ports that are not open.
     *
     * @throws IOException if one of them cannot be opened; the other is
     */
    void start() throws IOException;

    /** Closes the ports and lets running associations end, at most {@code DICOM_NETWORK_TIMEOUT}. */
    void stop();

    List<AssociationView> associations();

    /** C-ECHO to a peer, in the clear. @return round trip in milliseconds */
    long echo(String calledAet, String host, int port) throws IOException;

    /** C-ECHO to a node, over TLS if it speaks that. @return round trip in milliseconds */
    long echo(Node node) throws IOException;

    /** @param problem what is wrong with it, or null; a port that listens may have one too */
    record ListenerView(
            int port,
            boolean tls,
            boolean listening,
            @Nullable String problem) {}

    /**
     * The plain port.
     *
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
