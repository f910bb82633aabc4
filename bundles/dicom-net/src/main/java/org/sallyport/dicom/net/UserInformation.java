package org.sallyport.dicom.net;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Uids;

/**
 * The user information items of an association (PS3.8 9.3.2.3, PS3.7 D.3.3).
 *
 * @param maxPduLength longest P-DATA-TF variable field that the sender of this takes, bytes; 0 = any
 * @param asynchronousOperations null = one operation at a time
 * @param userIdentity in a request
 * @param userIdentityResponse server response in an acceptance
 */
public record UserInformation(
        long maxPduLength,
        String implementationClassUid,
        @Nullable String implementationVersionName,
        @Nullable AsynchronousOperations asynchronousOperations,
        List<RoleSelection> roles,
        List<ExtendedNegotiation> extended,
        List<CommonExtendedNegotiation> commonExtended,
        @Nullable UserIdentity userIdentity,
        @Nullable UserIdentityResponse userIdentityResponse) {

    public UserInformation {
        roles = List.copyOf(roles);
        extended = List.copyOf(extended);
        commonExtended = List.copyOf(commonExtended);
    }

    /** Ours, with nothing negotiated beyond the length. */
    public static UserInformation ours(int maxPduLength) {
        return new UserInformation(
                maxPduLength,
                Uids.IMPLEMENTATION_CLASS,
                Uids.IMPLEMENTATION_VERSION,
                null,
                List.of(),
                List.of(),
                List.of(),
                null,
                null);
    }

    /** The same with what an acceptance answers. */
    UserInformation answering(
            List<RoleSelection> accepted, List<ExtendedNegotiation> answers, @Nullable UserIdentityResponse response) {
        return new UserInformation(
                maxPduLength,
                implementationClassUid,
                implementationVersionName,
                asynchronousOperations,
                accepted,
                answers,
                commonExtended,
                userIdentity,
                response);
    }

    /** Asynchronous Operations Window (PS3.7 D.3.3.3); 0 = any number. */
    public record AsynchronousOperations(int invoked, int performed) {}

    /** SCP/SCU Role Selection (PS3.7 D.3.3.4). */
    public record RoleSelection(String sopClassUid, boolean scu, boolean scp) {}

    /** SOP Class Extended Negotiation (PS3.7 D.3.3.5). */
    public record ExtendedNegotiation(String sopClassUid, byte[] information) {}

    /** SOP Class Common Extended Negotiation (PS3.7 D.3.3.6). */
    public record CommonExtendedNegotiation(String sopClassUid, String serviceClassUid, List<String> relatedClasses) {}

    /** Server response to a user identity (PS3.7 D.3.3.7.2). */
    public record UserIdentityResponse(byte[] response) {

        @Override
        public String toString() {
            return "UserIdentityResponse[" + response.length + " bytes]";
        }
    }

    /**
     * User Identity Negotiation (PS3.7 D.3.3.7). Holds a credential: it has no {@code toString} that shows it.
     *
     * @param type 1 user name, 2 user name and passcode, 3 Kerberos, 4 SAML, 5 JSON web token
     */
    public record UserIdentity(int type, boolean responseRequested, byte[] primary, byte[] secondary) {

        /** A user name (type 1). */
        public static UserIdentity ofUser(String user, boolean responseRequested) {
            return new UserIdentity(1, responseRequested, utf8(user), new byte[0]);
        }

        /** A user name and a passcode (type 2). Only over TLS is it a secret. */
        public static UserIdentity ofUser(String user, String passcode, boolean responseRequested) {
            return new UserIdentity(2, responseRequested, utf8(user), utf8(passcode));
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return "UserIdentity[type " + type + "]";
        }
    }
}
