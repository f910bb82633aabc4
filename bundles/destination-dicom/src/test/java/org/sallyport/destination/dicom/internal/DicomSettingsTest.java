package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.support.settings.Secrets;

class DicomSettingsTest {

    @TempDir
    private Path folder;

    private final AtomicReference<@Nullable DicomReceiver> receiver = new AtomicReference<>();

    private static DicomConfiguration configuration(Map<String, Object> given) {
        Map<String, Object> values =
                new HashMap<>(Map.of("destination_name", "pacs", "host", " pacs.example ", "called$_$aet", "PACS"));
        values.putAll(given);
        return DicomConfiguration.class.cast(Proxy.newProxyInstance(
                DicomConfiguration.class.getClassLoader(),
                new Class<?>[] {DicomConfiguration.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    private DicomSettings settings(Map<String, Object> given, Map<String, Object> written) throws IOException {
        DicomConfiguration configuration = configuration(given);
        return DicomSettings.of(
                configuration,
                new Secrets(written::get, DicomSettings.place(configuration)),
                () -> null,
                CallingAet.own(receiver::get));
    }

    @Test
    void theDefaultsAreInTheClearAndAskForNothing() throws IOException {
        DicomSettings settings = settings(Map.of(), Map.of());
        assertEquals(new Peer("pacs.example", 104, "PACS"), settings.peer().peer());
        assertTrue(settings.replacesExisting());
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
    void weCallWithOurOwnTitleUnlessAnotherIsSet() throws IOException {
        DicomSettings own = settings(Map.of(), Map.of());
        DicomSettings fixed = settings(Map.of("calling$_$aet", " WARD_3 "), Map.of());
        assertEquals("WARD_3", fixed.link().callingAet());
        IOException e = assertThrows(IOException.class, own::link);
        assertEquals("our own AE title is not known: see whether gateway-scp is active", e.getMessage());
        receiver.set(receiver("GATE_17"));
        assertEquals("GATE_17", own.link().callingAet());
        receiver.set(receiver("GATE_18"));
        assertEquals("GATE_18", own.link().callingAet());
        assertEquals("WARD_3", fixed.link().callingAet());
        assertTrue(
                problem(Map.of("calling$_$aet", "SEVENTEEN-LETTERS"), Map.of()).startsWith("calling-aet"));
    }

    private static DicomReceiver receiver(String aet) {
        return DicomReceiver.class.cast(Proxy.newProxyInstance(
                DicomReceiver.class.getClassLoader(), new Class<?>[] {DicomReceiver.class}, (proxy, method, given) -> {
                    if (!method.getName().equals("status")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return new DicomReceiver.Status(true, true, aet, 11_112, null);
                }));
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
        for (String key : List.of("passcode", "tls-password", "tls-trusted-password")) {
            String message = problem(Map.of("user", "me"), Map.of("." + key, "literal"));
            assertTrue(message.startsWith("." + key + ": stands in the clear"), message);
            assertTrue(message.contains("= $[env:VARIABLE] or "), message);
            assertFalse(message.contains("literal"));
        }
    }

    @Test
    void aPasscodeWithoutAUserIsNamed() {
        assertTrue(problem(Map.of("_passcode", "x"), Map.of(".passcode", "$[env:X]"))
                .startsWith(".passcode: stands without user"));
    }

    private String problem(Map<String, Object> given, Map<String, Object> written) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> settings(given, written));
        assertNull(e.getCause(), "people are shown the innermost cause");
        String message = String.valueOf(e.getMessage());
        assertTrue(message.endsWith(" (org.sallyport.destination.dicom-pacs.cfg)"), message);
        return message;
    }

    @Test
    void whatIsNeitherYesNorNoIsNamed() {
        for (String method : List.of("tls", "tls$_$check$_$host", "storage$_$commitment", "replaces$_$existing")) {
            assertEquals(
                    method.replace("$_$", "-")
                            + " \"maybe\": must be yes or no (org.sallyport.destination.dicom-pacs.cfg)",
                    problem(Map.of(method, "maybe"), Map.of()));
        }
    }

    @Test
    void aNodeStandsForHostPortAndTitle() throws IOException {
        DicomSettings settings = settings(Map.of("host", "", "node", "n1", "called$_$aet", ""), Map.of());
        assertInstanceOf(NodePeer.class, settings.peer());
        assertTrue(problem(Map.of("node", "n1"), Map.of()).startsWith("node \"n1\": stands beside host"));
    }

    @Test
    void commitmentIsReportedFromAddresses() throws IOException {
        DicomSettings.Commitment commitment = settings(
                        Map.of("storage$_$commitment", "yes", "commitment$_$from", "10.1.2.3, fe80::1"), Map.of())
                .commitment();
        assertEquals(2, commitment == null ? 0 : commitment.from().size());
        for (String wrong : List.of("pacs.example", "10.1.2", "10.1.2.300", "10.0.0.0/8")) {
            assertTrue(problem(Map.of("commitment$_$from", wrong), Map.of())
                    .startsWith("commitment-from \"" + wrong + "\": must be addresses"));
        }
    }

    @Test
    void tlsNeedsItsFiles() {
        String none = folder.resolve("none.pem").toString();
        assertTrue(problem(Map.of("tls", "yes", "tls$_$certificate", none), Map.of())
                .startsWith("tls-certificate, tls-key or tls-trusted: " + none + " does not exist"));
    }
}
