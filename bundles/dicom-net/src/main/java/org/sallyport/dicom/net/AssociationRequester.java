package org.sallyport.dicom.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.UserInformation.CommonExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.dicom.net.internal.Connection;
import org.sallyport.dicom.net.internal.UpperLayer;

/** Requests associations. */
public final class AssociationRequester {

    /** Verification SOP Class (PS3.4 Annex A). */
    public static final String VERIFICATION = "1.2.840.10008.1.1";

    private static final int SOCKET_BUFFER = 512 * 1024;

    private AssociationRequester() {}

    /**
     * How to ask. Immutable; start from {@link #DEFAULT}.
     *
     * @param maxPduLength longest P-DATA-TF variable field that we take, bytes, 4096–1048576
     * @param roles which we want to have (PS3.7 D.3.3.4): each SOP class named here needs a context
     * @param extended SOP Class Extended Negotiation (PS3.7 D.3.3.5)
     * @param commonExtended SOP Class Common Extended Negotiation (PS3.7 D.3.3.6)
     * @param userIdentity null = not told
     * @param tls null = in the clear
     */
    public record Options(
            int maxPduLength,
            Timeouts timeouts,
            List<RoleSelection> roles,
            List<ExtendedNegotiation> extended,
            List<CommonExtendedNegotiation> commonExtended,
            @Nullable UserIdentity userIdentity,
            @Nullable Tls tls) {

        private static final int SMALLEST_PDU = 4096;
        private static final int LARGEST_PDU = 1 << 20;

        /** PDUs of 128 KiB, nothing negotiated, in the clear. */
        public static final Options DEFAULT =
                new Options(128 * 1024, Timeouts.DEFAULT, List.of(), List.of(), List.of(), null, null);

        public Options {
            if (maxPduLength < SMALLEST_PDU || maxPduLength > LARGEST_PDU) {
                throw new IllegalArgumentException(
                        "longest PDU " + maxPduLength + ": must be " + SMALLEST_PDU + "–" + LARGEST_PDU + " bytes");
            }
            roles = List.copyOf(roles);
            extended = List.copyOf(extended);
            commonExtended = List.copyOf(commonExtended);
        }

        public Options withMaxPduLength(int bytes) {
            return new Options(bytes, timeouts, roles, extended, commonExtended, userIdentity, tls);
        }

        public Options withTimeouts(Timeouts waits) {
            return new Options(maxPduLength, waits, roles, extended, commonExtended, userIdentity, tls);
        }

        public Options withRoles(List<RoleSelection> wanted) {
            return new Options(maxPduLength, timeouts, wanted, extended, commonExtended, userIdentity, tls);
        }

        public Options withExtended(List<ExtendedNegotiation> items) {
            return new Options(maxPduLength, timeouts, roles, items, commonExtended, userIdentity, tls);
        }

        public Options withCommonExtended(List<CommonExtendedNegotiation> items) {
            return new Options(maxPduLength, timeouts, roles, extended, items, userIdentity, tls);
        }

        public Options withUserIdentity(@Nullable UserIdentity identity) {
            return new Options(maxPduLength, timeouts, roles, extended, commonExtended, identity, tls);
        }

        public Options withTls(@Nullable Tls secured) {
            return new Options(maxPduLength, timeouts, roles, extended, commonExtended, userIdentity, secured);
        }

        private UserInformation userInformation() {
            return new UserInformation(
                    maxPduLength,
                    Uids.IMPLEMENTATION_CLASS,
                    Uids.IMPLEMENTATION_VERSION,
                    null,
                    roles,
                    extended,
                    commonExtended,
                    userIdentity,
                    null);
        }
    }

    /**
     * Connects and requests an association in the clear. The caller owns it.
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
        return open(host, port, calledAet, callingAet, contexts, Options.DEFAULT.withTimeouts(timeouts));
    }

    /**
     * Connects and requests an association. The caller owns it. A server's response to a user identity is in {@link Association#peer()}.
     *
     * @throws AssociationException if it is rejected, aborted, not secured or not answered in time
     */
    public static Association open(
            String host, int port, String calledAet, String callingAet, List<ProposedContext> contexts, Options options)
            throws IOException {
        Timeouts timeouts = options.timeouts();
        Socket socket = new Socket();
        try {
            socket.setReceiveBufferSize(SOCKET_BUFFER);
            socket.setSendBufferSize(SOCKET_BUFFER);
            socket.connect(
                    new InetSocketAddress(host, port), (int) timeouts.network().toMillis());
            Tls tls = options.tls();
            Connection connection = tls == null
                    ? Connection.plain(socket)
                    : Connection.secured(socket, tls.asRequester(socket, host), timeouts.acse());
            UpperLayer upperLayer = new UpperLayer(connection, true, timeouts, options.maxPduLength());
            AssociateRequest request = new AssociateRequest(
                    1,
                    calledAet,
                    callingAet,
                    AssociateRequest.DICOM_APPLICATION_CONTEXT,
                    contexts,
                    options.userInformation());
            AssociateAccept accepted = upperLayer.request(request);
            AssociateAccept named =
                    new AssociateAccept(calledAet, callingAet, accepted.contexts(), accepted.userInformation());
            return new Association(
                    upperLayer,
                    timeouts,
                    named,
                    accepted.userInformation(),
                    new AssociationPolicy.Peer(socket.getInetAddress(), connection.peerCertificate()));
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
