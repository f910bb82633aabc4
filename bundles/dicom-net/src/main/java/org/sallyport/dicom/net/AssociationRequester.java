package org.sallyport.dicom.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.internal.UpperLayer;

/** Requests associations. */
public final class AssociationRequester {

    /** Verification SOP Class (PS3.4 Annex A). */
    public static final String VERIFICATION = "1.2.840.10008.1.1";

    private static final int SOCKET_BUFFER = 512 * 1024;
    private static final int MAX_PDU = 128 * 1024;

    private AssociationRequester() {}

    /**
     * Connects and requests an association. The caller owns it.
     *
     * @throws AssociationException if it is rejected, aborted or not answered in time
     */
    public static Association open(
            String host,
            int port,
            String calledAet,
            String callingAet,
            List<ProposedContext> contexts,
            Timeouts timeouts)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.setReceiveBufferSize(SOCKET_BUFFER);
            socket.setSendBufferSize(SOCKET_BUFFER);
            socket.connect(
                    new InetSocketAddress(host, port), (int) timeouts.network().toMillis());
            UpperLayer upperLayer = new UpperLayer(socket, true, timeouts, MAX_PDU);
            AssociateRequest request = new AssociateRequest(
                    1,
                    calledAet,
                    callingAet,
                    AssociateRequest.DICOM_APPLICATION_CONTEXT,
                    contexts,
                    UserInformation.ours(MAX_PDU));
            AssociateAccept accepted = upperLayer.request(request);
            AssociateAccept named =
                    new AssociateAccept(calledAet, callingAet, accepted.contexts(), accepted.userInformation());
            return new Association(upperLayer, timeouts, named, accepted.userInformation(), socket.getInetAddress());
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** One context for Verification in implicit VR little endian. */
    public static List<ProposedContext> verification() {
        return List.of(new ProposedContext(1, VERIFICATION, List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
    }
}
