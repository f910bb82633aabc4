package org.sallyport.gateway.support.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The secrets of a configuration: from the environment, from the secrets folder or from a file, never from the .cfg itself, because Karaf keeps what
 * stands there in its configuration cache. Pure but for the files.
 */
public final class Secrets {

    private static final int LONGEST = 64 << 10;
    private static final Pattern FILE = Pattern.compile("FILE\\((.+)\\)");

    /** Nothing before or behind it, and no default but an empty one: that would be a literal. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\[(env|secret):[^\\[\\];]+(;default=)?]");

    private final Function<String, @Nullable Object> written;
    private final String place;

    /**
     * @param written key → value as it stands in the configuration, nothing replaced
     * @param place the .cfg, for the end of messages
     */
    public Secrets(Function<String, @Nullable Object> written, String place) {
        this.written = written;
        this.place = place;
    }

    /**
     * Of a component: what reaches it has its references replaced already, so the configuration is looked up.
     *
     * @param properties of the component
     */
    public static Secrets of(ConfigurationAdmin admin, Map<String, ?> properties, String place) throws IOException {
        Object pid = properties.get(Constants.SERVICE_PID);
        Dictionary<String, Object> found = pid == null ? null : written(admin, pid.toString());
        return new Secrets(key -> found == null ? null : found.get(key), place);
    }

    /** By a list: asking for one by its name would bind it to the bundle. */
    private static @Nullable Dictionary<String, Object> written(ConfigurationAdmin admin, String pid)
            throws IOException {
        try {
            Configuration[] found = admin.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            return found == null ? null : found[0].getProperties();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("configuration " + pid + " is not found", e);
        }
    }

    /**
     * The secret of a key.
     *
     * @param resolved the value with references replaced; a {@code FILE(…)} may still stand there
     * @return without space around it; empty = none
     * @throws IllegalArgumentException naming the key and the way out, never the value
     */
    public String get(String key, String resolved) {
        Object raw = written.apply(key);
        String text = raw == null ? "" : raw.toString().strip();
        if (text.isEmpty() && resolved.isBlank()) {
            return "";
        }
        Matcher file = FILE.matcher(text);
        String secret;
        if (file.matches()) {
            secret = read(key, String.valueOf(file.group(1)).strip());
        } else if (!REFERENCE.matcher(text).matches()) {
            // Also if nothing is written and there is a value all the same: no other way is better.
            throw new IllegalArgumentException(inTheClear(key) + place);
        } else if (resolved.strip().equals(text)) {
            throw new IllegalArgumentException(key + ": " + text + " is not set" + place);
        } else {
            secret = resolved.strip();
        }
        if (!secret.chars().allMatch(c -> c >= 0x20 && c != 0x7F)) {
            throw new IllegalArgumentException(key + ": holds control characters" + place);
        }
        return secret;
    }

    private static String inTheClear(String key) {
        return key + ": stands in the clear, where Karaf keeps it in its configuration cache; write " + key
                + " = $[env:VARIABLE] or " + key + " = FILE(/path/of/a/file) instead, and change the secret";
    }

    /**
     * Whether what is written is the secret itself.
     *
     * @return why it must not be, naming key and way out, never the value; null = it is none
     */
    public static @Nullable String literal(String key, Object written) {
        String text = written.toString().strip();
        boolean refers = FILE.matcher(text).matches() || REFERENCE.matcher(text).matches();
        return text.isEmpty() || refers ? null : inTheClear(key);
    }

    /**
     * Of a configuration all secrets, keys that begin with a dot, that stand in it themselves.
     *
     * @return why they must not, see {@link #literal(String, Object)}
     */
    public static List<String> literals(Dictionary<String, Object> written) {
        List<String> problems = new ArrayList<>();
        for (String key : Collections.list(written.keys())) {
            String problem = key.startsWith(".") ? literal(key, written.get(key)) : null;
            if (problem != null) {
                problems.add(problem);
            }
        }
        return problems;
    }

    /**
     * The same of the configuration of a component or of its service.
     *
     * @param properties of either; without a PID there is none
     */
    public static List<String> literals(ConfigurationAdmin admin, Map<String, ?> properties) throws IOException {
        if (!(properties.get(Constants.SERVICE_PID) instanceof String pid)) {
            return List.of();
        }
        Dictionary<String, Object> found = written(admin, pid);
        return found == null ? List.of() : literals(found);
    }

    private String read(String key, String path) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new IllegalArgumentException(key + ": " + path + " is longer than 64 KiB" + place);
            }
            String secret = new String(content, StandardCharsets.UTF_8).strip();
            if (secret.isEmpty()) {
                throw new IllegalArgumentException(key + ": " + path + " is empty" + place);
            }
            return secret;
        } catch (IOException | InvalidPathException e) {
            throw new Values(place)
                    .refused(
                            key + ": " + path + " cannot be read ("
                                    + e.getClass().getSimpleName() + ")",
                            e);
        }
    }
}
