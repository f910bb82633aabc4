package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.support.settings.Secrets;

class IthSettingsTest {

    private static final String FILE = " (org.sallyport.ith.cfg)";

    @Test
    void theDefaultsAreThoseOfTheFile() {
        IthSettings settings = Configurations.settings(Map.of("url", " https://ith.example/ "));
        assertEquals("https://ith.example", settings.base().toString());
        assertEquals(Configurations.TOKEN, settings.token());
        assertEquals(IthSettings.MetadataForm.LEGACY_KEYS, settings.metadata());
        assertEquals(Duration.ofMinutes(1), settings.refresh());
        assertEquals(Duration.ofMinutes(5), settings.readTimeout());
        assertEquals(2, settings.concurrency());
        assertEquals(2L << 30, settings.largestArchive());
        assertEquals(1843L << 20, settings.partSize());
        assertFalse(settings.trustBackEndNodes());
        assertTrue(settings.identityNetworks().contains("192.168.1.1"));
        assertEquals("", settings.filter());
        assertEquals(Duration.ofHours(1), settings.keepFetched());
    }

    @ParameterizedTest
    @CsvSource({
        "refresh,refresh,1,86400",
        "read$_$timeout,read-timeout,1,3600",
        "concurrency,concurrency,1,16",
        "largest$_$archive,largest-archive,1,4096",
        "part$_$size,part-size,1,4096",
        "keep$_$fetched,keep-fetched,1,10080"
    })
    void aNumberOutsideItsRangeIsNamedWithTheRange(String method, String key, int least, int most) {
        for (int value : new int[] {Integer.MIN_VALUE, -1, least - 1, most + 1, Integer.MAX_VALUE}) {
            assertEquals(key + " " + value + ": must be " + least + "–" + most + FILE, error(method, value));
        }
        Configurations.settings(Map.of(method, least));
        Configurations.settings(Map.of(method, most));
    }

    @Test
    void aPartIsNeverLargerThanWhatGoesUpInOne() {
        IthSettings settings = Configurations.settings(Map.of("largest$_$archive", 10, "part$_$size", 11));
        assertEquals(10L << 20, settings.partSize());
    }

    @ParameterizedTest
    @CsvSource({"legacy-keys,LEGACY_KEYS", " json ,JSON", "omit,OMIT"})
    void metadataHasThreeForms(String value, IthSettings.MetadataForm form) {
        assertEquals(form, Configurations.settings(Map.of("metadata", value)).metadata());
    }

    @Test
    void wordsThatAreNotKnownAreNamed() {
        assertEquals("metadata \"xml\": must be legacy-keys, json or omit" + FILE, error("metadata", "xml"));
        assertEquals(
                "trust-back-end-nodes \"maybe\": must be yes or no" + FILE,
                error("trust$_$back$_$end$_$nodes", "maybe"));
        assertEquals(
                "identity-networks \"x\": must be networks such as 10.0.0.0/8, parted by commas (org.sallyport.identity.cfg)",
                error("identity$_$networks", "x"));
    }

    @ParameterizedTest
    @CsvSource({"yes,true", "YES,true", "true,true", "no,false", "False,false", "'',false"})
    void trustIsYesOrNo(String value, boolean expected) {
        assertEquals(
                expected,
                Configurations.settings(Map.of("trust$_$back$_$end$_$nodes", value))
                        .trustBackEndNodes());
    }

    @Test
    void aUrlThatIsNoneIsRefusedWithoutBeingShown() {
        assertEquals(
                "url (ITH_URL): must be http://host[:port][/path] or https://…, without user, query or fragment" + FILE,
                error("url", "https://ith.example?proxy_key=s3cret"));
    }

    @Test
    void aKeyInTheClearIsRefusedWithTheWayOut() {
        Secrets literal = new Secrets(key -> key.equals(".token") ? Configurations.TOKEN : null, FILE);
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> IthSettings.of(Configurations.of(Map.of()), literal, IdentityNetworks.NONE))
                .getMessage());
        assertTrue(message.startsWith(".token: stands in the clear") && message.endsWith(FILE), message);
        assertFalse(message.contains(Configurations.TOKEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "two words", "ümlaut"})
    void aKeyThatNoHeaderTakesIsRefusedWithoutBeingShown(String token) {
        String message = error("_token", token);
        assertEquals(
                "the key of the back end is missing or holds characters that are not allowed: set ITH_TOKEN" + FILE,
                message);
    }

    @Test
    void aKeyOfAnyLengthIsNeverShown() {
        assertFalse(error("_token", "k".repeat(4097)).contains("kkk"));
        assertEquals(
                4096,
                Configurations.settings(Map.of("_token", "k".repeat(4096)))
                        .token()
                        .length());
        IthSettings settings = Configurations.settings(Map.of("url", "https://ith.example"));
        assertEquals("IthSettings[ith.example]", settings.toString());
        for (String method : new String[] {"url", "metadata", "identity$_$networks"}) {
            assertFalse(error(method, "wrong value").contains(Configurations.TOKEN));
        }
    }

    @Test
    void plainHttpBeyondThisMachineIsSeen() {
        assertFalse(
                Configurations.settings(Map.of("url", "https://ith.example")).isPlainBeyondLoopback());
        assertTrue(Configurations.settings(Map.of("url", "http://ith.example")).isPlainBeyondLoopback());
    }

    private static String error(String method, Object value) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> Configurations.settings(Map.of(method, value)))
                        .getMessage());
    }
}
