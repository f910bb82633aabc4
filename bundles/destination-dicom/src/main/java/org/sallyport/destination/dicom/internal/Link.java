package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.util.List;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationRequester.Options;

/** Whom an attempt calls, as whom and how. */
record Link(Peer peer, String callingAet, Options options) {

    /** The caller owns the association. */
    Association open(List<ProposedContext> contexts) throws IOException {
        return AssociationRequester.open(peer.host(), peer.port(), peer.calledAet(), callingAet, contexts, options);
    }

    Link with(Options others) {
        return new Link(peer, callingAet, others);
    }
}
