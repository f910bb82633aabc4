package org.sallyport.destination.dicomweb.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.destination.dicomweb.internal.DicomwebSettings.Credentials;
import org.sallyport.gateway.support.settings.Secrets;

class DicomwebSettingsTest {

    private static String problem(Map<String, Object> values) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> Configurations.settings(values))
                .getMessage());
    }

    @Test
    void theSlashAtTheEndIsNoMatter() {
        assertEquals(
                URI.create("https://pacs.example/dicom-web"),
                Configurations.settings(Map.of("url", " https://pacs.example/dicom-web/ "))
                        .base());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ftp://x/",
                "https://",
                "https://u:p@x/",
                "https://x/?a=b",
                "https://x/#f",
                "x y",
                "https://x:0/"
            })
    void urlsAreChecked(String url) {
        assertEquals(
                "url: must be http://host[:port][/path] or https://…, without user, query or fragment"
                        + " (org.sallyport.destination.dicomweb-pacs.cfg)",
                problem(Map.of("url", url)));
    }

    @Test
    void plainHttpStaysOnThisMachine() {
        assertTrue(problem(Map.of("url", "http://192.168.1.9/")).contains("set allow-http = yes"));
        Configurations.settings(Map.of("url", "http://192.168.1.9/", "allow$_$http", "yes"));
        for (String url : new String[] {"http://localhost:8042/", "http://127.3.2.1/", "http://[::1]:80/"}) {
            Configurations.settings(Map.of("url", url));
        }
    }

    @Test
    void credentialsNeverGoInTheClear() {
        assertTrue(problem(Map.of(
                        "url",
                        "http://192.168.1.9/",
                        "allow$_$http",
                        "yes",
                        "authentication",
                        "bearer",
                        "_token",
                        "abc"))
                .startsWith("authentication bearer: credentials never go over plain http"));
        assertTrue(
                problem(Map.of("authentication", "oauth2", "token$_$url", "http://login.example/", "client$_$id", "a"))
                        .startsWith("token-url: secrets never go over plain http"));
    }

    @ParameterizedTest
    @CsvSource({
        "authentication,digest,authentication \"digest\": must be",
        "authentication,basic,user: missing",
        "authentication,bearer,.token: missing",
        "answers,html,answers \"html\": must be json or xml",
        "allow$_$http,maybe,allow-http \"maybe\": must be yes or no",
        "client$_$certificate,/nowhere.p12,'client-certificate, client-key or trust-store: /nowhere.p12 does not exist'",
        "trust$_$store,/nowhere.pem,'client-certificate, client-key or trust-store: /nowhere.pem does not exist'",
        "trust$_$store,/dev/null,'client-certificate, client-key or trust-store: /dev/null is neither PEM nor'",
    })
    void wrongTextsAreNamed(String key, String value, String message) {
        assertTrue(problem(Map.of(key, value)).startsWith(message), problem(Map.of(key, value)));
    }

    @ParameterizedTest
    @CsvSource({
        "most$_$instances,0",
        "most$_$instances,1001",
        "most$_$size,0",
        "most$_$size,65537",
        "read$_$timeout,0",
        "request$_$timeout,86401",
        "concurrency,17"
    })
    void wrongNumbersAreNamed(String key, int value) {
        assertTrue(problem(Map.of(key, value)).startsWith(key.replace("$_$", "-") + " " + value + ": must be 1–"));
    }

    @Test
    void aLiteralSecretIsRefusedWithTheWayOutAlsoWhereItIsOfNoUse() {
        for (String key : new String[] {
            ".password", ".token", ".client-secret", ".client-certificate-password", ".trust-store-password"
        }) {
            Secrets secrets = new Secrets(asked -> asked.equals(key) ? "hunter2" : null, "");
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> DicomwebSettings.of(Configurations.of(Map.of()), secrets))
                    .getMessage());
            assertTrue(message.startsWith(key + ": stands in the clear"), message);
            assertFalse(message.contains("hunter2"));
        }
    }

    @Test
    void noSecretIsShown() {
        DicomwebSettings settings =
                Configurations.settings(Map.of("authentication", "basic", "user", "gate", "_password", "hunter2"));
        assertFalse(settings.toString().contains("hunter2"));
        assertFalse(settings.credentials().toString().contains("hunter2"));
        assertFalse(new Credentials.Bearer("hunter2").toString().contains("hunter2"));
    }
}
