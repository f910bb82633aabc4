package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret of the configuration: from the environment or a file, never written into the .cfg itself, because Karaf keeps what stands there in
 * its configuration cache. Pure but for reading the file.
 */
final class Secret {

    private static final int LONGEST = 64 * 1024;
    private static final Pattern FILE = Pattern.compile("FILE\\((.+)\\)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\[(env|secret):[^\\[\\]]+\\]");

    private Secret() {}

    /**
     * @param key for messages
     * @param written as it stands in the .cfg; null if that is not known, as in a test
     * @param resolved with placeholders filled in; it may be {@code FILE(…)} still
     * @return empty if there is none
     * @throws IllegalArgumentException naming the key and the way out, never the value
     */
    static String of(String key, @Nullable String written, String resolved) {
        String text = written == null ? "" : written.strip();
        if (!text.isEmpty()
                && !PLACEHOLDER.matcher(text).matches()
                && !FILE.matcher(text).matches()) {
            throw new IllegalArgumentException(key
                    + ": a secret must not stand in the .cfg, because Karaf copies it into its configuration cache; write "
                    + key + " = FILE(/path/to/file) or " + key + " = $[env:NAME]");
        }
        String value = resolved.strip();
        Matcher file = FILE.matcher(value);
        if (file.matches()) {
            value = read(key, file.group(1).strip());
        } else if (PLACEHOLDER.matcher(value).matches()) {
            throw new IllegalArgumentException(key + ": " + value + " is not set");
        }
        if (!value.chars().allMatch(c -> c >= 0x20 && c != 0x7F)) {
            throw new IllegalArgumentException(key + ": holds control characters");
        }
        return value;
    }

    private static String read(String key, String path) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            byte[] bytes = in.readNBytes(LONGEST + 1);
            if (bytes.length > LONGEST) {
                throw new IllegalArgumentException(key + ": " + path + " is longer than 64 KiB");
            }
            String text = new String(bytes, StandardCharsets.UTF_8).strip();
            if (text.isEmpty()) {
                throw new IllegalArgumentException(key + ": " + path + " is empty");
            }
            return text;
        } catch (IOException | java.nio.file.InvalidPathException e) {
            throw new IllegalArgumentException(
                    key + ": " + path + " cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
