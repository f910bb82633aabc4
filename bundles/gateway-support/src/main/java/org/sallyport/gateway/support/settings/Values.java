package org.sallyport.gateway.support.settings;

import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks values of a configuration. What is wrong is an {@link IllegalArgumentException} that names the key, the value and what is allowed.
 *
 * @param place the .cfg, for the end of messages
 */
public record Values(String place) {

    /** Keys of the framework, and of what reads the files. */
    private static final Pattern OF_OTHERS =
            Pattern.compile("(service|component|felix|karaf|org|osgi)\\..*|.*\\.target|objectClass");

    /** How the JDK names what is no number. */
    private static final Pattern NO_NUMBER = Pattern.compile("For input string: \"([ -~]{0,40})\"");

    /**
     * Refuses a key that the configuration does not have, such as one that is misspelled: what it was meant to set would stay as it is without a word.
     *
     * @param type of the configuration, whose methods stand for its keys
     * @param properties of the component
     */
    public void known(Class<?> type, Map<String, ?> properties) {
        Set<String> keys = new HashSet<>();
        for (Method method : type.getDeclaredMethods()) {
            keys.add(key(method.getName()));
        }
        for (String key : new TreeSet<>(properties.keySet())) {
            if (!keys.contains(key) && !OF_OTHERS.matcher(key).matches()) {
                throw new IllegalArgumentException(
                        key + ": there is no such key; the file as it is shipped explains all that there are" + place);
            }
        }
    }

    /** That a method stands for (OSGi Compendium 112.8.2.1). */
    static String key(String method) {
        return method.replace("$_$", "-").replace('_', '.');
    }

    /** @param given a method of the configuration: what is no number shows when it is called */
    public int within(String key, IntSupplier given, int least, int most) {
        int value;
        try {
            value = given.getAsInt();
        } catch (RuntimeException e) {
            Matcher text = NO_NUMBER.matcher(String.valueOf(e.getMessage()));
            String shown = text.find() ? " \"" + text.group(1) + "\"" : "";
            throw refused(key + shown + ": must be a number, " + least + "–" + most, e);
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most + place);
        }
        return value;
    }

    /** @param why without the place; an exception behind it is no cause, because people are shown the innermost one */
    public IllegalArgumentException refused(String why, Exception behind) {
        IllegalArgumentException refused = new IllegalArgumentException(why + place);
        refused.addSuppressed(behind);
        return refused;
    }

    /** yes or true, no or false; empty = no. */
    public boolean yes(String key, String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false", "" -> false;
            default -> throw new IllegalArgumentException(key + " \"" + value + "\": must be yes or no" + place);
        };
    }

    /**
     * The base URL of a server, without slash at its end. What is refused is not shown: it may hold a secret.
     *
     * @param key as it is named in the message
     */
    public URI httpUrl(String key, String value) {
        String url = value.strip();
        try {
            URI uri = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && (uri.getPort() == -1 || uri.getPort() >= 1 && uri.getPort() <= 65_535)
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                key + ": must be http://host[:port][/path] or https://…, without user, query or fragment" + place);
    }

    /** Whether what goes there can be read on a network. A name other than localhost is never loopback: it may mean another machine tomorrow. */
    public static boolean isPlainBeyondLoopback(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme())
                && !uri.getHost().equalsIgnoreCase("localhost")
                && !uri.getHost().matches("127(\\.\\d{1,3}){3}")
                && !uri.getHost().equals("[::1]");
    }
}
