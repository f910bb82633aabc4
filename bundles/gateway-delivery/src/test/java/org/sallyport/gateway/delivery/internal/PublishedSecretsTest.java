package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.Destination;

class PublishedSecretsTest {

    private static Route route(String key, Object value) {
        return Route.of(Map.of(Destination.NAME, "archive", key, value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"password", "clientSecret", "auth.token", "api-key", "API_KEY", "proxy-passphrase", "credentials"
            })
    void aSecretWithoutADotIsRefused(String key) {
        Route route = route(key, "hunter2");
        assertEquals(
                key + ": is seen by all who look at services; name it ." + key
                        + ", in the component's settings by a method whose name begins with _, and change the secret",
                route.problem());
        assertFalse(route.takes(Map.of()));
        assertEquals("archive", route.name());
    }

    @ParameterizedTest
    @ValueSource(strings = {".password", "token-url", "password-file", "client-id", "tls-key", "component.name"})
    void whatIsNoneIsNot(String key) {
        assertNull(route(key, "hunter2").problem());
        assertNull(route("password", " ").problem(), "none is set");
    }
}
