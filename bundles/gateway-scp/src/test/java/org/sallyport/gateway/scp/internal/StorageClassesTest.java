package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.data.UidRegistry;

/** Classes of PS3.4 Table B.5-1. */
class StorageClassesTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String US = "1.2.840.10008.5.1.4.1.1.6.1";

    @Test
    void theDefaultIsCtMrAndPet() {
        for (StorageClasses classes : List.of(StorageClasses.parse("ct-mr-pt"), StorageClasses.parse(" "))) {
            for (String uid : List.of(
                    CT,
                    "1.2.840.10008.5.1.4.1.1.2.1", // Enhanced CT
                    "1.2.840.10008.5.1.4.1.1.128", // PET
                    "1.2.840.10008.5.1.4.1.1.130", // Enhanced PET
                    "1.2.840.10008.5.1.4.1.1.4", // MR
                    "1.2.840.10008.5.1.4.1.1.4.1", // Enhanced MR
                    "1.2.840.10008.5.1.4.1.1.4.3")) { // Enhanced MR Color
                assertTrue(classes.accepts(uid), () -> UidRegistry.name(uid));
            }
            long accepted = UidRegistry.ofType("SOP Class").stream()
                    .filter(classes::accepts)
                    .count();
            assertEquals(7, accepted, "and no other class of the standard");
            assertFalse(classes.accepts(US));
            assertFalse(classes.accepts("1.2.3.4"), "private");
        }
    }

    @Test
    void aListIsTakenLiterally() {
        StorageClasses classes = StorageClasses.parse(" " + CT + ", 1.2.3.4\n" + US);
        assertTrue(classes.accepts(CT));
        assertTrue(classes.accepts(US));
        assertTrue(classes.accepts("1.2.3.4"));
        assertFalse(classes.accepts("1.2.840.10008.5.1.4.1.1.4"));
    }

    @Test
    void allIsEveryStorageClassOfTheStandard() {
        StorageClasses classes = StorageClasses.parse("all");
        for (String uid : List.of(
                CT,
                US,
                "1.2.840.10008.5.1.4.1.1.1.1", // Digital X-Ray - For Presentation
                "1.2.840.10008.5.1.4.1.1.1.1.1", // Digital X-Ray - For Processing
                "1.2.840.10008.5.1.4.1.1.1.2", // Digital Mammography X-Ray - For Presentation
                "1.2.840.10008.5.1.4.1.1.6", // Ultrasound, retired, still sent by old devices
                "1.2.840.10008.5.1.4.1.1.88.11", // Basic Text SR
                "1.2.840.10008.5.1.4.1.1.104.1", // Encapsulated PDF
                "1.2.840.10008.5.1.4.1.1.481.2")) { // RT Dose
            assertTrue(classes.accepts(uid), () -> UidRegistry.name(uid));
        }
        long accepted = UidRegistry.ofType("SOP Class").stream()
                .filter(classes::accepts)
                .count();
        long image = UidRegistry.ofType("SOP Class").stream()
                .filter(uid -> uid.startsWith("1.2.840.10008.5.1.4.1.1."))
                .filter(uid -> UidRegistry.name(uid).contains("Storage"))
                .count();
        assertTrue(accepted >= image, accepted + " of " + image);
    }

    @Test
    void allIsNoServiceThatStoresNothing() {
        StorageClasses classes = StorageClasses.parse("all");
        for (String uid : List.of(
                "1.2.840.10008.1.1", // Verification
                "1.2.840.10008.1.20.1", // Storage Commitment
                "1.2.840.10008.1.3.10", // Media Storage Directory
                "1.2.840.10008.5.1.4.1.2.2.1", // Study Root Find
                "1.2.840.10008.5.1.4.31", // Modality Worklist
                "1.2.840.10008.1.2.1")) { // a transfer syntax
            assertFalse(classes.accepts(uid), () -> UidRegistry.name(uid));
        }
        assertTrue(classes.accepts("1.2.3.4"), "private classes are taken, and held by the de-identification");
    }
}
