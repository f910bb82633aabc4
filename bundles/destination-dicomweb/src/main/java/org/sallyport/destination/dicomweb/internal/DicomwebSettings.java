package org.sallyport.destination.dicomweb.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one DICOMweb destination, checked once.
 *
 * @param base without trailing slash
 * @param tls null = what Java trusts, and no client certificate
 * @param mostBytes of one request; an instance that is larger goes alone
 * @param readTimeout without a byte from the server
 * @param requestTimeout of a whole request, however lively it trickles
 */
record DicomwebSettings(
        String name,
        URI base,
        Credentials credentials,
        @Nullable SSLContext tls,
        boolean xmlAnswers,
        int mostInstances,
        long mostBytes,
        Duration readTimeout,
        Duration requestTimeout,
        boolean replacesExisting,
        int concurrency,
        String filter) {

    /** Who we are. The secrets in them are shown by no {@code toString}. */
    sealed interface Credentials {

        record None() implements Credentials {}

        record Basic(String user, String password) implements Credentials {
            @Override
            public String toString() {
                return "Basic";
            }
        }

        record Bearer(String token) implements Credentials {
            @Override
            public String toString() {
                return "Bearer";
            }
        }

        /**
         * Client credentials (RFC 6749 4.4).
         *
         * @param inBody the client's id and secret go in the form, not in a header (RFC 6749 2.3.1)
         */
        record OAuth2(URI tokenUrl, String client, String secret, String scope, boolean inBody) implements Credentials {
            @Override
            public String toString() {
                return "OAuth2";
            }
        }
    }

    /**
     * @param written the value of a key as it stands in the .cfg, for keys of secrets
     * @throws IllegalArgumentException naming the key, the value and what is allowed; never a secret
     */
    static DicomwebSettings of(DicomwebConfiguration c, UnaryOperator<@Nullable String> written) {
        try {
            return checked(c, written);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " (org.sallyport.destination.dicomweb-" + c.destination_name() + ".cfg)",
                    e.getCause());
        }
    }

    private static DicomwebSettings checked(DicomwebConfiguration c, UnaryOperator<@Nullable String> written) {
        URI base = url("url", c.url());
        Credentials credentials = credentials(c, written);
        boolean plain = isPlainBeyondLoopback(base);
        boolean allowed = yes("allow-http", c.allow$_$http());
        if (plain && !allowed) {
            throw new IllegalArgumentException(
                    "url: plain http beyond this machine can be read on the network: use https, or set allow-http = yes");
        }
        if (plain && !(credentials instanceof Credentials.None)) {
            throw new IllegalArgumentException("authentication " + c.authentication()
                    + ": credentials never go over plain http beyond this machine, allow-http or not: use https");
        }
        SSLContext tls = TlsFiles.context(
                c.client$_$certificate().strip(),
                secret(".client-certificate-password", c._client$_$certificate$_$password(), written),
                c.trust$_$store().strip(),
                secret(".trust-store-password", c._trust$_$store$_$password(), written));
        return new DicomwebSettings(
                c.destination_name(),
                base,
                credentials,
                tls,
                xml(c.answers().strip()),
                within("most-instances", c.most$_$instances(), 1, 1_000),
                (long) within("most-size", c.most$_$size(), 1, 65_536) << 20,
                Duration.ofSeconds(within("read-timeout", c.read$_$timeout(), 1, 3_600)),
                Duration.ofSeconds(within("request-timeout", c.request$_$timeout(), 1, 86_400)),
                yes("replaces-existing", c.replaces$_$existing()),
                within("concurrency", c.concurrency(), 1, 16),
                c.filter());
    }

    private static Credentials credentials(DicomwebConfiguration c, UnaryOperator<@Nullable String> written) {
        // All are looked at, so that a literal secret is refused even where it is of no use.
        String password = secret(".password", c._password(), written);
        String token = secret(".token", c._token(), written);
        String clientSecret = secret(".client-secret", c._client$_$secret(), written);
        return switch (c.authentication().strip()) {
            case "none" -> new Credentials.None();
            case "basic" -> {
                String user = needed("user", c.user(), "basic");
                if (user.contains(":")) {
                    throw new IllegalArgumentException("user: must not hold a colon (RFC 7617 2)");
                }
                yield new Credentials.Basic(user, needed(".password", password, "basic"));
            }
            case "bearer" -> {
                String given = needed(".token", token, "bearer");
                if (!given.matches("[\\x21-\\x7E]+")) {
                    throw new IllegalArgumentException(".token: holds characters that no token has");
                }
                yield new Credentials.Bearer(given);
            }
            case "oauth2" -> {
                URI tokenUrl = url("token-url", c.token$_$url());
                if (isPlainBeyondLoopback(tokenUrl)) {
                    throw new IllegalArgumentException(
                            "token-url: secrets never go over plain http beyond this machine: use https");
                }
                String how = c.client$_$authentication().strip();
                if (!how.equals("header") && !how.equals("body")) {
                    throw new IllegalArgumentException("client-authentication \"" + how + "\": must be header or body");
                }
                yield new Credentials.OAuth2(
                        tokenUrl,
                        needed("client-id", c.client$_$id(), "oauth2"),
                        needed(".client-secret", clientSecret, "oauth2"),
                        c.scope().strip(),
                        how.equals("body"));
            }
            default ->
                throw new IllegalArgumentException(
                        "authentication \"" + c.authentication() + "\": must be none, basic, bearer or oauth2");
        };
    }

    private static String secret(String key, String resolved, UnaryOperator<@Nullable String> written) {
        return Secret.of(key, written.apply(key), resolved);
    }

    private static String needed(String key, String value, String authentication) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(key + ": missing; authentication = " + authentication + " needs it");
        }
        return value.strip();
    }

    private static URI url(String key, String given) {
        String url = given.strip();
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
                key + ": must be http://host[:port][/path] or https://…, without user, query or fragment");
    }

    /** A name other than localhost is never loopback: it may mean another machine tomorrow. */
    static boolean isPlainBeyondLoopback(URI uri) {
        return "http".equalsIgnoreCase(uri.getScheme())
                && !uri.getHost().equalsIgnoreCase("localhost")
                && !uri.getHost().matches("127(\\.\\d{1,3}){3}")
                && !uri.getHost().equals("[::1]");
    }

    private static boolean xml(String value) {
        return switch (value) {
            case "json" -> false;
            case "xml" -> true;
            default -> throw new IllegalArgumentException("answers \"" + value + "\": must be json or xml");
        };
    }

    private static boolean yes(String key, String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false", "" -> false;
            default -> throw new IllegalArgumentException(key + " \"" + value + "\": must be yes or no");
        };
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most);
        }
        return value;
    }

    @Override
    public String toString() {
        return "DicomwebSettings[" + name + "]";
    }
}
