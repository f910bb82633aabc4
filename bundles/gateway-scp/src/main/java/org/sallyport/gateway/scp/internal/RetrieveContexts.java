package org.sallyport.gateway.scp.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.scp.internal.query.Model;

/** What is negotiated for query, retrieve and storage commitment (PS3.4 C.5, J.2; PS3.7 D.3.3.4, D.3.3.5). Pure. */
final class RetrieveContexts {

    private static final List<String> NATIVE =
            List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid());

    /** Relational queries and combined date-time matching are there; fuzzy matching, time zones and multi-frame views are not. */
    private static final byte[] OF_FIND = {1, 1, 0, 0, 0};

    /** Relational retrieval. */
    private static final byte[] OF_RETRIEVE = {1};

    private RetrieveContexts() {}

    /** Whether it is one of our services but storage. */
    static boolean isService(ProposedContext context) {
        return Model.of(context.abstractSyntax()).isPresent()
                || context.abstractSyntax().equals(StorageCommitment.SOP_CLASS);
    }

    /** Whether the peer wants to be provider of a storage class: to be sent instances by C-GET. */
    static boolean isProvider(ProposedContext context, AssociateRequest request) {
        String uid = context.abstractSyntax();
        return !isService(context)
                && !uid.equals(AssociationRequester.VERIFICATION)
                && request.userInformation().roles().stream()
                        .anyMatch(role -> role.scp() && role.sopClassUid().equals(uid));
    }

    /** A native one, which everything that we decode can be rewritten in; else the first that is known. */
    static Optional<String> syntax(ProposedContext context) {
        List<String> proposed = context.transferSyntaxes();
        return NATIVE.stream()
                .filter(proposed::contains)
                .findFirst()
                .or(() -> isService(context)
                        ? Optional.empty()
                        : proposed.stream()
                                .filter(uid -> TransferSyntax.of(uid).isPresent())
                                .findFirst());
    }

    /** Roles that are agreed to: the peer's as provider, and as user where we take the class. */
    static List<RoleSelection> roles(
            AssociateRequest request, List<PresentationContext> answers, StorageClasses storageClasses) {
        return request.userInformation().roles().stream()
                .filter(role -> role.scp() && !role.sopClassUid().equals(StorageCommitment.SOP_CLASS))
                .filter(role -> isAccepted(answers, role.sopClassUid()))
                .map(role -> new RoleSelection(
                        role.sopClassUid(), role.scu() && storageClasses.accepts(role.sopClassUid()), true))
                .toList();
    }

    private static boolean isAccepted(List<PresentationContext> answers, String sopClass) {
        return answers.stream()
                .anyMatch(
                        answer -> answer.isAccepted() && answer.abstractSyntax().equals(sopClass));
    }

    /** As long as what was asked for, and no more than was. */
    static List<ExtendedNegotiation> extended(AssociateRequest request, List<PresentationContext> answers) {
        return request.userInformation().extended().stream()
                .filter(one -> Model.of(one.sopClassUid()).isPresent() && isAccepted(answers, one.sopClassUid()))
                .map(one -> new ExtendedNegotiation(one.sopClassUid(), answer(one)))
                .toList();
    }

    private static byte[] answer(ExtendedNegotiation asked) {
        boolean find = Model.of(asked.sopClassUid())
                .filter(model -> model.findClass().equals(asked.sopClassUid()))
                .isPresent();
        byte[] answer = Arrays.copyOf(find ? OF_FIND : OF_RETRIEVE, asked.information().length);
        for (int i = 0; i < answer.length; i++) {
            answer[i] &= asked.information()[i];
        }
        return answer;
    }
}
