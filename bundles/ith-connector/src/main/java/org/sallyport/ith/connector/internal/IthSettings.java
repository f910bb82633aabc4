package org.sallyport.ith.connector.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;

/**
 * The settings of {@code org.sallyport.ith}, checked once.
 *
 * @param base without trailing slash
 * @param token secret
 * @param largestArchive bytes above which a study goes up in several archives
 * @param partSize bytes of each of several archives at most
 */
record IthSettings(
        URI base,
        String token,
        MetadataForm metadata,
        Duration refresh,
        Duration readTimeout,
        int concurrency,
        long largestArchive,
        long partSize,
        IdentityNetworks identityNetworks,
        boolean trustBackEndNodes,
        String filter,
        boolean answerPing,
        boolean followListener,
        Dispatching dispatching,
        Announcement announcement) {

    private static final String FILE = " (org.sallyport.ith.cfg)";

    /**
     * @param retries after the first try
     * @param largestDownload bytes, packed and unpacked
     * @param minFree bytes of the disk
     */
    record Dispatching(
            String callingAet, int concurrency, int retries, Duration retryDelay, long largestDownload, long minFree) {}

    /**
     * What the back end is told of us.
     *
     * @param hostAddress empty = that of the interface towards it
     * @param apiUrl empty = made of address and port
     * @param httpsPort 0 = none
     */
    record Announcement(String version, String hostAddress, String apiUrl, int apiPort, int httpsPort) {}

    /** What an upload says of its study beside the ZIP. */
    enum MetadataForm {
        /** One part for each key, with the key's name as its value: the only form the back end is known to accept. */
        LEGACY_KEYS,
        /** One part with a JSON object. */
        JSON,
        OMIT
    }

    /** @throws IllegalArgumentException naming the key, the value and what is allowed; never the token */
    static IthSettings of(IthConfiguration c) {
        long largest = within("largest-archive", c.largest$_$archive(), 1, 4096);
        long part = within("part-size", c.part$_$size(), 1, 4096);
        return new IthSettings(
                base(c.url().strip()),
                token(c._token().strip()),
                metadata(c.metadata().strip()),
                Duration.ofSeconds(within("refresh", c.refresh(), 1, 86_400)),
                Duration.ofSeconds(within("read-timeout", c.read$_$timeout(), 1, 3_600)),
                within("concurrency", c.concurrency(), 1, 16),
                largest << 20,
                Math.min(part, largest) << 20,
                IdentityNetworks.parse(c.identity$_$networks()),
                yes("trust-back-end-nodes", c.trust$_$back$_$end$_$nodes()),
                c.filter(),
                c.answer$_$ping(),
                yes("follow-back-end-listener", c.follow$_$back$_$end$_$listener()),
                new Dispatching(
                        aet(c.dispatch$_$calling$_$aet().strip()),
                        within("dispatch-concurrency", c.dispatch$_$concurrency(), 1, 16),
                        within("dispatch-retries", c.dispatch$_$retries(), 0, 100),
                        Duration.ofSeconds(within("dispatch-retry-delay", c.dispatch$_$retry$_$delay(), 1, 3_600)),
                        (long) within("largest-download", c.largest$_$download(), 1, 1024) << 30,
                        (long) within("min-free", c.min$_$free(), 0, 1 << 20) << 20),
                new Announcement(
                        told("proxy-version", c.proxy$_$version().strip(), "[\\x21-\\x7e]{1,64}"),
                        told("host-address", c.host$_$address().strip(), "[A-Za-z0-9.:_-]{0,253}"),
                        told("api-url", c.api$_$url().strip(), "(https?://[\\x21-\\x7e]{1,500})?"),
                        within("api-port", c.api$_$port(), 1, 65_535),
                        httpsPort(c.https$_$port().strip())));
    }

    private static URI base(String url) {
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
            // Told below, without what may be a secret in it.
        }
        throw new IllegalArgumentException(
                "url: must be http://host[:port] or https://host[:port], without user, query or fragment (ITH_URL)"
                        + FILE);
    }

    private static String token(String token) {
        if (token.isEmpty() || token.length() > 4096 || !token.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            throw new IllegalArgumentException(
                    "the key of the back end is missing or holds characters that are not allowed: set ITH_TOKEN"
                            + FILE);
        }
        return token;
    }

    private static String aet(String aet) {
        if (aet.isEmpty() || aet.length() > 16 || !aet.chars().allMatch(x -> x >= 0x20 && x < 0x7F && x != '\\')) {
            throw new IllegalArgumentException("dispatch-calling-aet \"" + aet
                    + "\": must be 1–16 printable ASCII characters without \\ (DISPATCH_CALLING_AE)" + FILE);
        }
        return aet;
    }

    private static String told(String key, String value, String allowed) {
        if (!value.matches(allowed)) {
            throw new IllegalArgumentException(key + ": too long, or holds characters that are not allowed" + FILE);
        }
        return value;
    }

    private static int httpsPort(String value) {
        if (value.isEmpty()) {
            return 0;
        }
        try {
            return within("https-port", Integer.parseInt(value), 1, 65_535);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("https-port: must be 1–65535 or empty (HTTPS_PORT)" + FILE, e);
        }
    }

    private static MetadataForm metadata(String value) {
        return switch (value) {
            case "legacy-keys" -> MetadataForm.LEGACY_KEYS;
            case "json" -> MetadataForm.JSON;
            case "omit" -> MetadataForm.OMIT;
            default ->
                throw new IllegalArgumentException(
                        "metadata \"" + value + "\": must be legacy-keys, json or omit" + FILE);
        };
    }

    private static boolean yes(String key, String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false", "" -> false;
            default -> throw new IllegalArgumentException(key + " \"" + value + "\": must be yes or no" + FILE);
        };
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most + FILE);
        }
        return value;
    }

    /** Whether the key and the pseudonymous images would cross a network in the clear. */
    boolean isPlainBeyondLoopback() {
        return "http".equalsIgnoreCase(base.getScheme())
                && !base.getHost().equalsIgnoreCase("localhost")
                && !base.getHost().matches("127(\\.\\d{1,3}){3}")
                && !base.getHost().equals("[::1]");
    }

    @Override
    public String toString() {
        return "IthSettings[" + base.getHost() + "]";
    }
}
