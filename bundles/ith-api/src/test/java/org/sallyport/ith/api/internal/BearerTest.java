package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BearerTest {

    private static @Nullable String name(String claims) {
        String payload =
                Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return new Bearer("aa." + payload + ".bb").claimedName();
    }

    @Test
    void theCallerIsWhoTheTokenClaims() {
        assertEquals("jane", name("{\"user_id\":7,\"sub\":\"s\",\"username\":\"jane\"}"));
        assertEquals("7", name("{\"user_id\":7}"));
        assertEquals("J?rg?X", name("{\"name\":\" Jörg\\u0007X \"}"));
        assertEquals("x".repeat(48), name("{\"sub\":\"" + "x".repeat(500) + "\"}"));
    }

    @Test
    void whatClaimsNothingReadableHasNoName() {
        for (String claims :
                new String[] {"", "no JSON", "[]", "null", "{\"sub\":{}}", "{\"sub\":\" \"}", "{\"sub\":true}"}) {
            assertNull(name(claims), claims);
        }
        assertNull(new Bearer("opaque").claimedName());
        assertNull(new Bearer("a.!!!.b").claimedName());
    }

    @Test
    void onlyBearerTokensAreTaken() {
        assertEquals(
                "abc-._~+/==",
                java.util.Objects.requireNonNull(Bearer.of("bearer  abc-._~+/=="))
                        .token());
        for (String header :
                new String[] {"Basic abc", "Bearer", "Bearer a,b", "Bearer a b", "abc", "Bearer " + "a".repeat(9_000)
                }) {
            assertNull(Bearer.of(header));
        }
        assertNull(Bearer.of(null));
    }

    @Test
    void theTokenIsInNoText() {
        assertFalse(new Bearer("secret-token").toString().contains("secret"));
    }
}
