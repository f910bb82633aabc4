package org.sallyport.ith.connector.internal;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.support.settings.Secrets;

/** The settings of {@code org.sallyport.ith}: the defaults and a back end, but for what a test says. */
final class Configurations {

    static final String TOKEN = "key-of-a-test-93b1";

    private Configurations() {}

    /** @param values by method name */
    static IthConfiguration of(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(Map.of("url", "http://127.0.0.1:1", "_token", TOKEN));
        all.putAll(values);
        return (IthConfiguration) Proxy.newProxyInstance(
                IthConfiguration.class.getClassLoader(),
                new Class<?>[] {IthConfiguration.class},
                (proxy, method, arguments) ->
                        all.containsKey(method.getName()) ? all.get(method.getName()) : method.getDefaultValue());
    }

    static IthSettings settings(Map<String, Object> values) {
        return IthSettings.of(
                of(values), new Secrets(key -> "$[env:ITH_TOKEN]", IthSettings.FILE), IdentityNetworks.parse(""));
    }
}
