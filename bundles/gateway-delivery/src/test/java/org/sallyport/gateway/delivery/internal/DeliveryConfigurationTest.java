package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.sallyport.gateway.api.DataFolder;

class DeliveryConfigurationTest {

    private final @Nullable String before = System.getProperty(DataFolder.PROPERTY);

    @BeforeEach
    void setDataFolder(@TempDir Path folder) {
        System.setProperty(DataFolder.PROPERTY, folder.toString());
    }

    @AfterEach
    void restoreDataFolder() {
        if (before == null) {
            System.clearProperty(DataFolder.PROPERTY);
        } else {
            System.setProperty(DataFolder.PROPERTY, before);
        }
    }

    @Test
    void theDefaultsAndTheEndsOfTheRangesAreTaken() throws IOException {
        open(Map.of());
        open(Map.of("quick$_$retries", 0, "retry$_$delay", 1, "retry$_$cap", 1));
        open(Map.of("quick$_$retries", 100, "retry$_$delay", 3_600, "retry$_$cap", 86_400));
    }

    @Test
    void aValueOutsideItsRangeIsNamedWithTheRange() {
        assertNamed("quick-retries", "quick$_$retries", "0–100", "UPLOAD_MAX_RETRIES", -1, 101);
        assertNamed("retry-delay", "retry$_$delay", "1–3600", "UPLOAD_RETRY_DELAY", 0, 3_601);
        assertNamed("retry-cap", "retry$_$cap", "1–86400", "no variable", 0, 86_401);
    }

    private static void assertNamed(String key, String method, String range, String variable, int... values) {
        for (int value : values) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> open(Map.of(method, value)));
            assertEquals(
                    key + " " + value + ": must be " + range + " (org.sallyport.delivery.cfg, " + variable + ")",
                    e.getMessage());
        }
    }

    private static void open(Map<String, Integer> values) throws IOException {
        DeliveryConfiguration configuration = (DeliveryConfiguration) Proxy.newProxyInstance(
                DeliveryConfiguration.class.getClassLoader(),
                new Class<?>[] {DeliveryConfiguration.class},
                (proxy, method, arguments) ->
                        values.containsKey(method.getName()) ? values.get(method.getName()) : method.getDefaultValue());
        FakeIndex index = new FakeIndex();
        ServiceComponentRuntime components = (ServiceComponentRuntime) Proxy.newProxyInstance(
                ServiceComponentRuntime.class.getClassLoader(),
                new Class<?>[] {ServiceComponentRuntime.class},
                (proxy, method, arguments) -> List.of());
        ConfigurationAdmin configurations = (ConfigurationAdmin) Proxy.newProxyInstance(
                ConfigurationAdmin.class.getClassLoader(),
                new Class<?>[] {ConfigurationAdmin.class},
                (proxy, method, arguments) -> {
                    throw new AssertionError("there is no destination");
                });
        DeliveryEngine engine = new DeliveryEngine(
                configuration, new FakeQueue(Clock.systemUTC()), index, index, components, configurations);
        assertEquals(List.of(), engine.destinations());
        engine.close();
    }
}
