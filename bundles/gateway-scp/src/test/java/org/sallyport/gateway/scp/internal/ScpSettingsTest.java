package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.BackEndRules.Mode;

class ScpSettingsTest {

    @Test
    void withoutAConfigurationTheModeIsPrivate() {
        ScpSettings settings = Configurations.settings(Map.of());
        assertEquals(Mode.PRIVATE, settings.mode());
        assertEquals("DICOMRCV", settings.aet());
        assertEquals(11_112, settings.port());
        assertEquals(Duration.ofMinutes(1), settings.dimseTimeout());
        assertFalse(settings.backEnd());
        assertFalse(settings.acceptAnyCalledAet());
        assertTrue(settings.autoStart());
    }

    @Test
    void theEndsOfEachRangeAreTaken() {
        Configurations.settings(Map.of("port", 0, "max$_$pdu$_$size", 4_096, "max$_$associations", 1));
        Configurations.settings(Map.of("port", 65_535, "max$_$pdu$_$size", 1 << 20, "max$_$associations", 1_000));
        Configurations.settings(Map.of("acse$_$timeout", 1, "dimse$_$timeout", 3_600, "network$_$timeout", 1));
        Configurations.settings(Map.of("aet", " A ", "mode", " public "));
    }

    @Test
    void aNumberOutsideItsRangeIsNamedWithTheRange() {
        assertNamed("port", "port", "0–65535", "DICOM_PORT", -1, 65_536);
        assertNamed("max-pdu-size", "max$_$pdu$_$size", "4096–1048576", "DICOM_MAX_PDU_SIZE", 0, 4_095, 1_048_577);
        assertNamed("max-associations", "max$_$associations", "1–1000", "DICOM_MAX_ASSOCIATIONS", 0, 1_001);
        assertNamed("acse-timeout", "acse$_$timeout", "1–3600", "DICOM_ACSE_TIMEOUT", 0, 3_601);
        assertNamed("dimse-timeout", "dimse$_$timeout", "1–3600", "DICOM_DIMSE_TIMEOUT", -5, 3_601);
        assertNamed("network-timeout", "network$_$timeout", "1–3600", "DICOM_NETWORK_TIMEOUT", 0, 3_601);
    }

    private static void assertNamed(String key, String method, String range, String variable, int... values) {
        for (int value : values) {
            assertEquals(
                    key + " " + value + ": must be " + range + " (org.sallyport.scp.cfg, " + variable + ")",
                    error(method, value));
        }
    }

    /** PS3.5 6.2: at most 16 characters of the default repertoire without backslash and control characters. */
    @Test
    void anAeTitleThatIsNoneIsNamed() {
        for (String aet : List.of("", "   ", "SEVENTEEN_LETTERS", "A\\B", "A\tB", "Ä")) {
            String error = error("aet", aet);
            assertTrue(error.contains("aet \"" + aet.strip() + "\": must be 1–16 printable ASCII"), error);
            assertTrue(error.contains("DICOM_AE_TITLE"), error);
        }
    }

    @Test
    void whatIsNeitherYesNorNoIsNamed() {
        assertEquals(
                "auto-start \"maybe\": must be yes or no (org.sallyport.scp.cfg, DICOM_AUTO_START)",
                error("auto$_$start", "maybe"));
        assertEquals(
                "accept-any-called-ae \"1\": must be yes or no (org.sallyport.scp.cfg)",
                error("accept$_$any$_$called$_$ae", "1"));
    }

    @Test
    void aModeThatIsNoneIsNamed() {
        for (String mode : List.of("", "Public", "open")) {
            String error = error("mode", mode);
            assertEquals("mode \"" + mode + "\": must be public or private (org.sallyport.scp.cfg)", error);
        }
    }

    @Test
    void aStorageClassThatIsNoneIsNamed() {
        for (String classes : List.of("ct", "1.2.840.10008.5.1.4.1.1.2,CT", "1..2", "ALL")) {
            String error = error("storage$_$classes", classes);
            assertTrue(error.contains("storage-classes \""), error);
            assertTrue(error.contains("must be ct-mr-pt, all or a list of SOP Class UIDs"), error);
        }
    }

    private static String error(String method, Object value) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> Configurations.settings(Map.of(method, value)))
                        .getMessage());
    }
}
