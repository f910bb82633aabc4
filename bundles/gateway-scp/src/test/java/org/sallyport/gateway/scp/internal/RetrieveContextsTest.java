package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.UserInformation;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.scp.internal.query.Model;

class RetrieveContextsTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String US = "1.2.840.10008.5.1.4.1.1.6.1";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final String IMPLICIT = "1.2.840.10008.1.2";
    private static final String JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70";

    private static AssociateRequest request(List<RoleSelection> roles, List<ExtendedNegotiation> extended) {
        UserInformation user = new UserInformation(16_384, "1.2", null, null, roles, extended, List.of(), null, null);
        return new AssociateRequest(1, "US", "THEM", AssociateRequest.DICOM_APPLICATION_CONTEXT, List.of(), user);
    }

    private static PresentationContext accepted(String sopClass) {
        return new PresentationContext(1, sopClass, PresentationContext.Result.ACCEPTANCE, EXPLICIT);
    }

    @Test
    void aNativeSyntaxIsTakenWhereThereIsOne() {
        assertEquals(
                Optional.of(EXPLICIT),
                RetrieveContexts.syntax(new ProposedContext(1, CT, List.of(JPEG_LOSSLESS, IMPLICIT, EXPLICIT))));
        assertEquals(
                Optional.of(JPEG_LOSSLESS),
                RetrieveContexts.syntax(new ProposedContext(1, CT, List.of(JPEG_LOSSLESS))));
        assertEquals(
                Optional.empty(),
                RetrieveContexts.syntax(new ProposedContext(1, Model.STUDY_ROOT.findClass(), List.of(JPEG_LOSSLESS))));
    }

    @Test
    void whoWantsToBeSentImagesIsProviderAndUserOnlyOfWhatIsTaken() {
        AssociateRequest both = request(
                List.of(
                        new RoleSelection(CT, true, true),
                        new RoleSelection(US, true, true),
                        new RoleSelection("1.2.3", false, true)),
                List.of());
        assertTrue(RetrieveContexts.isProvider(new ProposedContext(1, US, List.of(EXPLICIT)), both));
        assertFalse(RetrieveContexts.isProvider(
                new ProposedContext(1, US, List.of(EXPLICIT)),
                request(List.of(new RoleSelection(US, true, false)), List.of())));
        assertEquals(
                List.of(new RoleSelection(CT, true, true), new RoleSelection(US, false, true)),
                RetrieveContexts.roles(both, List.of(accepted(CT), accepted(US)), StorageClasses.parse("ct-mr-pt")));
    }

    @Test
    void noMoreIsGrantedThanWasAskedForAndIsThere() {
        AssociateRequest request = request(
                List.of(),
                List.of(
                        new ExtendedNegotiation(Model.STUDY_ROOT.findClass(), new byte[] {1, 0, 1}),
                        new ExtendedNegotiation(Model.STUDY_ROOT.moveClass(), new byte[] {1}),
                        new ExtendedNegotiation(Model.PATIENT_ROOT.findClass(), new byte[] {1}),
                        new ExtendedNegotiation(CT, new byte[] {2})));
        List<ExtendedNegotiation> answers = RetrieveContexts.extended(
                request,
                List.of(accepted(Model.STUDY_ROOT.findClass()), accepted(Model.STUDY_ROOT.moveClass()), accepted(CT)));
        assertEquals(2, answers.size());
        assertArrayEquals(new byte[] {1, 0, 0}, answers.get(0).information());
        assertArrayEquals(new byte[] {1}, answers.get(1).information());
    }
}
