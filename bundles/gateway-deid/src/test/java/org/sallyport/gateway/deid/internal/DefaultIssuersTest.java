package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;

/** Equal patient ids of two hospitals that name no issuer are told apart by who sends. */
class DefaultIssuersTest {

    @TempDir
    private Path folder;

    private static String pseudonym(Gate gate, String callingAet, String study, @Nullable String issuer)
            throws IOException {
        DataSet image = Gate.image();
        image.setString(Tag.StudyInstanceUID, study);
        if (issuer != null) {
            image.setString(Tag.IssuerOfPatientID, issuer);
        }
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        try (Intake.Session session = gate.intake.open(new Sender(callingAet, "GATE", "192.0.2.7"))) {
            IntakeResult result = session.receive(
                    new ReceivedObject(Gate.CT, Gate.SOP_INSTANCE, syntax),
                    new ByteArrayInputStream(Gate.encode(image, syntax)));
            assertTrue(result instanceof IntakeResult.Kept, result::toString);
        }
        return gate.last().facts().pseudonym();
    }

    @Test
    void equalIdsOfTwoHospitalsAreTwoPatients() throws IOException {
        Gate gate =
                new Gate(Profile.BASIC, DefaultIssuers.of("CT1=HOSPITAL-A, MR1 = HOSPITAL-B,CT2=HOSPITAL-A"), folder);
        String ofA = pseudonym(gate, "CT1", "1.2.276.0.99.1", null);
        assertNotEquals(ofA, pseudonym(gate, "MR1", "1.2.276.0.99.2", null));
        assertEquals(ofA, pseudonym(gate, "CT2", "1.2.276.0.99.3", null));
        assertNotEquals(
                ofA, pseudonym(gate, "CT9", "1.2.276.0.99.4", null), "a sender that is not named has no issuer");
    }

    @Test
    void theIssuerInTheObjectGoesBeforeTheDefault() throws IOException {
        Gate gate = new Gate(Profile.BASIC, DefaultIssuers.of("CT1=HOSPITAL-A,MR1=HOSPITAL-B"), folder);
        String ofA = pseudonym(gate, "CT1", "1.2.276.0.99.1", null);
        assertEquals(ofA, pseudonym(gate, "MR1", "1.2.276.0.99.2", "HOSPITAL-A"));
        assertNotEquals(ofA, pseudonym(gate, "CT1", "1.2.276.0.99.3", "HOSPITAL-C"));
        assertEquals(ofA, pseudonym(gate, "CT1", "1.2.276.0.99.4", ""), "an empty element names none");
    }

    /** What the object did not say must not stand in what goes out. */
    @Test
    void theDefaultIssuerIsNotWrittenIntoTheObject() throws IOException {
        Gate gate = new Gate(Profile.BASIC, DefaultIssuers.of("CT1=HOSPITAL-A"), folder);
        pseudonym(gate, "CT1", "1.2.276.0.99.1", null);
        assertNull(gate.lastDataSet().get(Tag.IssuerOfPatientID));
        assertNull(gate.restored().get(Tag.IssuerOfPatientID));
    }

    @Test
    void nothingGivenIsNoIssuer() {
        assertNull(DefaultIssuers.of(" ").find("CT1"));
        assertNull(DefaultIssuers.of("CT1=A").find("ct1"));
        assertEquals("A b", DefaultIssuers.of("CT 1=A b").find("CT 1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CT1",
                "CT1=",
                "=A",
                "CT1=A,",
                ",",
                "CT1=A=B",
                "CT1=A,CT1=B",
                "A-TITLE-OF-17-CHR=A",
                "C\\T=A",
                "CT1=A\\B"
            })
    void anythingElseIsRefusedWithItsPlace(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DefaultIssuers.of(text));
        assertTrue(String.valueOf(e.getMessage()).contains("org.sallyport.deid.cfg"), e::toString);
    }
}
