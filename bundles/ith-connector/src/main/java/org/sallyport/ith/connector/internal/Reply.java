package org.sallyport.ith.connector.internal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A reply of the back end.
 *
 * @param body its beginning
 * @param retryAfter what it asked for, or null
 */
record Reply(int status, String body, @Nullable Duration retryAfter) {

    boolean isOk() {
        return status == 200 || status == 201;
    }

    boolean refusesKey() {
        return status == 401 || status == 403;
    }

    boolean isTooLarge() {
        return status == 413;
    }

    /** Worth another try: too many requests, or the server's own fault. */
    boolean isTemporary() {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    /** The body's beginning as one line for people. */
    String text() {
        return line(body);
    }

    /** One line of 300 characters at most. */
    static String line(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= 300 ? line : cut(line, 300) + "…";
    }

    /** The beginning, without half a character at its end. */
    static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }
}
