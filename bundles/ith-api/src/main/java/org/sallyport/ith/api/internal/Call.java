package org.sallyport.ith.api.internal;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A call as it came.
 *
 * @param path below {@code /api/}, without a slash at its end
 * @param origin of the page that calls; null = none told
 * @param length of the body in bytes; -1 = not told
 */
record Call(
        String method,
        String path,
        Client client,
        @Nullable String origin,
        @Nullable String authorization,
        @Nullable String contentType,
        long length,
        InputStream body) {

    /** Shows nothing of what was sent. */
    @Override
    public String toString() {
        return "Call[" + method + "]";
    }
}
