package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Secrets of a configuration: from the environment or from files, never from the .cfg itself. Pure but for the files. */
final class Secrets {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\[(env|secret):[^;\\]]+(;default=)?]");
    private static final Pattern FILE = Pattern.compile("FILE\\((.+)\\)");
    private static final int LONGEST = 4096;

    private final Function<String, @Nullable Object> written;
    private final String place;

    /**
     * @param written key → value as it stands in the configuration, nothing replaced
     * @param place the .cfg, for messages
     */
    Secrets(Function<String, @Nullable Object> written, String place) {
        this.written = written;
        this.place = place;
    }

    /**
     * The secret of a key.
     *
     * @param resolved the value with references replaced
     * @return empty = none
     * @throws IllegalArgumentException naming the key, never the value
     */
    char[] get(String key, String resolved) throws IOException {
        Object raw = written.apply(key);
        String text = raw == null ? "" : raw.toString().strip();
        if (text.isEmpty() && resolved.isBlank()) {
            return new char[0];
        }
        Matcher file = FILE.matcher(text);
        if (file.matches()) {
            return read(key, Path.of(String.valueOf(file.group(1)).strip()));
        }
        if (!REFERENCE.matcher(text).matches()) {
            throw new IllegalArgumentException(key + ": stands in the clear, where Karaf keeps it in its configuration"
                    + " cache; write $[env:VARIABLE] or FILE(/path/of/a/file) instead, and change the secret" + place);
        }
        if (resolved.equals(text)) {
            throw new IllegalArgumentException(key + ": " + text + " is not set" + place);
        }
        return resolved.strip().toCharArray();
    }

    private char[] read(String key, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new IllegalArgumentException(
                        key + ": " + file + " holds more than " + LONGEST + " bytes" + place);
            }
            return new String(content, StandardCharsets.UTF_8).strip().toCharArray();
        } catch (IOException e) {
            throw new IOException(key + ": " + file + " cannot be read" + place, e);
        }
    }
}
