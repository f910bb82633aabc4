package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.net.UserInformation.UserIdentity;

class DicomSettingsTest {

    @TempDir
    private Path folder;

    private static DicomConfiguration configuration(Map<String, Object> given) {
        Map<String, Object> values =
                new HashMap<>(Map.of("destination_name", "pacs", "host", " pacs.example ", "called$_$aet", "PACS"));
        values.putAll(given);
        return DicomConfiguration.class.cast(Proxy.newProxyInstance(
                DicomConfiguration.class.getClassLoader(),
                new Class<?>[] {DicomConfiguration.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    private static DicomSettings settings(Map<String, Object> given, Map<String, Object> written) throws IOException {
        DicomConfiguration configuration = configuration(given);
        return DicomSettings.of(configuration, new Secrets(written::get, DicomSettings.place(configuration)));
    }

    @Test
    void theDefaultsAreInTheClearAndAskForNothing() throws IOException {
        DicomSettings settings = settings(Map.of(), Map.of());
        assertEquals("pacs.example", settings.host());
        assertEquals(104, settings.port());
        assertNull(settings.options().tls());
        assertNull(settings.options().userIdentity());
        assertNull(settings.commitment());
    }

    @ParameterizedTest
    @CsvSource({
        "port, port, 0, 1–65535",
        "port, port, 65536, 1–65535",
        "associations, associations, 17, 1–16",
        "max$_$pdu, max-pdu, 100, 4096–1048576",
        "connect$_$timeout, connect-timeout, 0, 1–3600",
        "response$_$timeout, response-timeout, 3601, 1–3600"
    })
    void aNumberOutsideItsRangeIsNamed(String method, String key, int value, String range) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> settings(Map.of(method, value), Map.of()));
        assertTrue(String.valueOf(e.getMessage()).startsWith(key + " " + value + ": must be " + range), e::toString);
        assertTrue(String.valueOf(e.getMessage()).endsWith("(org.sallyport.destination.dicom-pacs.cfg)"));
    }

    @Test
    void aWrongTitleIsNamed() {
        for (String wrong : List.of("", "SEVENTEEN-LETTERS", "A\\B", "Ä")) {
            assertThrows(IllegalArgumentException.class, () -> settings(Map.of("called$_$aet", wrong), Map.of()));
        }
    }

    @Test
    void aUserWithAPasscodeFromTheEnvironmentOrAFileIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("passcode"), "from-file\n");
        UserIdentity fromFile = settings(
                        Map.of("user", "me", "_passcode", "FILE(" + file + ")"),
                        Map.of(".passcode", "FILE(" + file + ")"))
                .options()
                .userIdentity();
        assertArrayEquals(
                "from-file".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                fromFile == null ? new byte[0] : fromFile.secondary());
        DicomSettings settings = settings(
                Map.of("user", "me", "_passcode", "resolved-secret"), Map.of(".passcode", "$[env:PACS_PASSCODE]"));
        UserIdentity identity = settings.options().userIdentity();
        assertEquals(2, identity == null ? 0 : identity.type());
        assertFalse(settings.toString().contains("resolved-secret"));
        UserIdentity without = settings(
                        Map.of("user", "me", "_passcode", ""), Map.of(".passcode", "$[env:PACS_PASSCODE;default=]"))
                .options()
                .userIdentity();
        assertEquals(1, without == null ? 0 : without.type());
    }

    @Test
    void aSecretInTheClearIsRefusedWithTheWayOut() {
        for (String written : List.of("literal", "$[env:X;default=literal]", "literal$[env:X]", "$[prop:literal]")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> settings(Map.of("user", "me", "_passcode", "literal"), Map.of(".passcode", written)));
            assertTrue(String.valueOf(e.getMessage()).contains("write $[env:VARIABLE] or FILE("), e::toString);
            assertFalse(String.valueOf(e.getMessage()).contains("literal"));
        }
        // Resolved although nothing is written: it came by another way than a .cfg, which is no better.
        assertThrows(
                IllegalArgumentException.class, () -> settings(Map.of("user", "me", "_passcode", "literal"), Map.of()));
    }

    @Test
    void aVariableOrFileThatIsNotThereIsNamed() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> settings(
                        Map.of("user", "me", "_passcode", "$[env:NOT_SET]"), Map.of(".passcode", "$[env:NOT_SET]")));
        assertTrue(String.valueOf(e.getMessage()).contains("$[env:NOT_SET] is not set"));
        assertThrows(
                IOException.class,
                () -> settings(
                        Map.of("user", "me", "_passcode", "FILE(/not/there)"),
                        Map.of(".passcode", "FILE(/not/there)")));
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(Map.of("_passcode", "x"), Map.of(".passcode", "$[env:X]")));
    }

    @Test
    void tlsNeedsItsFiles() {
        IOException e = assertThrows(
                IOException.class,
                () -> settings(
                        Map.of(
                                "tls",
                                true,
                                "tls$_$certificate",
                                folder.resolve("none.pem").toString()),
                        Map.of()));
        assertTrue(String.valueOf(e.getMessage()).contains("none.pem does not exist"));
    }
}
