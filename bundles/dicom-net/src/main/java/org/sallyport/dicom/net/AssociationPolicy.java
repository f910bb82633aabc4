package org.sallyport.dicom.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link AssociationServer} asks its user (intervention: one, must answer). Called from the associations' threads. */
public interface AssociationPolicy {

    /** Whether to accept, and which contexts. */
    Decision decide(AssociateRequest request, Peer peer);

    /**
     * Who has connected.
     *
     * @param certificate told and proven in the TLS handshake; null = none, or in the clear
     */
    record Peer(InetAddress address, @Nullable X509Certificate certificate) {}

    /** An association was accepted: makes the one that serves it. */
    Service serve(Association association) throws IOException;

    /**
     * @param rejection null = accept
     * @param contexts an answer to every proposed context
     * @param roles an answer to those role selections of the request that are accepted (PS3.7 D.3.3.4)
     * @param userIdentityResponse null = none
     * @param extended answers to SOP Class Extended Negotiation (PS3.7 D.3.3.5)
     */
    record Decision(
            @Nullable Rejection rejection,
            List<PresentationContext> contexts,
            List<UserInformation.RoleSelection> roles,
            UserInformation.@Nullable UserIdentityResponse userIdentityResponse,
            List<UserInformation.ExtendedNegotiation> extended) {

        public static Decision accept(List<PresentationContext> contexts) {
            return new Decision(null, contexts, List.of(), null, List.of());
        }

        public static Decision reject(Rejection rejection) {
            return new Decision(rejection, List.of(), List.of(), null, List.of());
        }

        public Decision withRoles(List<UserInformation.RoleSelection> accepted) {
            return new Decision(rejection, contexts, accepted, userIdentityResponse, extended);
        }

        public Decision withUserIdentityResponse(UserInformation.UserIdentityResponse response) {
            return new Decision(rejection, contexts, roles, response, extended);
        }

        public Decision withExtended(List<UserInformation.ExtendedNegotiation> answers) {
            return new Decision(rejection, contexts, roles, userIdentityResponse, answers);
        }
    }

    /** Serves one association, on its thread. */
    interface Service extends Closeable {

        /**
         * Serves a request and sends its responses on the association. What it leaves of the data set is passed over.
         *
         * @throws IOException ends the association
         */
        void handle(Association.Message message) throws IOException;

        /** The association has ended, however. */
        @Override
        void close() throws IOException;
    }
}
