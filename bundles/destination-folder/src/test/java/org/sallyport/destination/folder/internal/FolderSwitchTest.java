package org.sallyport.destination.folder.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.sallyport.gateway.api.Destination;

class FolderSwitchTest {

    @TempDir
    private Path folder;

    private final List<Dictionary<?, ?>> registered = new ArrayList<>();
    private int unregistered;

    @Test
    void aConfigurationMakesADestination() throws IOException {
        Path outbox = folder.resolve("a/b");
        FolderSwitch made = open(Map.of("directory", " " + outbox + " ", "filter", "(Modality=CT)"));
        assertTrue(Files.isDirectory(outbox));
        assertEquals("archive", registered.get(0).get(Destination.NAME));
        assertEquals("(Modality=CT)", registered.get(0).get(Destination.FILTER));
        made.close();
        assertEquals(1, unregistered);
    }

    @Test
    void unlessSwitchesItOff() throws IOException {
        open(Map.of("directory", folder.resolve("outbox").toString(), "unless", "https://back.example"))
                .close();
        assertTrue(registered.isEmpty());
        assertEquals(0, unregistered);
    }

    @Test
    void whatTheQueueWantsToKnowIsPassedOn() throws IOException {
        open(Map.of("directory", folder.toString(), "bandwidth", "5M", "window", "22:00-06:00"));
        assertEquals("5M", registered.get(0).get("bandwidth"));
        assertEquals("22:00-06:00", registered.get(0).get("window"));
        assertEquals("archive", registered.get(0).get("destination.name"));
        assertEquals(null, registered.get(0).get("directory"));
    }

    @Test
    void aFloorOutsideItsRangeIsNamed() throws IOException {
        for (int value : new int[] {0, -1, 1_048_577}) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> open(Map.of("directory", folder.toString(), "min$_$free", value)));
            assertEquals(
                    "min-free " + value + ": must be 1–1048576 (org.sallyport.destination.folder-archive.cfg)",
                    e.getMessage());
        }
        open(Map.of("directory", folder.toString(), "min$_$free", 1_048_576));
        open(Map.of("directory", folder.toString(), "min$_$free", 1));
        assertEquals(2, registered.size());
    }

    /** Nor one that other destinations have: two deliveries at a time would write the same manifest. */
    @Test
    void aKeyThatIsNoneIsNamed() {
        for (String key : List.of("min-fre", "concurrency", "identity")) {
            assertEquals(
                    key + ": there is no such key; the file as it is shipped explains all that there are"
                            + " (org.sallyport.destination.folder-archive.cfg)",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> open(Map.of("directory", folder.toString(), key, "4")))
                            .getMessage());
        }
    }

    @Test
    void wrongTextsAreNamed() {
        Map<String, Map<String, Object>> wrong = Map.of(
                "layout \"tar\": must be zip or tree", Map.of("layout", "tar"),
                "manifest \"maybe\": must be yes or no", Map.of("manifest", "maybe"),
                "dicomdir yes: needs layout = tree", Map.of("dicomdir", "true"));
        wrong.forEach((message, values) -> {
            Map<String, Object> all = new HashMap<>(values);
            all.put("directory", folder.toString());
            assertEquals(
                    message + " (org.sallyport.destination.folder-archive.cfg)",
                    assertThrows(IllegalArgumentException.class, () -> open(all))
                            .getMessage());
        });
    }

    private FolderSwitch open(Map<String, Object> given) throws IOException {
        Map<String, Object> values = new HashMap<>(given);
        values.put("destination_name", "archive");
        FolderConfiguration configuration = proxy(FolderConfiguration.class, (name, arguments) -> values.get(name));
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, (name, arguments) -> {
            unregistered++;
            return null;
        });
        BundleContext context = proxy(BundleContext.class, (name, arguments) -> {
            registered.add((Dictionary<?, ?>) arguments[2]);
            return registration;
        });
        Map<String, Object> configured = new HashMap<>(Map.of("service.pid", "org.sallyport.destination.folder~a"));
        values.forEach(
                (method, value) -> configured.put(method.replace("$_$", "-").replace('_', '.'), value));
        return new FolderSwitch(configuration, context, configured);
    }

    private interface Answer {
        @org.jspecify.annotations.Nullable
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object result = answer.to(method.getName(), arguments == null ? new Object[0] : arguments);
                    return result == null ? method.getDefaultValue() : result;
                }));
    }
}
