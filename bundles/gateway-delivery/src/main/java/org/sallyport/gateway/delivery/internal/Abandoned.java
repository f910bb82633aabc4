package org.sallyport.gateway.delivery.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls whose threads did not come back when interrupted, by destination, until they do. Outlives a destination's lane: its bundle may be replaced
 * while they hang. Thread-safe.
 */
final class Abandoned {

    private final Map<String, Set<Object>> calls = new ConcurrentHashMap<>();

    void add(String destination, Object call) {
        calls.computeIfAbsent(destination, name -> ConcurrentHashMap.newKeySet())
                .add(call);
    }

    void remove(String destination, Object call) {
        Set<Object> own = calls.get(destination);
        if (own != null) {
            own.remove(call);
        }
    }

    int count(String destination) {
        Set<Object> own = calls.get(destination);
        return own == null ? 0 : own.size();
    }
}
