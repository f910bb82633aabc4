package org.sallyport.destination.dicomweb.internal;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.sallyport.gateway.support.settings.Secrets;

/** The settings of a destination: the defaults, but for what a test says. */
final class Configurations {

    private Configurations() {}

    /** @param values by method name */
    static DicomwebConfiguration of(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(Map.of("destination_name", "pacs", "url", "http://127.0.0.1:1"));
        all.putAll(values);
        return (DicomwebConfiguration) Proxy.newProxyInstance(
                DicomwebConfiguration.class.getClassLoader(),
                new Class<?>[] {DicomwebConfiguration.class},
                (proxy, method, arguments) ->
                        all.containsKey(method.getName()) ? all.get(method.getName()) : method.getDefaultValue());
    }

    static DicomwebSettings settings(Map<String, Object> values) {
        DicomwebConfiguration configuration = of(values);
        // As if each secret stood in the environment.
        return DicomwebSettings.of(
                configuration, new Secrets(key -> "$[env:X;default=]", DicomwebSettings.place(configuration)));
    }
}
