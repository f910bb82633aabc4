package org.sallyport.benchmarks;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes the gateway's components as Declarative Services does: by their public constructor, with configuration types answered by defaults and a map. */
final class Components {

    private Components() {}

    /** @param arguments services in any order, and maps of settings by method name for configuration types */
    static Object make(String className, Object... arguments) throws ReflectiveOperationException {
        Class<?> type = Class.forName(className);
        Constructor<?> constructor = type.getConstructors()[0];
        Object[] values = Arrays.stream(constructor.getParameterTypes())
                .map(parameter -> argument(parameter, List.of(arguments)))
                .toArray();
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(className + " cannot be made", e.getCause());
        }
    }

    private static Object argument(Class<?> type, List<Object> arguments) {
        if (type.isAnnotation()) {
            Map<?, ?> settings = arguments.stream()
                    .filter(argument -> argument instanceof Map)
                    .map(argument -> (Map<?, ?>) argument)
                    .findFirst()
                    .orElse(Map.of());
            return Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, none) -> setting(method, settings));
        }
        return arguments.stream()
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + type.getName()));
    }

    private static Object setting(Method method, Map<?, ?> settings) {
        Object value = settings.get(method.getName());
        return value == null ? method.getDefaultValue() : value;
    }
}
