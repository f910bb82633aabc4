package org.sallyport.admin.shell.internal;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A service that answers what a test says, and remembers what it was asked. What nobody told it is an error. */
final class Fake<S> {

    /** What a method does. */
    interface Answer {
        @Nullable
        Object to(List<Object> arguments) throws Exception;
    }

    final List<String> calls = new CopyOnWriteArrayList<>();
    final S service;
    private final Map<String, Answer> answers = new HashMap<>();

    Fake(Class<S> type) {
        service = type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    List<Object> arguments = given == null ? List.of() : Arrays.asList(given);
                    calls.add(method.getName() + arguments);
                    Answer answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new AssertionError("not expected: " + method.getName() + arguments);
                    }
                    return answer.to(arguments);
                }));
    }

    Fake<S> on(String method, Answer answer) {
        answers.put(method, answer);
        return this;
    }
}
