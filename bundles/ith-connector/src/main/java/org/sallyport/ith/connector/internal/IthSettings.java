package org.sallyport.ith.connector.internal;

import java.net.URI;
import java.time.Duration;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/**
 * The settings of {@code org.sallyport.ith}, checked once.
 *
 * @param base without trailing slash
 * @param token secret
 * @param largestArchive bytes above which a study goes up in several archives
 * @param partSize bytes of each of several archives at most
 * @param keepFetched how long a study that was fetched back is kept after it was last asked for
 * @param synchronise how often it is asked what the back end holds; zero = never
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
        Duration keepFetched,
        Duration synchronise,
        Announcement announcement) {

    static final String FILE = " (org.sallyport.ith.cfg)";

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

    /**
     * @param networks everybody's, which hold if this configuration has none of its own
     * @throws IllegalArgumentException naming the key, the value and what is allowed; never the token
     */
    static IthSettings of(IthConfiguration c, Secrets secrets, IdentityNetworks networks) {
        Values values = new Values(FILE);
        long largest = values.within("largest-archive", c::largest$_$archive, 1, 4096);
        long part = values.within("part-size", c::part$_$size, 1, 4096);
        return new IthSettings(
                values.httpUrl("url (ITH_URL)", c.url()),
                token(secrets.get(".token", c._token())),
                metadata(c.metadata().strip()),
                Duration.ofSeconds(values.within("refresh", c::refresh, 1, 86_400)),
                Duration.ofSeconds(values.within("read-timeout", c::read$_$timeout, 1, 3_600)),
                values.within("concurrency", c::concurrency, 1, 16),
                largest << 20,
                Math.min(part, largest) << 20,
                c.identity$_$networks().isBlank() ? networks : IdentityNetworks.parse(c.identity$_$networks()),
                values.yes("trust-back-end-nodes", c.trust$_$back$_$end$_$nodes()),
                c.filter(),
                c.answer$_$ping(),
                values.yes("follow-back-end-listener", c.follow$_$back$_$end$_$listener()),
                new Dispatching(
                        aet(c.dispatch$_$calling$_$aet().strip()),
                        values.within("dispatch-concurrency", c::dispatch$_$concurrency, 1, 16),
                        values.within("dispatch-retries", c::dispatch$_$retries, 0, 100),
                        Duration.ofSeconds(
                                values.within("dispatch-retry-delay", c::dispatch$_$retry$_$delay, 1, 3_600)),
                        (long) values.within("largest-download", c::largest$_$download, 1, 1024) << 30,
                        (long) values.within("min-free", c::min$_$free, 0, 1 << 20) << 20),
                Duration.ofMinutes(values.within("keep-fetched", c::keep$_$fetched, 1, 10_080)),
                Duration.ofSeconds(values.within("synchronise", c::synchronise, 0, 86_400)),
                new Announcement(
                        told("proxy-version", c.proxy$_$version().strip(), "[\\x21-\\x7e]{1,64}"),
                        told("host-address", c.host$_$address().strip(), "[A-Za-z0-9.:_-]{0,253}"),
                        told("api-url", c.api$_$url().strip(), "(https?://[\\x21-\\x7e]{1,500})?"),
                        values.within("api-port", c::api$_$port, 1, 65_535),
                        httpsPort(c.https$_$port().strip(), values)));
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
        if (!AeTitles.isValid(aet)) {
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

    private static int httpsPort(String value, Values values) {
        if (value.isEmpty()) {
            return 0;
        }
        return values.within("https-port (HTTPS_PORT)", () -> Integer.parseInt(value), 1, 65_535);
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

    /** Whether the key and the pseudonymous images would cross a network in the clear. */
    boolean isPlainBeyondLoopback() {
        return Values.isPlainBeyondLoopback(base);
    }

    @Override
    public String toString() {
        return "IthSettings[" + base.getHost() + "]";
    }
}
