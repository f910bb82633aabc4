package org.sallyport.benchmarks;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the gateway's components as Declarative Services does: by their public constructor, with configuration types answered by defaults and a map, which are the properties, too. */
final class Components {

    private static final String CONFIGURATIONS = "org.osgi.service.cm.ConfigurationAdmin";

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
        Map<?, ?> settings = arguments.stream()
                .filter(argument -> argument instanceof Map)
                .map(argument -> (Map<?, ?>) argument)
                .findFirst()
                .orElse(Map.of());
        if (type == Map.class) {
            return settings;
        }
        if (type.isAnnotation()) {
            return proxy(type, method -> setting(method, settings));
        }
        if (type.getName().equals(CONFIGURATIONS)) {
            // For secrets that a .cfg refers to: here is none.
            return proxy(type, method -> null);
        }
        return arguments.stream()
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + type.getName()));
    }

    private static Object proxy(Class<?> type, Function<Method, @Nullable Object> answers) {
        return Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, none) -> answers.apply(method));
    }

    private static Object setting(Method method, Map<?, ?> settings) {
        Object value = settings.get(method.getName());
        return value == null ? method.getDefaultValue() : value;
    }

    /** Calls a method that is not public, of an object or a class, by its name and the number of its arguments. */
    static Object call(Object target, String name, Object... arguments) throws ReflectiveOperationException {
        Class<?> type = target instanceof Class<?> itself ? itself : target.getClass();
        Method method = Arrays.stream(type.getDeclaredMethods())
                .filter(one -> one.getName().equals(name) && accepts(one, arguments))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(type.getName() + "." + name));
        method.setAccessible(true);
        return method.invoke(target instanceof Class<?> ? null : target, arguments);
    }

    private static boolean accepts(Method method, Object[] arguments) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (!types[i].isPrimitive() && !types[i].isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }
}
