package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bearer token of a call (RFC 6750), and what it says of the caller. That is a claim: the signature is not checked here, the back end is asked
 * whether it takes the token.
 *
 * @param token secret
 */
record Bearer(String token) {

    private static final int LONGEST = 8_192;
    private static final int LONGEST_NAME = 48;
    private static final Pattern HEADER = Pattern.compile("(?i:bearer) +([A-Za-z0-9._~+/-]+=*) *");
    private static final List<String> NAMES =
            List.of("preferred_username", "username", "email", "name", "sub", "user_id");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @return null if there is none, or what stands there is no bearer token */
    static @Nullable Bearer of(@Nullable String authorization) {
        if (authorization == null || authorization.length() > LONGEST) {
            return null;
        }
        var matcher = HEADER.matcher(authorization);
        return matcher.matches() ? new Bearer(String.valueOf(matcher.group(1))) : null;
    }

    /** Tells tokens apart without being one: SHA-256, hexadecimal. */
    String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The caller's name as the token claims it, in printable ASCII; null = it claims none. */
    @Nullable
    String claimedName() {
        JsonNode claims = claims();
        for (String key : NAMES) {
            JsonNode value = claims.path(key);
            if ((value.isTextual() || value.isIntegralNumber())
                    && !value.asText().isBlank()) {
                String name = value.asText().strip().replaceAll("[^\\x20-\\x7e]", "?");
                return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
            }
        }
        return null;
    }

    /** Of a JSON Web Token (RFC 7519); nothing of any other. */
    private JsonNode claims() {
        String[] parts = token.split("\\.", -1);
        if (parts.length == 3) {
            try {
                JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
                return claims == null ? JSON.missingNode() : claims;
            } catch (IOException | IllegalArgumentException e) {
                // It claims nothing that can be read.
                return JSON.missingNode();
            }
        }
        return JSON.missingNode();
    }

    /** Shows no token. */
    @Override
    public String toString() {
        return "Bearer[" + digest().substring(0, 8) + "]";
    }
}
