package org.sallyport.gateway.scp.internal;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.support.settings.Secrets;

/** Configurations and nodes: the defaults, but for what a test says. */
final class Configurations {

    private Configurations() {}

    static ScpConfiguration scp(Map<String, Object> values) {
        return of(ScpConfiguration.class, values);
    }

    static ScpSettings settings(Map<String, Object> values) {
        return ScpSettings.of(scp(values));
    }

    /** As if each secret stood in the environment. */
    static Secrets secrets() {
        return new Secrets(key -> "$[env:X;default=]", ScpSettings.FILE.place());
    }

    static Receiver receiver(Map<String, Object> values, NodeTable nodes) {
        return new Receiver(scp(values), secrets(), nodes);
    }

    static NodeConfiguration node(Map<String, Object> values) {
        return of(NodeConfiguration.class, values);
    }

    private static <C> C of(Class<C> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> values.containsKey(method.getName())
                        ? values.get(method.getName())
                        : method.getDefaultValue()));
    }

    static LocalNode local(String aet, Map<String, Object> values) {
        java.util.HashMap<String, Object> all = new java.util.HashMap<>(values);
        all.put("aet", aet);
        all.putIfAbsent("address", "192.0.2.1");
        return new LocalNode("n-" + aet, node(all), secrets());
    }

    static Node backEnd(String aet, boolean active, Node.Permission permission) {
        return new Node("id-" + aet, aet, aet, "192.0.2.2", 104, active, permission, Node.Origin.BACK_END, false);
    }
}
