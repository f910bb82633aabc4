package org.sallyport.gateway.delivery.internal;

import java.util.Map;
import java.util.regex.Pattern;

/** Secrets that a destination has among its service properties, where all see them who look at services: a mistake in its settings. Pure. */
final class PublishedSecrets {

    private static final Pattern NAME =
            Pattern.compile("(?i).*(password|passwd|passphrase|passcode|secret|token|credentials?|api[-_.]?key)");

    private PublishedSecrets() {}

    /** @throws IllegalArgumentException naming the key and the way out, never the value */
    static void refuse(Map<String, ?> serviceProperties) {
        serviceProperties.forEach((key, value) -> {
            if (!key.startsWith(".")
                    && NAME.matcher(key).matches()
                    && !String.valueOf(value).isBlank()) {
                throw new IllegalArgumentException(key + ": is seen by all who look at services; name it ." + key
                        + ", in the component's settings by a method whose name begins with _, and change the secret");
            }
        });
    }
}
