package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.node.BackEndRules;

/**
 * What a destination's service properties say of it, checked.
 *
 * @param filter null = every study
 * @param identity what its studies are ordered with
 * @param encryptFor whom originals that go along are encrypted for, as files of {@link Recipients}; empty = nobody, and none go along
 * @param receiver whom it says it delivers to, or null
 * @param problem why the destination cannot be used, or null
 */
record Route(
        String name,
        @Nullable Filter filter,
        LaneSettings settings,
        IdentityMode identity,
        String encryptFor,
        @Nullable Receiver receiver,
        @Nullable String problem) {

    static Route of(Map<String, ?> properties) {
        Object given = properties.get(Destination.NAME);
        String name = given == null ? "" : given.toString();
        if (!name.matches("[a-z0-9-]{1,40}")) {
            return wrong("misconfigured", Destination.NAME + " \"" + name + "\": must be 1–40 of a–z, 0–9, -");
        }
        try {
            PublishedSecrets.refuse(properties);
            IdentityMode identity = identity(text(properties, Destination.IDENTITY));
            return new Route(
                    name,
                    LaneSettings.filter(Destination.FILTER, text(properties, Destination.FILTER)),
                    LaneSettings.of(properties),
                    identity,
                    encryptFor(name, identity, text(properties, Destination.ENCRYPT_FOR)),
                    receiver(text(properties, Destination.RECEIVER)),
                    null);
        } catch (IllegalArgumentException e) {
            return wrong(name, String.valueOf(e.getMessage()));
        }
    }

    /** Of a configuration that is not in force what studies are queued by: name, filter and identity. */
    static Route outline(Map<String, ?> properties) {
        Map<String, Object> chosen = new HashMap<>();
        for (String key : List.of(Destination.NAME, Destination.FILTER, Destination.IDENTITY)) {
            Object value = properties.get(key);
            if (value != null) {
                chosen.put(key, value);
            }
        }
        return of(chosen);
    }

    static Route wrong(String name, String problem) {
        return new Route(name, null, LaneSettings.DEFAULT, IdentityMode.PSEUDONYMOUS, "", null, problem);
    }

    private static String text(Map<String, ?> properties, String key) {
        Object value = properties.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private static IdentityMode identity(String text) {
        return switch (text) {
            case "", "pseudonymous" -> IdentityMode.PSEUDONYMOUS;
            case "original" -> IdentityMode.ORIGINAL;
            default ->
                throw new IllegalArgumentException(
                        Destination.IDENTITY + " \"" + text + "\": must be pseudonymous or original");
        };
    }

    private static String encryptFor(String name, IdentityMode identity, String text) {
        if (!text.isEmpty() && identity == IdentityMode.ORIGINAL) {
            throw new IllegalArgumentException(Destination.ENCRYPT_FOR + " \"" + text + "\": not with "
                    + Destination.IDENTITY + " = original, by which originals go as they are");
        }
        if (!text.isEmpty() && name.equals(BackEndRules.UPLOADS)) {
            throw new IllegalArgumentException(Destination.ENCRYPT_FOR + " \"" + text
                    + "\": not for uploads to the back end, which are fetched back and known by their digests");
        }
        return text;
    }

    private static @Nullable Receiver receiver(String text) {
        try {
            return text.isEmpty() ? null : Receiver.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Destination.RECEIVER + " " + e.getMessage(), e);
        }
    }

    /**
     * Its settings by key, in the order in which people want them.
     *
     * @param usualPause of the breaker, where none is set
     */
    Map<String, String> inWords(Duration usualPause) {
        Map<String, String> words = settings.inWords(usualPause);
        words.put(Destination.IDENTITY, identity == IdentityMode.ORIGINAL ? "original" : "pseudonymous");
        words.put(Destination.ENCRYPT_FOR, encryptFor.isEmpty() ? "nobody" : encryptFor);
        words.put(Destination.RECEIVER, receiver == null ? "not told" : receiver.toString());
        return words;
    }

    int concurrency() {
        return settings.concurrency();
    }

    /** Empty = every study. */
    String filterText() {
        return filter == null ? "" : filter.toString();
    }

    /** Its filters over studies. */
    List<Filter> filters() {
        return Stream.of(filter, settings.urgent()).filter(Objects::nonNull).toList();
    }

    boolean takes(Map<String, Object> study) {
        return problem == null && (filter == null || filter.matches(study));
    }

    /** What is ordered for a study that it takes. */
    DeliveryQueue.Order order(Map<String, Object> study) {
        return new DeliveryQueue.Order(identity, priority(study));
    }

    /** The same by a person who asks for identity to go with it. */
    DeliveryQueue.Order orderOriginals(Map<String, Object> study, DeliveryQueue.Request request) {
        return new DeliveryQueue.Order(IdentityMode.ORIGINAL, priority(study), request);
    }

    private int priority(Map<String, Object> study) {
        Filter urgent = settings.urgent();
        return urgent != null && urgent.matches(study) ? DeliveryQueue.HIGHEST_PRIORITY : settings.priority();
    }
}
