package org.sallyport.gateway.support.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class SecretsTest {

    @TempDir
    private Path folder;

    private static String get(@Nullable String written, String resolved) {
        return new Secrets(key -> key.equals(".token") ? written : null, " (a.cfg)").get(".token", resolved);
    }

    private static String refusal(@Nullable String written, String resolved) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> get(written, resolved))
                .getMessage());
        assertTrue(message.startsWith(".token: ") && message.endsWith(" (a.cfg)"), message);
        return message;
    }

    @Test
    void aSecretComesFromTheEnvironmentOrTheSecretsFolder() {
        assertEquals("abc", get("$[env:TOKEN]", "abc"));
        assertEquals("abc", get(" $[secret:pacs/token] ", " abc "));
        assertEquals("", get("$[env:TOKEN;default=]", ""));
        assertEquals("", get(null, ""));
        assertEquals("", get("", " "));
    }

    @Test
    void whatIsWrittenIsTheSecretItselfOrRefersToIt() {
        for (String fine : List.of("", " ", "$[env:TOKEN]", "$[secret:pacs/token]", "FILE(/run/token)")) {
            assertNull(Secrets.literal(".token", fine), fine);
        }
        assertEquals(
                ".token: stands in the clear, where Karaf keeps it in its configuration cache; write .token ="
                        + " $[env:VARIABLE] or .token = FILE(/path/of/a/file) instead, and change the secret",
                Secrets.literal(".token", "hunter2"));
    }

    @Test
    void thoseInTheClearAreFoundInTheConfigurationOfAComponent() throws IOException {
        Dictionary<String, Object> written = FrameworkUtil.asDictionary(
                Map.of(".token", "hunter2", ".password", "$[env:PASSWORD]", "url", "x", "service.pid", "a.b~c"));
        Configuration configuration = Configuration.class.cast(Proxy.newProxyInstance(
                Configuration.class.getClassLoader(), new Class<?>[] {Configuration.class}, (proxy, method, given) -> {
                    assertEquals("getProperties", method.getName());
                    return written;
                }));
        ConfigurationAdmin admin = ConfigurationAdmin.class.cast(Proxy.newProxyInstance(
                ConfigurationAdmin.class.getClassLoader(),
                new Class<?>[] {ConfigurationAdmin.class},
                (proxy, method, given) -> {
                    assertEquals("listConfigurations", method.getName());
                    return given[0].equals("(service.pid=a.b~c)") ? new Configuration[] {configuration} : null;
                }));
        List<String> found = Secrets.literals(admin, Map.of("service.pid", "a.b~c", ".token", "resolved"));
        assertEquals(1, found.size());
        assertTrue(found.get(0).startsWith(".token: stands in the clear"), found::toString);
        assertFalse(found.get(0).contains("hunter2"), found::toString);
        assertEquals(List.of(), Secrets.literals(admin, Map.of("service.pid", "a.b~d")));
        assertEquals(List.of(), Secrets.literals(admin, Map.of(".token", "of no configuration")));
    }

    @Test
    void aSecretComesFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "abc\n");
        assertEquals("abc", get("FILE(" + file + ")", "FILE(" + file + ")"));
        assertTrue(refusal("FILE(" + folder + "/none)", "").contains("/none cannot be read"));
        assertTrue(refusal("FILE(" + folder + ")", "").contains(" cannot be read"));
        assertTrue(refusal("FILE(" + Files.createFile(folder.resolve("empty")) + ")", "")
                .contains("is empty"));
        Path long_ = Files.write(folder.resolve("long"), new byte[(64 << 10) + 1]);
        assertTrue(refusal("FILE(" + long_ + ")", "").contains("is longer than 64 KiB"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "x$[env:A]",
                "$[env:A]hunter2",
                "${env:A}",
                "FILE(a)hunter2",
                "$[env:A;default=hunter2]",
                "$[prop:hunter2]"
            })
    void whatStandsInTheClearIsRefusedWithTheWayOut(String literal) {
        String message = refusal(literal, "hunter2");
        assertTrue(message.contains("write .token = $[env:VARIABLE] or .token = FILE("), message);
        assertFalse(message.contains("hunter2"), message);
    }

    /** It came by another way than a .cfg, which is no better. */
    @Test
    void aValueOfUnknownOriginIsRefused() {
        assertTrue(refusal(null, "hunter2").contains("stands in the clear"));
    }

    @Test
    void aVariableThatIsNotSetIsNamed() {
        assertEquals(".token: $[env:TOKEN] is not set (a.cfg)", refusal("$[env:TOKEN]", "$[env:TOKEN]"));
    }

    @Test
    void whatNoHeaderTakesIsRefused() {
        assertTrue(refusal("$[env:TOKEN]", "a\nb").contains("control characters"));
    }
}
