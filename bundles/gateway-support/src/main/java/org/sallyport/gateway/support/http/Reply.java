package org.sallyport.gateway.support.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A reply of a server.
 *
 * @param contentType lower case, without parameters; empty if it was not told
 * @param body empty if it was not wanted
 * @param retryAfter what it asked for, or null
 */
public record Reply(
        int status,
        String contentType,
        byte[] body,
        @Nullable Duration retryAfter) {

    private static final int LONGEST_LINE = 300;

    /** Whether it refuses who we are. */
    public boolean refusesUs() {
        return status == 401 || status == 403;
    }

    public boolean isTooLarge() {
        return status == 413;
    }

    /** Worth another try: too many requests, or the server's own fault. */
    public boolean isTemporary() {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    /** The body's beginning as one line for people. */
    public String text() {
        // Four bytes a character at most.
        int length = Math.min(body.length, 4 * (LONGEST_LINE + 2));
        return line(new String(body, 0, length, StandardCharsets.UTF_8));
    }

    /** One line of 300 characters at most. */
    public static String line(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST_LINE ? line : cut(line, LONGEST_LINE) + "…";
    }

    /** The beginning, without half a character at its end. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }
}
