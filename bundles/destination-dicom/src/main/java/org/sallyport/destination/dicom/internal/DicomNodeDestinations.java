package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDestinations;

/** Stores in nodes as a destination does, by two associations at a time. */
@Component(service = NodeDestinations.class)
public final class DicomNodeDestinations implements NodeDestinations {

    private static final int ASSOCIATIONS = 2;

    @Override
    public NodeSender open(Node node, String callingAet) throws IOException {
        Peer peer = Peer.of(node);
        DicomDestination destination = new DicomDestination(
                new DicomSettings("node", () -> peer, () -> callingAet, ASSOCIATIONS, Options.DEFAULT, true, null));
        return new NodeSender() {
            @Override
            public DeliveryOutcome send(Delivery delivery) throws Exception {
                return destination.deliver(delivery);
            }

            @Override
            public void close() {
                // Nothing stays open between two deliveries.
            }
        };
    }
}
