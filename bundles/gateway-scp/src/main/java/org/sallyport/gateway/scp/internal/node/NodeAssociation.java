package org.sallyport.gateway.scp.internal.node;

import java.io.IOException;
import java.util.List;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeTls;

/** Requests associations to nodes: over TLS if the node's configuration says so, and never in the clear then. */
public final class NodeAssociation {

    private NodeAssociation() {}

    /** As the next, with nothing negotiated but contexts. */
    public static Association open(Node node, String callingAet, List<ProposedContext> contexts, Timeouts timeouts)
            throws IOException {
        return open(node, callingAet, contexts, Options.DEFAULT.withTimeouts(timeouts));
    }

    /**
     * The caller owns it.
     *
     * @param options their TLS is not looked at
     * @throws org.sallyport.dicom.net.AssociationException if it is rejected, aborted, not secured or not answered in time
     */
    public static Association open(Node node, String callingAet, List<ProposedContext> contexts, Options options)
            throws IOException {
        NodeTls tls = node.tls();
        return AssociationRequester.open(
                node.address(),
                node.port(),
                node.aet(),
                callingAet,
                contexts,
                options.withTls(tls == null ? null : Tls.by(tls::context, tls.checksHostName())));
    }
}
