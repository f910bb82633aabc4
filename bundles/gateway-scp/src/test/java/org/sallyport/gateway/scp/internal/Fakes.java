package org.sallyport.gateway.scp.internal;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stand-ins for ports of which a test uses few methods. */
public final class Fakes {

    private Fakes() {}

    /** Answers one method. */
    @FunctionalInterface
    public interface Answer {
        @Nullable
        Object to(Object[] arguments) throws Exception;
    }

    /** Answers the methods that are named; any other is an error. */
    public static <T> T fake(Class<T> type, Map<String, Answer> answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Answer answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return answer.to(given);
                }));
    }
}
