package org.sallyport.destination.dicomweb.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.destination.dicomweb.internal.DicomwebSettings.Credentials;

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
        "client$_$certificate,/nowhere.p12,client-certificate: /nowhere.p12 cannot be opened",
        "trust$_$store,/nowhere.pem,trust-store: /nowhere.pem cannot be read",
        "trust$_$store,/dev/null,trust-store: /dev/null holds no certificate",
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
    void aLiteralSecretIsRefusedWithTheWayOut() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> DicomwebSettings.of(
                        Configurations.of(Map.of("authentication", "bearer", "_token", "hunter2")),
                        key -> key.equals(".token") ? "hunter2" : null));
        assertTrue(
                String.valueOf(e.getMessage()).contains("write .token = FILE(/path/to/file) or .token = $[env:NAME]"));
        assertFalse(String.valueOf(e.getMessage()).contains("hunter2"));
        // Where it is of no use, too; and where only its end is a placeholder.
        for (String literal : new String[] {"hunter2", "x$[env:A]", "$[env:A]x", "${env:A}", "FILE(a)b"}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> DicomwebSettings.of(
                            Configurations.of(Map.of()), key -> key.equals(".password") ? literal : null));
        }
    }

    @Test
    void secretsComeFromTheEnvironmentOrAFile(@TempDir Path folder) throws IOException {
        assertEquals("abc", Secret.of(".token", "$[env:TOKEN]", "abc"));
        assertEquals("abc", Secret.of(".token", " $[secret:pacs/token] ", "abc"));
        assertEquals("", Secret.of(".token", "$[env:TOKEN;default=]", ""));
        Path file = Files.writeString(folder.resolve("token"), "abc\n");
        assertEquals("abc", Secret.of(".token", "FILE(" + file + ")", "FILE(" + file + ")"));
        for (String broken : new String[] {
            folder + "/none",
            folder.toString(),
            Files.createFile(folder.resolve("empty")).toString()
        }) {
            String given = "FILE(" + broken + ")";
            String message =
                    String.valueOf(assertThrows(IllegalArgumentException.class, () -> Secret.of(".token", given, given))
                            .getMessage());
            assertTrue(message.startsWith(".token: " + broken), message);
        }
        assertThrows(IllegalArgumentException.class, () -> Secret.of(".token", "$[env:TOKEN]", "$[env:TOKEN]"));
        assertThrows(IllegalArgumentException.class, () -> Secret.of(".token", "$[env:TOKEN]", "a\nb"));
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
