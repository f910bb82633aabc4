package org.sallyport.ith.api.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which pages may call from a browser (Fetch Standard 3.2, CORS; Private Network Access 3). Credentials are not allowed: callers bring a bearer token. */
record CrossOrigin(Set<String> allowed) {

    private static final String SECONDS_REMEMBERED = "600";

    CrossOrigin {
        allowed = Set.copyOf(allowed);
    }

    /** @param origin null = the call is not a page's, or of a page of ours */
    boolean admits(@Nullable String origin) {
        return origin == null || allowed.contains(origin);
    }

    /** For every reply. */
    Map<String, String> headers(@Nullable String origin) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Vary", "Origin");
        if (origin != null && allowed.contains(origin)) {
            headers.put("Access-Control-Allow-Origin", origin);
            headers.put("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate");
        }
        return headers;
    }

    /** @param toPrivateNetwork whether the browser asks if a page of a public network may call */
    Map<String, String> preflight(@Nullable String origin, boolean toPrivateNetwork, String methods) {
        Map<String, String> headers = headers(origin);
        headers.put("Vary", "Origin, Access-Control-Request-Private-Network");
        if (headers.containsKey("Access-Control-Allow-Origin")) {
            headers.put("Access-Control-Allow-Methods", methods);
            headers.put("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept");
            headers.put("Access-Control-Max-Age", SECONDS_REMEMBERED);
            if (toPrivateNetwork) {
                headers.put("Access-Control-Allow-Private-Network", "true");
            }
        }
        return headers;
    }
}
