package org.sallyport.ith.api.internal;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of {@code org.sallyport.ith.api}, checked once.
 *
 * @param allowedOrigins as browsers write them (RFC 6454 6.2)
 */
record ApiSettings(
        String version,
        boolean tellsIdentity,
        Set<String> allowedOrigins,
        Set<InetAddress> tlsProxies,
        int callsPerMinute,
        int refusedPerMinute) {

    private static final Logger LOG = LoggerFactory.getLogger(ApiSettings.class);
    private static final String FILE = " (org.sallyport.ith.api.cfg)";
    private static final int MOST_CALLS = 100_000;

    ApiSettings {
        allowedOrigins = Set.copyOf(allowedOrigins);
        tlsProxies = Set.copyOf(tlsProxies);
    }

    /**
     * An origin that is none is passed over: the old proxy's setting, which sites bring along, took others.
     *
     * @throws IllegalArgumentException naming the key, the value and what is allowed
     */
    static ApiSettings of(ApiConfiguration c) {
        return new ApiSettings(
                version(c.version().strip()),
                on(c.phi$_$api().strip()),
                origins(c.allowed$_$origins(), c.back$_$end().strip()),
                proxies(c.tls$_$proxies()),
                within("calls-per-minute", c.calls$_$per$_$minute()),
                within("refused-per-minute", c.refused$_$per$_$minute()));
    }

    private static String version(String value) {
        if (!value.matches("[\\x21-\\x7e]{1,64}")) {
            throw new IllegalArgumentException(
                    "version: must be 1–64 printable ASCII characters without spaces (PROXY_VERSION)" + FILE);
        }
        return value;
    }

    private static boolean on(String value) {
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("phi-api \"" + value + "\": must be on or off" + FILE);
        };
    }

    /** Who rules the back end decides anyway whom it admits: pages that come from there are trusted no further by this. */
    private static Set<String> origins(String list, String backEnd) {
        Set<String> origins = new LinkedHashSet<>();
        for (String text : items(list)) {
            String origin = origin(text, true);
            if (origin == null) {
                LOG.error(
                        "allowed-origins \"{}\" is passed over: must be http://host[:port] or https://host[:port], parted by"
                                + " commas (CORS_ALLOWED_ORIGINS){}",
                        text,
                        FILE);
            } else {
                origins.add(origin);
            }
        }
        String own = list.isBlank() ? origin(backEnd, false) : null;
        return own == null ? origins : Set.of(own);
    }

    /** @return null if it is none; whether a URL is right that has more is not said here */
    private static @Nullable String origin(String text, boolean alone) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean plain = scheme.equals("http");
            if (!(plain || scheme.equals("https")) || uri.getHost() == null || uri.getPort() > 65_535) {
                return null;
            }
            boolean bare = uri.getRawPath().matches("/?")
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
            if (alone && !bare) {
                return null;
            }
            boolean usual = uri.getPort() == -1 || uri.getPort() == (plain ? 80 : 443);
            return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (usual ? "" : ":" + uri.getPort());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static Set<InetAddress> proxies(String list) {
        Set<InetAddress> proxies = new LinkedHashSet<>();
        for (String text : items(list)) {
            InetAddress address = Client.literal(text);
            if (address == null) {
                throw new IllegalArgumentException(
                        "tls-proxies \"" + text + "\": must be addresses such as 10.0.0.5, parted by commas" + FILE);
            }
            proxies.add(address);
        }
        return proxies;
    }

    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        for (String item : list.split(",", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }

    private static int within(String key, int value) {
        if (value < 1 || value > MOST_CALLS) {
            throw new IllegalArgumentException(key + " " + value + ": must be 1–" + MOST_CALLS + FILE);
        }
        return value;
    }
}
