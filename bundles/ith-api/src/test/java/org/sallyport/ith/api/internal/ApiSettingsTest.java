package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApiSettingsTest {

    private static ApiSettings of(Map<String, ?> set) {
        ApiConfiguration configuration = (ApiConfiguration) Proxy.newProxyInstance(
                ApiConfiguration.class.getClassLoader(),
                new Class<?>[] {ApiConfiguration.class},
                (proxy, method, arguments) -> {
                    Object value = set.get(method.getName().replace("$_$", "-"));
                    return value == null ? method.getDefaultValue() : value;
                });
        return ApiSettings.of(configuration);
    }

    private static Set<String> origins(String allowed, String backEnd) {
        return of(Map.of("allowed-origins", allowed, "back-end", backEnd)).allowedOrigins();
    }

    @Test
    void asShippedPagesOfTheBackEndMayCallAndNoOthers() {
        assertEquals(Set.of(), origins("", ""));
        assertEquals(Set.of("https://ith.example.org"), origins("", "https://ITH.example.org:443/base/"));
        assertEquals(Set.of("http://127.0.0.1:8090"), origins(" ", "http://127.0.0.1:8090"));
    }

    @Test
    void originsThatAreNamedTakeItsPlaceAsBrowsersWriteThem() {
        assertEquals(
                Set.of("https://a.example", "https://b.example:8443", "http://c.example"),
                origins("https://A.example/, https://b.example:8443 ,http://c.example:80", "https://ith.example.org"));
    }

    @Test
    void whatIsNoOriginIsPassedOver() {
        for (String origin : new String[] {
            "*",
            "null",
            "front.example",
            "https://",
            "https://a.example/path",
            "ftp://a",
            "https://a?b",
            "https://u@a.example"
        }) {
            assertEquals(
                    Set.of("https://good.example"),
                    origins(origin + ", https://good.example", "https://ith.example"),
                    origin);
            assertEquals(
                    Set.of(), origins(origin, "https://ith.example"), "a wrong word does not stand for the default");
        }
    }

    @Test
    void wrongValuesAreNamed() {
        for (Map<String, ?> wrong : java.util.List.of(
                Map.of("phi-api", "yes"),
                Map.of("tls-proxies", "proxy.example"),
                Map.of("tls-proxies", "10.0.0.0/8"),
                Map.of("calls-per-minute", 0),
                Map.of("refused-per-minute", 100_001),
                Map.of("version", "1 0"))) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> of(wrong));
            assertTrue(
                    String.valueOf(e.getMessage())
                                    .startsWith(wrong.keySet().iterator().next())
                            && String.valueOf(e.getMessage()).contains("org.sallyport.ith.api.cfg"),
                    e.getMessage());
        }
    }
}
