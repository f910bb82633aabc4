package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeTls;

/**
 * Where the PACS is.
 *
 * @param port 1–65535
 * @param tls as the node list says how it is spoken to; null = as the destination's own settings say
 */
record Peer(
        String host, int port, String calledAet, @Nullable Tls tls) {

    /** Asked at each attempt. */
    interface Source {

        /** @throws IOException if it cannot be told now; the message says why, for people */
        Peer peer() throws IOException;
    }

    Peer(String host, int port, String calledAet) {
        this(host, port, calledAet, null);
    }

    static Peer of(Node node) {
        NodeTls tls = node.tls();
        return new Peer(
                node.address(),
                node.port(),
                node.aet(),
                tls == null ? null : Tls.by(tls::context, tls.checksHostName()));
    }

    /** How associations to it are requested. */
    Options options(Options own) {
        return tls == null ? own : own.withTls(tls);
    }
}
