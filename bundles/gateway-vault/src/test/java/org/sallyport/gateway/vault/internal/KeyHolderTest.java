package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class KeyHolderTest {

    private static final String PID = "org.sallyport.vault";

    /** Knows one configuration, as its file has it. */
    private static ConfigurationAdmin admin(String passphrase) {
        Dictionary<String, Object> written = FrameworkUtil.asDictionary(Map.of(".passphrase", passphrase));
        Configuration file = proxy(Configuration.class, "getProperties", written);
        return proxy(ConfigurationAdmin.class, "listConfigurations", new Configuration[] {file});
    }

    private static <T> T proxy(Class<T> type, String method, Object answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, given) -> {
                    if (!called.getName().equals(method)) {
                        throw new UnsupportedOperationException(called.getName());
                    }
                    return answer;
                }));
    }

    private static VaultConfiguration configuration(String passphrase) {
        return VaultConfiguration.class.cast(Proxy.newProxyInstance(
                VaultConfiguration.class.getClassLoader(),
                new Class<?>[] {VaultConfiguration.class},
                (proxy, called, given) ->
                        called.getName().equals("_passphrase") ? passphrase : called.getDefaultValue()));
    }

    @Test
    void aPassphraseInTheClearIsRefusedWithTheWayOut() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new KeyHolder(configuration("hunter2"), Map.of("service.pid", PID), admin("hunter2")));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(".passphrase: stands in the clear"), message);
        assertTrue(message.contains("write .passphrase = $[env:VARIABLE]"), message);
        assertFalse(message.contains("hunter2"), message);
    }
}
