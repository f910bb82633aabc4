package org.sallyport.ith.connector.internal;

import java.net.URI;
import java.time.Duration;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

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
        String filter) {

    static final String FILE = " (org.sallyport.ith.cfg)";

    /** What an upload says of its study beside the ZIP. */
    enum MetadataForm {
        /** One part for each key, with the key's name as its value: the only form the back end is known to accept. */
        LEGACY_KEYS,
        /** One part with a JSON object. */
        JSON,
        OMIT
    }

    /** @throws IllegalArgumentException naming the key, the value and what is allowed; never the token */
    static IthSettings of(IthConfiguration c, Secrets secrets) {
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
                IdentityNetworks.parse(c.identity$_$networks()),
                values.yes("trust-back-end-nodes", c.trust$_$back$_$end$_$nodes()),
                c.filter());
    }

    private static String token(String token) {
        if (token.isEmpty() || token.length() > 4096 || !token.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            throw new IllegalArgumentException(
                    "the key of the back end is missing or holds characters that are not allowed: set ITH_TOKEN"
                            + FILE);
        }
        return token;
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
