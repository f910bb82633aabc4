package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.UserInformation.CommonExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;

class RequesterOptionsTest {

    private static final String FIND = "1.2.840.10008.5.1.4.1.2.2.1";

    @Test
    void everythingThatIsAskedForIsToldToThePeer() throws IOException {
        List<UserInformation> told = new ArrayList<>();
        TestService service = new TestService().rejecting(request -> {
            told.add(request.userInformation());
            return null;
        });
        RoleSelection role = new RoleSelection(FIND, true, true);
        CommonExtendedNegotiation common = new CommonExtendedNegotiation(FIND, "1.2.840.10008.4.2", List.of("1.2.3"));
        Options options = Options.DEFAULT
                .withMaxPduLength(8192)
                .withTimeouts(TestService.PATIENT)
                .withRoles(List.of(role))
                .withExtended(List.of(new ExtendedNegotiation(FIND, new byte[] {1, 1, 0})))
                .withCommonExtended(List.of(common));
        try (AssociationServer server = service.start();
                Association association = AssociationRequester.open(
                        "127.0.0.1",
                        server.port(),
                        "CALLED",
                        "CALLING",
                        AssociationRequester.verification(),
                        options)) {
            assertEquals(0, association.echo());
            assertEquals(List.of(role), association.peer().roles());
            association.release();
        }
        UserInformation seen = told.get(0);
        assertEquals(8192, seen.maxPduLength());
        assertEquals(List.of(role), seen.roles());
        assertArrayEquals(new byte[] {1, 1, 0}, seen.extended().get(0).information());
        assertEquals(List.of(common), seen.commonExtended());
        assertEquals(null, seen.userIdentity());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 4095, 1_048_577})
    void aPduLengthOutsideItsRangeIsRefused(int length) {
        assertThrows(IllegalArgumentException.class, () -> Options.DEFAULT.withMaxPduLength(length));
    }
}
